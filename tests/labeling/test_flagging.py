"""A trace in which a reviewer found private data is kept from others until it was checked."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.credentials import Credential
from accounts.models import AuditEvent
from labeling import aggregation
from labeling.access import HiddenItem
from labeling.answering import Reply, Submission
from labeling.flagging import AlreadyChecked, Decision, decide
from labeling.inbox import inbox_of
from labeling.models import Assignment, LabelingSession, PrivacyFlag, QueueItem
from labeling.models.reviews import PRIVATE, says_private
from labeling.my_queue import my_queue
from labeling.peeking import peek_next
from labeling.progress import progress_of
from labeling.queueing import claim_next, database_now
from labeling.rail import my_items
from labeling.reviewing import cannot_judge, save_draft, skip, submit, undo
from labeling.stocking import add_traces, remove_items
from tests.factories import LEASE, NOW, make_session, make_trace, make_user
from tests.places import Place, make_place

pytestmark = pytest.mark.django_db
FOUND = Submission(reason=PRIVATE, note="A phone number.")
YES = Submission(replies={"correct": Reply(value=True)})
DRAFT = Submission(replies={"correct": Reply(value=None, rationale="Half a thought.")})


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Two items, two reviewers, one review each."""
    people = (shared_place.reviewer, shared_place.second_reviewer)
    return make_session(shared_place.experiment, shared_place.manager, reviewers=people, traces=2)


def at(session, position=1) -> QueueItem:
    return QueueItem.objects.select_related("session").get(session=session, position=position)


def say(session, who, submission=FOUND, *, position=1, verb=cannot_judge):
    stays = {"goes_on": False} if verb in (cannot_judge, submit) else {}
    return verb(at(session, position), submission, by=Credential(user=who), lease=LEASE, **stays)


def settle(session, who, decision, *, position=1) -> None:
    decide(at(session, position), decision, by=Credential(user=who))


def given(session, who) -> int | None:
    review = claim_next(session, who, lease=LEASE).review
    return review.item.position if review else None


def acts() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("act", flat=True))


@pytest.mark.parametrize(
    ("reason", "is_private"),
    [
        (PRIVATE, True),
        (" contains private data. ", True),
        ("Outside my area", False),
        ("private", False),
    ],
)
def test_which_reasons_speak_of_private_data(reason, is_private):
    assert says_private(reason) is is_private


def test_the_item_waits_and_says_who_found_what(session, reviewer):
    say(session, reviewer)

    item, flag = at(session), PrivacyFlag.objects.get()
    assert (item.status, item.hidden_at is not None) == ("pending", True)
    assert (flag.item, flag.reporter, flag.note) == (item, reviewer, "A phone number.")
    assert (flag.decision, flag.stands, flag.checked_by) == ("", True, None)
    assert "item hidden for private data" in acts()


def test_another_reason_hides_nothing(session, reviewer):
    say(session, reviewer, Submission(reason="Outside my area", note="Contains private data"))

    assert at(session).hidden_at is None
    assert at(session).status == "declined"
    assert not PrivacyFlag.objects.exists()


def test_nobody_else_is_handed_it_by_any_list(session, reviewer, second_reviewer):
    say(session, reviewer)

    assert [each.position for each in my_items(session, second_reviewer)] == [2]
    assert my_queue(session, second_reviewer).total == 1
    assert inbox_of(second_reviewer).open[0].left == 1
    assert peek_next(session, second_reviewer, leaving=[], now=database_now()).position == 2
    assert given(session, second_reviewer) == 2
    say(session, second_reviewer, YES, position=2, verb=submit)
    assert claim_next(session, second_reviewer, lease=LEASE).state == "done"


def test_it_cannot_be_begun_by_its_number(session, reviewer, second_reviewer):
    say(session, reviewer)

    for verb, sent in ((submit, YES), (save_draft, DRAFT), (skip, DRAFT), (cannot_judge, FOUND)):
        with pytest.raises(HiddenItem):
            say(session, second_reviewer, sent, verb=verb)


def test_what_somebody_holds_is_kept_and_comes_back(session, manager, reviewer, second_reviewer):
    assert given(session, second_reviewer) == 1
    session.items.filter(position=1).update(reviews_required=3)
    say(session, reviewer)
    say(session, second_reviewer, DRAFT, verb=save_draft)

    assert given(session, second_reviewer) == 2
    assert my_queue(session, second_reviewer).drafts == 1  # item 2, which they hold
    settle(session, manager, Decision.RELEASED)
    say(session, second_reviewer, YES, position=2, verb=submit)

    draft = at(session).reviews.get(reviewer=second_reviewer).draft
    assert draft["correct"]["rationale"] == "Half a thought."
    assert given(session, second_reviewer) == 1


