"""VERB: which assessments stand: what an override takes away, what comes back when it goes.

Called in the transaction of a verb of `assessments.recording`, of which these are the inner steps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter

from django.db.models import Q

from accounts.credentials import Credential
from accounts.inserting import insert
from assessments.models import Assessment, OverrideTarget, Revision, StaleMark
from assessments.refusals import NoSuchAssessment
from traces.models import Run

# In an override's metadata: the further assessments it overrides, a JSON list of ids.
FURTHER = "reviewapp.overrides"


def take_over(override: Assessment, targets: Sequence[Assessment]) -> None:
    """Note what an assessment overrides: the first in its column, each further one in a row.

    The targets are locked, and the override is stored with the first in `overrides`.
    """
    OverrideTarget.objects.bulk_create(
        [OverrideTarget(override=override, target=target) for target in targets[1:]]
    )


def join_override(
    override: Assessment, target: Assessment, *, by: Credential, now: datetime
) -> None:
    """Let an assessment override one more; both know it by a revision."""
    override, target = locked(override), locked(target)
    take_over(override, [override, target])
    named = json.loads(override.metadata.get(FURTHER, "[]"))
    override.metadata = {**override.metadata, FURTHER: json.dumps([*named, target.assessment_id])}
    override.version += 1
    override.updated_at = now
    override.save(update_fields=["metadata", "version", "updated_at"])
    Revision.objects.note(override, Revision.Action.REVISED, by=by, at=now)
    set_valid(target, valid=False, by=by, now=now)


def targets_of(override: Assessment) -> list[int]:
    """The primary keys of all it overrides, in the order in which they are locked."""
    further = OverrideTarget.objects.filter(override=override).values_list("target__pk", flat=True)
    first = [] if override.overrides_id is None else [override.overrides_id]
    return sorted({*first, *further})


def restore_targets(override: Assessment, *, by: Credential, now: datetime) -> None:
    """Make what a retracted override had replaced valid again, where no other override is left."""
    for target in targets_of(override):
        restore_if_free(target, by=by, now=now)


def restore_if_free(target_pk: int, *, by: Credential, now: datetime) -> None:
    """Make a target valid again when no live override of it is left."""
    target = Assessment.objects.select_for_update(of=("self",), no_key=True).get(pk=target_pk)
    over = Q(overrides=target) | Q(further_targets__target=target)
    others = Assessment.objects.present().filter(over)
    if target.retracted_at is None and not target.valid and not others.exists():
        set_valid(target, valid=True, by=by, now=now)


def set_valid(row: Assessment, *, valid: bool, by: Credential, now: datetime) -> None:
    """Flip whether a locked row stands, with its revision and mark."""
    row.valid = valid
    row.version += 1
    row.save(update_fields=["valid", "version"])
    action = Revision.Action.RESTORED if valid else Revision.Action.OVERRIDDEN
    Revision.objects.note(row, action, by=by, at=now)
    mark_stale(row.run)


def locked_in_order(targets: Iterable[Assessment]) -> dict[int, Assessment]:
    """As `locked`, for several: two at once take their locks in the same order."""
    return {target.pk: locked(target) for target in sorted(targets, key=attrgetter("pk"))}


def locked(assessment: Assessment) -> Assessment:
    """The present row, locked until the transaction ends.

    Raises NoSuchAssessment when it was retracted, or its trace deleted, since it was read.
    """
    row = (
        Assessment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("schema_version", "run")
        .filter(pk=assessment.pk)
        .first()
    )
    if row is None or row.retracted_at is not None:
        raise NoSuchAssessment(assessment.assessment_id)
    return row


def mark_stale(run: Run | None) -> None:
    """Append a mark: statistics of this run's session must be recomputed."""
    if run is not None:
        insert(StaleMark(run=run))
