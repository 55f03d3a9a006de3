"""The read side of review queues: which one may see, and each item's status as one may know it.

The blind rule is in the queries: before they have submitted, a reviewer of a blind session is not
told whether others could judge an item, nor ever who finished it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.credentials import Credential
from accounts.models import User
from accounts.roles import Action
from labeling.access import NoSuchItem, NoSuchSession, reads_all, reviewed_by
from labeling.models import LabelingSession, QueueItem, Review, SessionReviewer, SessionSchema
from labeling.models.sessions import LabelingSessionQuerySet
from labeling.queue_names import key_of
from traces.access import NoSuchExperiment
from traces.models import Experiment

Blind = LabelingSession.Blind
Status = QueueItem.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """An item of a queue as one reader may see it; an empty `finished_by` is not told."""

    session_id: str
    trace_id: str
    status: str
    finished_by: str
    finished_at: datetime | None
    added_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRecord:
    """A queue with the people and the questions named for it."""

    session: LabelingSession
    users: list[str]
    schema_ids: list[str]


def queues_to_show(by: Credential, experiment_id: str) -> LabelingSessionQuerySet:
    """An experiment's queues that the caller may see: all for a reader, else those they review in.

    Raises ScopeMissing or NoSuchExperiment. Cost: up to three queries.
    """
    if not by.has_scope_for(Action.REVIEW):
        by.demand_scope(Action.READ)
    if not (experiment_id.isascii() and experiment_id.isdigit() and len(experiment_id) < 19):
        raise NoSuchExperiment(experiment_id)
    experiment = int(experiment_id)
    rows = LabelingSession.objects.present().filter(experiment=experiment)
    rows = rows.select_related("run", "created_by", "queue_user")
    allowing = Experiment.objects.filter(pk=experiment)
    if by.has_scope_for(Action.READ) and allowing.allowing(by, Action.READ).exists():
        return rows
    if by.has_scope_for(Action.REVIEW):
        own = reviewed_by(by, rows).exclude(state=LabelingSession.State.DRAFT)
        if allowing.allowing(by, Action.REVIEW).exists() or own.exists():
            return own
    raise NoSuchExperiment(experiment_id)


def queue_by_name(queues: LabelingSessionQuerySet, name: str) -> LabelingSession:
    """The one shown under this name, whatever the case. Raises NoSuchSession."""
    found = queues.filter(queue_key=key_of(name)).first()
    if found is None:
        raise NoSuchSession(name)
    return found


def queue_records(sessions: Sequence[LabelingSession]) -> list[QueueRecord]:
    """Queues with their people and questions, sorted. Cost: two queries."""
    users: dict[int, list[str]] = defaultdict(list)
    schemas: dict[int, list[str]] = defaultdict(list)
    people = SessionReviewer.objects.filter(session__in=sessions, removed_at__isnull=True)
    for pk, email in people.order_by().values_list("session__pk", "user__email"):
        users[pk].append(email)
    asked = SessionSchema.objects.filter(session__in=sessions, removed_at__isnull=True)
    for pk, schema_id in asked.order_by().values_list("session__pk", "label_schema__schema_id"):
        schemas[pk].append(schema_id)
    return [
        QueueRecord(
            session=session,
            users=sorted(users[session.pk]),
            # A person's own queue asks everything, and names nothing.
            schema_ids=[] if session.queue_user_id is not None else sorted(schemas[session.pk]),
        )
        for session in sessions
    ]


def items_to_show(
    session: LabelingSession, by: Credential, *, status: str | None = None
) -> QuerySet[QueueItem]:
    """The queue's items, newest first, as the caller may know them; all or those of one status."""
    present = QueueItem.objects.counted().filter(session=session)
    sees_all = reads_all(by, session)
    if not sees_all:
        present = present.filter(hidden_at__isnull=True)
    own = Review.objects.filter(item=OuterRef("pk"), reviewer=by.user).filling_a_place()
    rows = present.annotate(
        own_state=Subquery(own.values("state")[:1]),
        own_at=Subquery(own.values("submitted_at")[:1]),
        shown_status=shown_status(session, sees_all=sees_all),
    )
    if status is not None:
        rows = rows.filter(shown_status=status)
    return rows.select_related("trace", "finished_by").order_by("-position")


def shown_status(session: LabelingSession, *, sees_all: bool) -> Case | F:
    """A finished item is complete to somebody who may not know more.

    One that wants another review because answers differ is still finished to who reviewed it.
    """
    if sees_all or session.blind == Blind.OFF:
        return F("status")
    open_to_me = Q(pk__in=[])
    if session.blind == Blind.UNTIL_SUBMITTED:
        open_to_me = Q(own_state__isnull=False)
    tells_nothing = Q(escalated__gt=0, own_state__isnull=False) & ~open_to_me
    return Case(
        When((Q(status=Status.PENDING) & ~tells_nothing) | open_to_me, then=F("status")),
        When(own_state=Review.State.CANNOT_JUDGE, then=Value(Status.DECLINED.value)),
        default=Value(Status.COMPLETE.value),
        output_field=CharField(),
    )


def own_status(session: LabelingSession, item: QueueItem, review: Review | None) -> str:
    """An item's status as its reviewer may know it: as in `shown_status`."""
    tells_nothing = session.blind == Blind.ALWAYS and item.escalated
    if review is None or not review.is_filling or not tells_nothing:
        return item.status
    cannot = review.state == Review.State.CANNOT_JUDGE
    return Status.DECLINED if cannot else Status.COMPLETE


def item_records(
    session: LabelingSession, items: Sequence[QueueItem], by: Credential
) -> list[ItemRecord]:
    """Rows of `items_to_show` as records. Cost: one query."""
    is_open = session.blind == Blind.OFF or reads_all(by, session)
    return [item_record(session, item, by.user, is_open=is_open) for item in items]


def item_record(
    session: LabelingSession, item: QueueItem, reader: User, *, is_open: bool
) -> ItemRecord:
    """One row. In a blind session one is told of oneself only."""
    finished_by, finished_at, changed_at = "", None, item.changed_at
    if item.escalated and not is_open:
        changed_at = None
    shown_status: str = item.shown_status  # type: ignore[attr-defined]  # annotated
    if shown_status != Status.PENDING:
        if is_open:
            account = item.finished_by.email if item.finished_by else ""
            finished_by, finished_at = item.finished_as or account, item.finished_at
        elif item.own_state is not None:  # type: ignore[attr-defined]  # annotated
            finished_by = reader.email
            finished_at = changed_at = item.own_at  # type: ignore[attr-defined]  # annotated
        else:
            changed_at = None
    return ItemRecord(
        session_id=session.session_id,
        trace_id=item.trace.trace_id,
        status=shown_status,
        finished_by=finished_by,
        finished_at=finished_at,
        added_at=item.added_at,
        changed_at=changed_at or item.added_at,
    )


def item_of_trace(session: LabelingSession, trace_id: str) -> QueueItem:
    """The queue's item of this trace. Raises NoSuchItem."""
    rows = QueueItem.objects.counted().filter(session=session)
    item = rows.filter(trace__trace_id=trace_id.strip()).first()
    if item is None:
        raise NoSuchItem(trace_id)
    return item