def test_a_submit_of_what_was_begun_counts_once_it_is_shown(session, manager, second_reviewer):
    given(session, second_reviewer)
    session.items.update(reviews_required=2)
    first = session.reviewers.exclude(user=second_reviewer).get().user
    say(session, first)

    say(session, second_reviewer, YES, verb=submit)

    assert at(session).status == "pending"
    settle(session, manager, Decision.RELEASED)
    assert at(session).status == "complete"
    assert at(session).finished_by == manager


def test_the_same_trace_is_hidden_in_every_session_of_the_experiment(
    experiment, session, manager, reviewer, second_reviewer
):
    trace = at(session).trace
    other = make_session(experiment, manager, reviewers=(second_reviewer,), traces=0)
    add_traces(other, [trace.trace_id])
    session.items.update(reviews_required=2)

    say(session, reviewer)

    assert given(other, second_reviewer) is None
    settle(other, manager, Decision.RELEASED)
    assert given(session, second_reviewer) == 1
    assert PrivacyFlag.objects.get().decision == "released"
    assert not QueueItem.objects.hidden().exists()


def test_a_session_that_gets_the_trace_later_gets_it_hidden(
    experiment, session, manager, reviewer, second_reviewer
):
    say(session, reviewer)
    other = make_session(experiment, manager, reviewers=(second_reviewer,), traces=0)

    add_traces(other, [at(session).trace.trace_id, make_trace(experiment).trace_id])

    assert given(other, second_reviewer) == 2


def test_undoing_it_takes_the_flag_back(session, reviewer, second_reviewer):
    say(session, reviewer)

    say(session, reviewer, Submission(), verb=undo)

    flag = PrivacyFlag.objects.get()
    assert (flag.decision, flag.stands, flag.checked_by) == ("withdrawn", False, reviewer)
    assert at(session).hidden_at is None
    assert "private data taken back" in acts()
    say(session, reviewer, Submission(), verb=skip)
    assert given(session, second_reviewer) == 1


@pytest.mark.parametrize(
    ("verb", "sent", "status"),
    [(submit, YES, "complete"), (cannot_judge, Submission(reason="Outside my area"), "declined")],
)
def test_so_does_saying_something_else(session, reviewer, verb, sent, status):
    say(session, reviewer)

    say(session, reviewer, sent, verb=verb)

    assert PrivacyFlag.objects.get().decision == "withdrawn"
    assert (at(session).hidden_at, at(session).status) == (None, status)


def test_another_s_flag_keeps_it_hidden(session, reviewer, second_reviewer):
    session.items.update(reviews_required=2)
    given(session, second_reviewer)
    say(session, reviewer)
    say(session, second_reviewer)

    say(session, reviewer, Submission(), verb=undo)

    assert at(session).hidden_at is not None
    assert at(session).status == "pending"


def test_saying_it_again_changes_the_note_of_the_same_flag(session, reviewer):
    say(session, reviewer)
    say(session, reviewer, Submission(reason=PRIVATE, note="Two phone numbers."))

    assert PrivacyFlag.objects.get().note == "Two phone numbers."
    with pytest.raises(IntegrityError), transaction.atomic():
        PrivacyFlag.objects.create(item=at(session), reporter=reviewer, flagged_at=NOW)


def test_after_it_was_checked_undoing_hides_and_shows_nothing(session, manager, reviewer):
    say(session, reviewer)
    settle(session, manager, Decision.RELEASED)

    say(session, reviewer, Submission(), verb=undo)

    assert PrivacyFlag.objects.get().decision == "released"
    assert at(session).hidden_at is None


def test_shown_again_it_is_what_its_reviews_make_of_it(session, manager, reviewer):
    say(session, reviewer)

    settle(session, manager, Decision.RELEASED)

    flag = PrivacyFlag.objects.get()
    assert (flag.decision, flag.stands, flag.checked_by) == ("released", False, manager)
    assert flag.checked_at is not None
    assert at(session).status == "declined"
    assert "hidden item shown again" in acts()


