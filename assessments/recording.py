"""VERB: record, revise, adopt, override, retract. The one way assessments are written, by any door.

Each verb keeps, in one transaction: the row, its revision, its attribution, and a stale mark when
the assessment belongs to a run (a labeling session). The file is a little beyond the budget so that
this ritual stays in one place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.inserting import prepare_insert
from accounts.together import write_together
from assessments.attribution import attribute
from assessments.drafts import (
    Changes,
    Draft,
    check_changes,
    check_draft,
    digest,
    search_number,
    search_text,
)
from assessments.models import Assessment, Revision, StaleMark
from assessments.refusals import (
    NotTheAuthor,
    StaleVersion,
    WrongKind,
    demand_author,
    demand_running,
    is_author,
)
from assessments.standing import (
    FURTHER,
    locked,
    locked_in_order,
    mark_stale,
    restore_targets,
    set_valid,
    take_over,
)
from schemas.models import SchemaVersion
from traces.access import NoSuchTrace
from traces.ids import mint
from traces.models import Run, Trace

RETRY_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Under what an assessment is written.

    run             the labeling session's run, for its answers
    schema_version  the question's version; its input then checks the value
    """

    run: Run | None = None
    schema_version: SchemaVersion | None = None


FREE = Context()


def record(
    trace: Trace, draft: Draft, *, by: Credential, now: datetime, context: Context = FREE
) -> Assessment:
    """Store one assessment with its first revision.

    The same request again from the same token within ten minutes answers the same row.
    Raises InvalidDraft, InvalidValue or AttributionMismatch.
    """
    return write_once(trace, draft, by=by, now=now, context=context, targets=())


def override(
    target: Assessment, draft: Draft, *, by: Credential, now: datetime, context: Context = FREE
) -> Assessment:
    """Record an assessment that replaces another of the same trace; both are kept.

    Any number of overrides of one target may stand; the target is valid again when none is left.
    Raises as `record`, and NoSuchAssessment when the target was retracted meanwhile.
    """
    return override_all([target], draft, by=by, now=now, context=context)


def override_all(
    targets: Sequence[Assessment],
    draft: Draft,
    *,
    by: Credential,
    now: datetime,
    context: Context = FREE,
) -> Assessment:
    """Record one assessment that replaces several of one trace, at least one.

    On MLflow's wire `overrides` names the first; its metadata `reviewapp.overrides` the rest, as a
    JSON list of ids. Raises as `override`.
    """
    rest = [target.assessment_id for target in targets[1:]]
    if rest:
        draft = replace(draft, metadata={**draft.metadata, FURTHER: json.dumps(rest)})
    return write_once(targets[0].trace, draft, by=by, now=now, context=context, targets=targets)


def write_once(
    trace: Trace,
    draft: Draft,
    *,
    by: Credential,
    now: datetime,
    context: Context,
    targets: Sequence[Assessment],
) -> Assessment:
    """Check, attribute and write; a twin that was faster is answered instead.

    Raises as `record` and `override`, and NoSuchTrace when the trace was deleted meanwhile.
    """
    check_draft(draft)
    draft = attribute(draft, by)
    if context.schema_version is not None:
        cleaned = context.schema_version.clean_answer(draft.name, draft.value)
        draft = replace(draft, value=cleaned)
    first = targets[0].pk if targets else None
    key = digest(by.token.pk, trace.trace_id, draft, first) if by.token else None

    def write_it() -> Assessment:
        return write(trace, draft, by=by, now=now, context=context, targets=targets, key=key)

    # The target of a repeated override may be gone by now, so its twin is looked for first. Other
    # repeats are rare and stopped by the unique digest, so that nobody else pays for a look.
    twin = find_twin(key, now=now) if targets else None
    if twin is not None:
        return twin
    try:
        return write_it()
    except IntegrityError:
        twin = find_twin(key, now=now)
        if twin is None and not Trace.objects.filter(pk=trace.pk).exists():
            raise NoSuchTrace(trace.trace_id) from None
        return twin or write_it()


def find_twin(key: str | None, *, now: datetime) -> Assessment | None:
    """The assessment this very request made before, unless that was long ago."""
    if key is None:
        return None
    twin = Assessment.objects.filter(request_digest=key).first()
    if twin is not None and now - twin.created_at > RETRY_WINDOW:
        Assessment.objects.filter(pk=twin.pk).update(request_digest=None)
        return None
    return twin


def write(
    trace: Trace,
    draft: Draft,
    *,
    by: Credential,
    now: datetime,
    context: Context,
    targets: Sequence[Assessment],
    key: str | None,
) -> Assessment:
    """The rows of a new assessment. Targets are locked before anything is decided.

    Their trace is locked before them, as by those who delete it.
    """
    assessment = new_row(trace, draft, by=by, now=now, context=context, key=key)
    assessment.overrides_id = targets[0].pk if targets else None
    first = Revision.of(assessment, Revision.Action.RECORDED, by=by, at=now)
    rows = [prepare_insert(assessment), prepare_insert(first, parent="assessment")]
    if context.run is not None:
        rows.append(prepare_insert(StaleMark(run=context.run)))
    if not targets:
        write_together(rows)
        return assessment
    with transaction.atomic():
        lock_trace(trace)
        found = locked_in_order(targets)
        write_together(rows)
        take_over(assessment, [found[target.pk] for target in targets])
        for target in found.values():
            if target.valid:
                set_valid(target, valid=False, by=by, now=now)
    assessment.overrides = found[targets[0].pk]
    return assessment


