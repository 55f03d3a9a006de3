"""VERB: bring the stale statistics of a session up to date. Idempotent; late or twice is harmless.

Marks are read first, answers after them, so whatever a mark stands for is in the answers. The
computation holds no lock. Of two that run at once, the one that began reading later wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from assessments.models import StaleMark
from labeling.computing import Computed, ConsensusColumns, compute
from labeling.escalating import escalate
from labeling.models import (
    AggregationState,
    Agreement,
    Consensus,
    LabelingSession,
    SessionSchema,
)
from labeling.questions import follow_schemas, is_behind
from labeling.repeating import repeat_items
from labeling.work_records import Work, record_of, work_in, work_of
from traces.json_values import Json

NO_PAUSE = timedelta(0)
WRITE_BATCH = 500
CONSENSUS_COLUMNS = (
    "schema_version_id",
    "value",
    "method",
    "method_version",
    "confidence",
    "n",
    "votes",
    "tie",
    "tied",
    "is_disputed",
    "severity",
    "adjudicated_by_id",
)


def refresh(session_pk: int, *, at_most_every: timedelta = NO_PAUSE) -> bool:
    """Recompute a session when something in it is stale; answers whether it was done.

    Where it has a rule, one more reviewer is asked about the items on which the others differ; and
    where it repeats items, those come again.

    at_most_every  leave it to the sweep when the last recomputation began less than this ago
    """
    session = LabelingSession.objects.select_related("run").filter(pk=session_pk).first()
    if session is None:
        return False
    if not stale_sessions().filter(pk=session_pk).exists():
        return False
    began_after = timezone.now() - at_most_every
    if AggregationState.objects.filter(session=session, computed_at__gt=began_after).exists():
        return False
    follow_schemas(session)
    ticket = take_ticket(session)
    marks = list(StaleMark.objects.filter(run=session.run_id).values_list("pk", flat=True))
    begun = timezone.now()
    computed = compute(session)
    work = work_of(session)
    escalate(session, computed)
    repeat_items(session)
    store(session, computed, work, ticket=ticket, marks=marks, now=begun)
    return True


def sweep() -> int:
    """Refresh every stale session; returns how many there were."""
    forget_orphans()
    return sum(refresh(pk) for pk in stale_sessions().order_by("pk").values_list("pk", flat=True))


def stale_sessions() -> QuerySet[LabelingSession]:
    """Sessions with a mark, never computed, or asking a question in a version not computed yet;
    own queues whose questions changed with those of their experiment.

    No clock is compared: an edit that commits during a computation is found by its version.
    """
    mark = StaleMark.objects.filter(run=OuterRef("run"))
    computed = Agreement.objects.filter(
        session=OuterRef("session"),
        label_schema=OuterRef("label_schema"),
        schema_version=OuterRef("label_schema__current"),
    )
    edited = SessionSchema.objects.filter(
        ~Exists(computed),
        session=OuterRef("pk"),
        removed_at__isnull=True,
        frozen_version__isnull=True,
    )
    return LabelingSession.objects.filter(
        Exists(mark) | Exists(edited) | Q(aggregation__computed_at__isnull=True) | is_behind()
    )


def forget_orphans() -> None:
    """Marks of runs that are no labeling session have nothing to recompute."""
    StaleMark.objects.filter(run__labeling_session__isnull=True).delete()


@transaction.atomic
def take_ticket(session: LabelingSession) -> int:
    """A number that grows with every recomputation begun, taken before anything is read."""
    AggregationState.objects.get_or_create(session=session)
    AggregationState.objects.filter(session=session).update(last_ticket=F("last_ticket") + 1)
    return AggregationState.objects.get(session=session).last_ticket


@transaction.atomic
def store(
    session: LabelingSession,
    computed: Computed,
    work: Work,
    *,
    ticket: int,
    marks: list[int],
    now: datetime,
) -> None:
    """Write what changed and delete the marks that were read, unless a later reading was faster."""
    state = AggregationState.objects.select_for_update(no_key=True).get(session=session)
    if state.written_ticket < ticket:
        store_consensus(session, computed, ticket=ticket, now=now)
        store_agreements(session, computed, ticket=ticket, now=now)
        AggregationState.objects.filter(pk=state.pk).update(
            written_ticket=ticket,
            computed_at=now,
            work=record_of(work),
            typical_seconds=work.typical_seconds,
        )
    for start in range(0, len(marks), WRITE_BATCH):
        StaleMark.objects.filter(pk__in=marks[start : start + WRITE_BATCH]).delete()


def store_consensus(
    session: LabelingSession, computed: Computed, *, ticket: int, now: datetime
) -> None:
    """Insert new rows, rewrite changed ones, delete those without answers."""
    stored = {
        (row.item_id, row.label_schema_id): row
        for row in Consensus.objects.filter(item__session=session).iterator(2000)
    }
    gone = [row.pk for key, row in stored.items() if key not in computed.consensus]
    for start in range(0, len(gone), WRITE_BATCH):
        Consensus.objects.filter(pk__in=gone[start : start + WRITE_BATCH]).delete()
    rows = [
        Consensus(
            item_id=item, label_schema_id=schema, input_revision=ticket, computed_at=now, **columns
        )
        for (item, schema), columns in computed.consensus.items()
        if differs(stored.get((item, schema)), columns)
    ]
    Consensus.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["item", "label_schema"],
        update_fields=[*CONSENSUS_COLUMNS, "input_revision", "computed_at"],
        batch_size=WRITE_BATCH,
    )


def differs(row: Consensus | None, columns: ConsensusColumns) -> bool:
    """Whether a stored row says something else than the recomputation."""
    return row is None or any(getattr(row, name) != columns[name] for name in CONSENSUS_COLUMNS)


def store_agreements(
    session: LabelingSession, computed: Computed, *, ticket: int, now: datetime
) -> None:
    """One row per question; rows of questions that are no longer asked go."""
    Agreement.objects.filter(session=session).exclude(
        label_schema__in=list(computed.agreements)
    ).delete()
    stored = {
        row.label_schema_id: (row.schema_version_id, row.result)
        for row in Agreement.objects.filter(session=session)
    }
    for schema, result in computed.agreements.items():
        version = computed.versions[schema]
        if stored.get(schema) != (version, result):
            Agreement.objects.update_or_create(
                session=session,
                label_schema_id=schema,
                defaults={
                    "schema_version_id": version,
                    "result": result,
                    "input_revision": ticket,
                    "computed_at": now,
                },
            )


def differences(sessions: Iterable[LabelingSession]) -> Iterator[str]:
    """A sentence for each stored figure that does not equal its recomputation."""
    for session in sessions:
        computed = compute(session)
        yield from consensus_differences(session, computed)
        stored: dict[int, Json] = dict(
            Agreement.objects.filter(session=session).values_list("label_schema_id", "result")
        )
        for schema in stored.keys() | computed.agreements.keys():
            if stored.get(schema) != computed.agreements.get(schema):
                yield f"session {session.session_id}: agreement on schema {schema} differs"
        if days_stored(session) != days_in(work_of(session)):
            yield f"session {session.session_id}: the days on which reviews came in differ"


def days_stored(session: LabelingSession) -> dict[int, Mapping[date, int]]:
    """When reviews came in, as it is stored. Cost: one query."""
    stored = AggregationState.objects.filter(session=session).values_list("work", flat=True).first()
    return days_in(work_in(stored or {}))


def days_in(work: Work) -> dict[int, Mapping[date, int]]:
    """Without the times, which may have grown since by reading."""
    return {reviewer: worked.by_day for reviewer, worked in work.reviewers.items()}


def consensus_differences(session: LabelingSession, computed: Computed) -> Iterator[str]:
    """As `differences`, for the combined answers of one session."""
    stored = {
        (row.item_id, row.label_schema_id): row
        for row in Consensus.objects.filter(item__session=session).iterator(2000)
    }
    for key in stored.keys() | computed.consensus.keys():
        columns = computed.consensus.get(key)
        if columns is None or differs(stored.get(key), columns):
            yield f"session {session.session_id}: consensus of item {key[0]} differs"
