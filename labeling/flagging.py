"""VERB: hide a trace in which a reviewer found private data, until a manager has checked it.

A trace is hidden in every session of its experiment: the same text is in all of them. That is a
column of its items, because asking for the next item must not cost more by it. Locks: the sessions
that hold the trace by primary key, then the experiment, then items and reviews. The experiment,
because adding the trace to one more session must not pass by (`stocking.add_traces`).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.credentials import Credential
from accounts.models import User
from assessments.standing import mark_stale
from labeling.audit_lines import note_act
from labeling.finishing import settle
from labeling.models import LabelingSession, PrivacyFlag, QueueItem
from labeling.places import Place, lock_item
from labeling.queueing import database_now, lock_session
from labeling.stocking import lock_experiment, remove_items
from labeling.tasks import ring

Decision = PrivacyFlag.Decision


class AlreadyChecked(RuntimeError):
    """Another manager decided meanwhile, and not the same."""

    def __init__(self) -> None:
        super().__init__("Somebody has checked this item already. Look at the list again.")


def lock_sessions_of(item: QueueItem) -> None:
    """Every session that holds the item's trace, in one order, and the experiment."""
    holding = QueueItem.objects.filter(trace=item.trace_id).order_by().values("session")
    rows = LabelingSession.objects.select_for_update(no_key=True).filter(pk__in=holding)
    list(rows.order_by("pk").values_list("pk"))
    lock_experiment(item.session.experiment_id)


def flag(place: Place, *, note: str) -> None:
    """The reviewer of a locked item found private data. Saying it again changes the note.

    Call `lock_sessions_of` before the place is taken.
    """
    item, now = place.item, place.now
    said = {"note": note.strip()}
    PrivacyFlag.objects.update_or_create(
        item=item,
        reporter=place.by.user,
        decision="",
        defaults=said,
        create_defaults=said | {"flagged_at": now},
    )
    shown = QueueItem.objects.filter(trace=item.trace_id, hidden_at__isnull=True)
    if shown.update(hidden_at=now):
        note_act(place.session, "item hidden for private data", place.by, item=item.item_id)
    item.hidden_at = item.hidden_at or now


def withdraw(place: Place) -> None:
    """The reviewer takes back what they said of a locked item, while nobody has checked it.

    Call `lock_sessions_of` before the place is taken.
    """
    own = PrivacyFlag.objects.unchecked().filter(item=place.item, reporter=place.by.user)
    if not own.update(
        decision=Decision.WITHDRAWN, stands=False, checked_by=place.by.user, checked_at=place.now
    ):
        return
    if PrivacyFlag.objects.of_trace(place.item.trace_id).standing().exists():
        return
    show_again(place.item, by=place.by.user, now=place.now)
    place.item.hidden_at = None
    note_act(place.session, "private data taken back", place.by, item=place.item.item_id)


@transaction.atomic
def decide(item: QueueItem, decision: PrivacyFlag.Decision, *, by: Credential) -> None:
    """A manager has checked the item: show its trace again everywhere, or take it out of here.

    Deciding the same twice changes nothing. Raises AlreadyChecked.
    """
    lock_sessions_of(item)
    session = lock_session(item.session_id)
    item = lock_item(item, session)
    if item.hidden_at is None or item.removed_at is not None:
        stands = Decision.REMOVED if item.removed_at is not None else Decision.RELEASED
        if decision != stands:
            raise AlreadyChecked
        return
    now = database_now()
    if decision == Decision.RELEASED:
        release(item, by=by, now=now)
        note_act(session, "hidden item shown again", by, item=item.item_id)
    else:
        take_out(item, by=by, now=now)
        note_act(session, "hidden item taken out", by, item=item.item_id)


def release(item: QueueItem, *, by: Credential, now: datetime) -> None:
    """Nothing private in it: reviewers get the trace again, in every session."""
    flags = PrivacyFlag.objects.of_trace(item.trace_id).standing()
    flags.unchecked().update(decision=Decision.RELEASED, checked_by=by.user, checked_at=now)
    flags.update(stands=False)
    show_again(item, by=by.user, now=now)


def take_out(item: QueueItem, *, by: Credential, now: datetime) -> None:
    """It leaves this session with its repeats; in others it stays hidden until checked there."""
    here = item.session.items.filter(trace=item.trace_id)
    PrivacyFlag.objects.unchecked().filter(item__in=here).update(
        decision=Decision.REMOVED, checked_by=by.user, checked_at=now
    )
    remove_items(item.session, list(here.values_list("item_id", flat=True)), now=now)
    ring(item.session_id)


def show_again(item: QueueItem, *, by: User, now: datetime) -> None:
    """Hand the trace of this item out again, and settle what waited meanwhile.

    Cost: four queries and up to five for each item of the trace.
    """
    items = QueueItem.objects.select_for_update(of=("self",), no_key=True)
    hidden = list(
        items.filter(trace=item.trace_id, hidden_at__isnull=False)
        .select_related("session__run")
        .order_by("pk")
    )
    QueueItem.objects.filter(pk__in=[each.pk for each in hidden]).update(hidden_at=None)
    for each in hidden:
        each.hidden_at = None
        if each.status == QueueItem.Status.PENDING and each.removed_at is None:
            settle(each, by=by, now=now)
        mark_stale(each.session.run)
        ring(each.session_id)
    item.refresh_from_db(fields=["hidden_at", "status", "reviews_required", "rerouted"])