def lock_trace(trace: Trace) -> None:
    """Let nobody delete the trace until the transaction ends. Raises NoSuchTrace."""
    rows = Trace.objects.select_for_update(no_key=True).filter(pk=trace.pk).order_by()
    if not rows.values_list("pk").first():
        raise NoSuchTrace(trace.trace_id)


def new_row(
    trace: Trace, draft: Draft, *, by: Credential, now: datetime, context: Context, key: str | None
) -> Assessment:
    """What is said, as a row that is not saved yet."""
    return Assessment(
        assessment_id=mint("a-"),
        trace=trace,
        experiment_id=trace.experiment_id,
        run=context.run,
        schema_version=context.schema_version,
        span_id=draft.span_id,
        name=draft.name,
        kind=draft.kind,
        value=draft.value,
        error=dict(draft.error) if draft.error is not None else None,
        rationale=draft.rationale,
        metadata=dict(draft.metadata),
        source_type=draft.source_type,
        source_id=draft.source_id,
        author=by.user,
        token=by.token,
        created_at=now,
        updated_at=now,
        client_created=draft.client_created,
        client_updated=draft.client_updated,
        request_digest=key,
        text_value=search_text(draft.value),
        number_value=search_number(draft.value),
    )


@transaction.atomic
def revise(
    assessment: Assessment,
    changes: Changes,
    *,
    by: Credential,
    now: datetime,
    expected_version: int | None = None,
    schema_version: SchemaVersion | None = None,
) -> Assessment:
    """Correct an assessment in place; the earlier state stays as a revision.

    expected_version  the version the caller has read; None means the last write wins (MLflow)
    schema_version    the question's version a session's answer is given under now
    Raises NotTheAuthor, RunEnded, StaleVersion, InvalidDraft, InvalidValue, WrongKind or
    NoSuchAssessment.
    """
    check_changes(changes)
    row = locked(assessment)
    demand_author(row, by)
    demand_running(row.run)
    if expected_version is not None and expected_version != row.version:
        raise StaleVersion(row)
    row.schema_version = schema_version or row.schema_version
    apply(row, changes)
    row.version += 1
    row.updated_at = now
    row.client_updated = ""
    row.save(
        update_fields=[
            "name",
            "value",
            "error",
            "rationale",
            "metadata",
            "text_value",
            "number_value",
            "schema_version",
            "version",
            "updated_at",
            "client_updated",
        ]
    )
    Revision.objects.note(row, Revision.Action.REVISED, by=by, at=now)
    mark_stale(row.run)
    return row


@transaction.atomic
def adopt(assessment: Assessment, *, by: Credential, now: datetime, context: Context) -> Assessment:
    """Make the author's own free assessment an answer of a session; id and words stay.

    Raises NotTheAuthor, InvalidValue or NoSuchAssessment.
    """
    row = locked(assessment)
    demand_author(row, by)
    row.run, row.schema_version = context.run, context.schema_version
    replace_value(row, Changes(replaces_value=True, value=row.value))
    row.version += 1
    row.updated_at = now
    columns = ["run", "schema_version", "value", "text_value", "number_value"]
    row.save(update_fields=[*columns, "version", "updated_at"])
    Revision.objects.note(row, Revision.Action.REVISED, by=by, at=now)
    mark_stale(row.run)
    return row


def apply(row: Assessment, changes: Changes) -> None:
    """Put the changed parts into the row, checked under its schema version when it has one."""
    if changes.name is not None and changes.name != row.name:
        if row.schema_version is not None:
            raise WrongKind("The name of a session's answer is its label schema's.")
        row.name = changes.name
    if changes.replaces_value:
        replace_value(row, changes)
    if changes.rationale is not None:
        row.rationale = changes.rationale
    if changes.metadata is not None:
        row.metadata = {**row.metadata, **changes.metadata}


def replace_value(row: Assessment, changes: Changes) -> None:
    """Value and error are replaced together."""
    if row.kind == Assessment.Kind.EXPECTATION and (changes.value is None or changes.error):
        raise WrongKind("An expectation needs a value.")
    value = changes.value
    if row.schema_version is not None:
        value = row.schema_version.clean_answer(row.name, value)
    row.value = value
    row.error = dict(changes.error) if changes.error is not None else None
    row.text_value = search_text(value)
    row.number_value = search_number(value)


@transaction.atomic
def retract(
    assessment: Assessment,
    *,
    by: Credential,
    now: datetime,
    may_retract_any: bool = False,
    may_be_over: bool = False,
) -> None:
    """Withdraw an assessment: it leaves every list, its revisions stay. Twice changes nothing,
    and neither does withdrawing one whose trace was deleted meanwhile.

    What it had overridden is valid again, each unless another override of it stands.
    may_retract_any  whether the caller's role allows withdrawing somebody else's; that is audited
    may_be_over      whether the author may although the session is closed, as one who settles does
    Raises NotTheAuthor or RunEnded.
    """
    rows = Assessment.objects.select_for_update(of=("self",), no_key=True).select_related("run")
    row = rows.filter(pk=assessment.pk).first()
    if row is None or row.retracted_at is not None:
        return
    if is_author(row, by):
        if not may_be_over:
            demand_running(row.run)
    else:
        if not may_retract_any:
            raise NotTheAuthor
        note(
            by,
            "assessment retracted",
            row.assessment_id,
            experiment_id=str(row.experiment_id),
        )
    row.retracted_at = row.updated_at = now
    row.request_digest = None
    row.version += 1
    row.save(update_fields=["retracted_at", "updated_at", "request_digest", "version"])
    Revision.objects.note(row, Revision.Action.RETRACTED, by=by, at=now)
    mark_stale(row.run)
    restore_targets(row, by=by, now=now)