@pytest.mark.parametrize("assignment", ["pool", "balanced"])
def test_rerouting_waits_until_it_is_shown_again(
    experiment, manager, reviewer, second_reviewer, assignment
):
    people = (reviewer, second_reviewer)
    plan: dict[str, Any] = {"assignment": assignment, "reroutes_cannot_judge": True}
    session = make_session(experiment, manager, reviewers=people, traces=1, **plan)

    say(session, reviewer)

    assert (at(session).reviews_required, at(session).status) == (1, "pending")
    assert given(session, second_reviewer) is None
    settle(session, manager, Decision.RELEASED)
    assert (at(session).reviews_required, at(session).status) == (2, "pending")
    assert given(session, second_reviewer) == 1


def test_undoing_asks_nobody_else(experiment, manager, reviewer, second_reviewer):
    plan: dict[str, Any] = {"assignment": "balanced", "reroutes_cannot_judge": True}
    people = (reviewer, second_reviewer)
    session = make_session(experiment, manager, reviewers=people, traces=1, **plan)
    say(session, reviewer)

    say(session, reviewer, Submission(), verb=undo)

    assert (at(session).reviews_required, at(session).rerouted) == (1, 0)
    assert Assignment.objects.get().reviewer == reviewer


def test_escalation_waits_too(experiment, manager, reviewer, second_reviewer):
    third = make_user()
    session = make_session(
        experiment, manager, reviewers=(reviewer, second_reviewer, third), traces=1
    )
    LabelingSession.objects.filter(pk=session.pk).update(escalation="tie", escalation_reviews=5)
    session.items.update(reviews_required=2)
    say(session, reviewer, YES, verb=submit)
    no = Submission(replies={"correct": Reply(value=False)})
    say(session, second_reviewer, no, verb=submit)
    other = make_session(experiment, manager, reviewers=(third,), traces=0)
    add_traces(other, [at(session).trace.trace_id])
    say(other, third)

    aggregation.sweep()
    assert at(session).escalated == 0

    settle(other, manager, Decision.RELEASED)
    aggregation.sweep()
    assert at(session).escalated == 1


def test_taken_out_it_leaves_this_session_and_stays_hidden_elsewhere(
    experiment, session, manager, reviewer, second_reviewer
):
    trace_id = at(session).trace.trace_id
    other = make_session(experiment, manager, reviewers=(second_reviewer,), traces=0)
    add_traces(other, [trace_id])
    say(session, reviewer)

    settle(session, manager, Decision.REMOVED)

    flag = PrivacyFlag.objects.get()
    assert (flag.decision, flag.stands, flag.checked_by) == ("removed", True, manager)
    assert at(session).removed_at is not None
    assert "hidden item taken out" in acts()
    assert given(other, second_reviewer) is None
    add_traces(session, [trace_id])
    assert given(session, second_reviewer) == 2


@pytest.mark.parametrize("decision", [Decision.RELEASED, Decision.REMOVED])
def test_deciding_twice_is_deciding_once_and_another_decision_is_refused(
    session, manager, reviewer, decision
):
    other = ({Decision.RELEASED, Decision.REMOVED} - {decision}).pop()
    say(session, reviewer)
    settle(session, manager, decision)
    before = acts()

    settle(session, manager, decision)
    with pytest.raises(AlreadyChecked):
        settle(session, manager, other)

    assert acts() == before


def test_taking_it_out_by_hand_decides_nothing(session, reviewer):
    say(session, reviewer)

    remove_items(session, [at(session).item_id], now=NOW)

    assert PrivacyFlag.objects.get().decision == ""
    assert not session.items.hidden().exists()


def test_progress_counts_it_as_pending(session, reviewer):
    say(session, reviewer)

    progress = progress_of(session)

    assert (progress.items.total, progress.items.pending, progress.hidden) == (2, 2, 1)


def test_the_queue_costs_the_same_with_hidden_items(experiment, manager, reviewer, second_reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer, second_reviewer), traces=9)
    given(session, second_reviewer)  # compiles what is prepared
    session.items.get(position=1).reviews.all().delete()
    with CaptureQueriesContext(connection) as before:
        assert given(session, second_reviewer) == 1
    session.items.get(position=1).reviews.all().delete()
    for position in range(1, 8):
        say(session, reviewer, position=position)

    with CaptureQueriesContext(connection) as after:
        assert given(session, second_reviewer) == 8

    assert len(after) == len(before)
