"""What a manager does with a session."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from accounts.credentials import Credential
from accounts.joining import accept_invitation
from accounts.models import AuditEvent, User
from accounts.roles import Role
from assessments.models import StaleMark
from labeling.adjudicating import Decision, ask_another, settle
from labeling.answering import Reply, Submission
from labeling.managing import (
    WrongState,
    close_session,
    create_session,
    delete_session,
    edit_session,
    invite_reviewer,
    open_session,
    reopen_session,
    set_questions,
)
from labeling.models import LabelingSession, QueueItem
from labeling.planning import plan_of
from labeling.plans import Asking, InvalidPlan, Plan
from labeling.progress import progress_of
from labeling.questions import questions_of
from labeling.reviewing import cannot_judge, submit
from labeling.statuses import Verdict, set_status
from labeling.stocking import require_reviews
from schemas.defining import definition_of, edit_schema
from tests.factories import LEASE, NOW, make_member, make_schema, make_session
from tests.factories import submit as say
from traces.models import Run

pytestmark = pytest.mark.django_db
PLAN = Plan(name="October review")
Status = QueueItem.Status


@pytest.fixture
def by(manager) -> Credential:
    return Credential(user=manager)


def test_a_session_is_a_run_with_its_own_id(experiment, by) -> None:
    session = create_session(experiment, PLAN, by=by, now=NOW)

    run = Run.objects.get()
    assert session.session_id == run.run_id
    assert (run.name, run.status, session.state) == ("October review", "RUNNING", "draft")
    assert AuditEvent.objects.filter(act="labeling session created").exists()


def test_mlflows_door_opens_at_once(experiment, by) -> None:
    session = create_session(experiment, PLAN, by=by, now=NOW, opened=True)

    assert (session.state, session.opened_at) == ("open", NOW)


@pytest.mark.parametrize(
    ("reviews", "blind", "stored"),
    [(1, "", "off"), (2, "", "until_submitted"), (2, "off", "off"), (1, "always", "always")],
)
def test_comparing_answers_means_blind_unless_said_otherwise(
    experiment, by, reviews, blind, stored
) -> None:
    plan = replace(PLAN, reviews_required=reviews, blind=blind)

    assert create_session(experiment, plan, by=by, now=NOW).blind == stored


WRONG = [
    ({"name": " "}, "name"),
    ({"name": "x" * 251}, "name"),
    ({"reviews_required": 0}, "reviews_required"),
    ({"reviews_required": 51}, "reviews_required"),
    ({"assignment": "random"}, "assignment"),
    ({"blind": "half"}, "blind"),
    ({"purpose": "x" * 1001}, "purpose"),
    ({"guidelines": "x" * 50_001}, "guidelines"),
    ({"reviewers": ["nobody"]}, "reviewers"),
    ({"questions": [Asking(name="mood")]}, "label_schemas"),
    ({"questions": [Asking(name="tone", consensus="loudest")]}, "label_schemas"),
    ({"questions": [Asking(name="tone"), Asking(name="tone")]}, "label_schemas"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_a_wrong_plan_names_the_field_and_writes_nothing(experiment, by, changes, field) -> None:
    with pytest.raises(InvalidPlan) as caught:
        create_session(experiment, replace(PLAN, **changes), by=by, now=NOW)

    assert caught.value.field == field
    assert not LabelingSession.objects.exists()
    assert not Run.objects.exists()


def test_unknown_reviewers_become_pending_accounts(experiment, by) -> None:
    plan = replace(PLAN, reviewers=["New@Example.org", "new@example.org "])

    session = create_session(experiment, plan, by=by, now=NOW)

    new = User.objects.get(email="new@example.org")
    assert new.joined_at is None
    assert [row.user for row in session.reviewers.all()] == [new]


def test_without_names_every_member_may_review(experiment, manager, reviewer, outsider) -> None:
    session = make_session(experiment, manager)

    for person, may in [(reviewer, True), (manager, True), (outsider, False)]:
        sessions = LabelingSession.objects.for_reviewer(person)
        assert sessions.filter(pk=session.pk).exists() is may


def test_named_people_only(experiment, manager, reviewer, second_reviewer) -> None:
    session = make_session(experiment, manager, reviewers=(reviewer,))

    assert session in LabelingSession.objects.for_reviewer(reviewer)
    assert session not in LabelingSession.objects.for_reviewer(second_reviewer)
    assert session not in LabelingSession.objects.for_reviewer(manager)


def test_the_states_go_round(experiment, manager, by) -> None:
    session = make_session(experiment, manager, opened=False)

    opened = open_session(session, by=by, now=NOW)
    closed = close_session(opened, by=by, now=NOW)
    again = reopen_session(closed, by=by)

    assert [opened.state, closed.state, again.state] == ["open", "closed", "open"]
    assert Run.objects.get(pk=session.run_id).status == "RUNNING"


def test_a_session_without_a_question_is_not_opened(experiment, by) -> None:
    session = create_session(experiment, PLAN, by=by, now=NOW)

    with pytest.raises(InvalidPlan):
        open_session(session, by=by, now=NOW)


def test_wrong_moves_are_refused(experiment, manager, by) -> None:
    session = make_session(experiment, manager)

    with pytest.raises(WrongState):
        open_session(session, by=by, now=NOW)
    with pytest.raises(WrongState):
        reopen_session(session, by=by)
    closed = close_session(session, by=by, now=NOW)
    with pytest.raises(WrongState):
        close_session(closed, by=by, now=NOW)


def test_closing_freezes_the_questions_and_reopening_frees_them(experiment, manager, by) -> None:
    session = make_session(experiment, manager)
    schema = questions_of(session)[0].schema
    closed = close_session(session, by=by, now=NOW)
    edit_schema(schema, replace(definition_of(schema), title="Right?"), by=None)

    assert questions_of(closed)[0].version.number == 1
    assert questions_of(reopen_session(closed, by=by))[0].version.number == 2


def test_questions_come_in_order_and_a_removed_one_returns(experiment, manager) -> None:
    session = make_session(experiment, manager, questions=("correct", "tone"))

    set_questions(session, [Asking(name="tone", required=False)], now=NOW)
    assert [q.question.name for q in questions_of(session)] == ["tone"]
    set_questions(session, [Asking(name="tone"), Asking(name="correct")], now=NOW)
    assert [q.question.name for q in questions_of(session)] == ["tone", "correct"]


def test_editing_a_plan_moves_pending_items(experiment, manager, by) -> None:
    session = make_session(experiment, manager)
    make_schema(experiment, "tone")
    plan = Plan(name="New name", questions=[Asking(name="tone")], reviews_required=3)

    edited = edit_session(session, plan, by=by, now=NOW)
    same = edit_session(edited, plan, by=by, now=NOW)

    assert (same.name, same.blind, same.run.name) == ("New name", "until_submitted", "New name")
    assert set(session.items.values_list("reviews_required", flat=True)) == {3}


def test_asking_for_fewer_reviews_finishes_items_that_have_them(
    experiment, manager, by, reviewer
) -> None:
    session = make_session(experiment, manager, traces=3, reviews_required=2)
    first, second, _ = session.items.in_order()
    mine = Credential(user=reviewer)
    submit(first, Submission(replies={"correct": Reply(value=True)}), by=mine, lease=LEASE)
    cannot_judge(second, Submission(reason="Law"), by=mine, lease=LEASE)

    plan = Plan(name="Once", questions=[Asking(name="correct")], reviews_required=1)
    edit_session(session, plan, by=by, now=NOW)

    statuses = [item.status for item in session.items.in_order()]
    assert statuses == ["complete", "declined", "pending"]


def standing(session) -> list[tuple[str, int, bool]]:
    """Of every item its status, how many reviews it wants, and whether it has a finisher."""
    rows = session.items.in_order()
    return [(item.status, item.reviews_required, bool(item.finished_by)) for item in rows]


def ask_for(session, reviews: int, by: Credential) -> LabelingSession:
    session.refresh_from_db()
    plan = replace(plan_of(session), reviews_required=reviews)
    return edit_session(session, plan, by=by, now=NOW)


def test_asking_for_more_reviews_brings_back_items_that_have_fewer(
    experiment, manager, by, reviewer
) -> None:
    session = make_session(experiment, manager, traces=3)
    first, second, _ = session.items.in_order()
    say(session, 1, reviewer, correct=True)
    mine = Credential(user=reviewer)
    cannot_judge(second, Submission(reason="Law"), by=mine, lease=LEASE)
    assert standing(session)[:2] == [("complete", 1, True), ("declined", 1, True)]
    StaleMark.objects.all().delete()

    ask_for(session, 2, by)

    assert standing(session) == [("pending", 2, False)] * 3
    assert progress_of(session).items.pending == 3
    assert StaleMark.objects.filter(run=session.run).exists()
    event = AuditEvent.objects.get(act="items reopened")
    assert event.details == {"items": 2, "reviews_required": 2}
    say(session, 1, make_member(experiment, Role.REVIEWER), correct=False)
    first.refresh_from_db()
    assert first.status == "complete"


def test_what_was_decided_stays_done_when_more_reviews_are_asked_for(
    experiment, manager, by, reviewer
) -> None:
    """A manager's word, a settled answer, and an item that has enough."""
    session = make_session(experiment, manager, traces=4)
    forced, settled, full, _ = session.items.in_order()
    set_status(forced, Verdict(status=Status.COMPLETE, by_force=True), by=by, lease=LEASE)
    for position in (2, 3, 4):
        say(session, position, reviewer, correct=True)
    settle(settled, Decision(schema="correct", value=True), by=by)
    ask_another(full, by=by)
    say(session, 3, make_member(experiment, Role.REVIEWER), correct=True)

    ask_for(session, 2, by)

    states = [item.status for item in session.items.in_order()]
    assert states == ["complete", "complete", "complete", "pending"]


def test_asked_for_more_and_fewer_reviews_an_item_is_as_before(
    experiment, manager, by, reviewer
) -> None:
    session = make_session(experiment, manager, traces=1)
    say(session, 1, reviewer, correct=True)

    ask_for(session, 2, by)
    ask_for(session, 1, by)

    assert standing(session) == [("complete", 1, True)]
    assert AuditEvent.objects.filter(act="items reopened").count() == 1


def test_rerouted_reviews_are_wanted_besides(experiment, manager, by, reviewer) -> None:
    others = [make_member(experiment, Role.REVIEWER) for _ in range(2)]
    people = (reviewer, *others)
    session = make_session(
        experiment, manager, traces=1, reviewers=people, reroutes_cannot_judge=True
    )
    item, mine = session.items.get(), Credential(user=reviewer)
    cannot_judge(item, Submission(reason="Law"), by=mine, lease=LEASE)
    say(session, 1, others[0], correct=True)
    assert standing(session) == [("complete", 2, True)]

    ask_for(session, 2, by)

    assert standing(session) == [("pending", 3, False)]


def test_dealt_items_that_come_back_are_dealt_to_somebody_else(
    experiment, manager, by, reviewer, second_reviewer
) -> None:
    people = (reviewer, second_reviewer)
    session = make_session(experiment, manager, traces=4, reviewers=people, assignment="balanced")
    for item in session.items.in_order()[:2]:
        dealt = item.assignments.get().reviewer
        say(session, item.position, dealt, correct=True)

    ask_for(session, 2, by)

    dealt_to = [
        set(item.assignments.values_list("reviewer", flat=True)) for item in session.items.all()
    ]
    assert dealt_to == [{reviewer.pk, second_reviewer.pk}] * 4
    assert {state for state, *_ in standing(session)} == {"pending"}


@pytest.mark.parametrize("traces", [2, 6])
def test_changing_the_number_of_reviews_costs_the_same_for_any_queue(
    experiment, manager, by, reviewer, traces, django_assert_num_queries
) -> None:
    session = make_session(experiment, manager, traces=traces)
    for position in range(1, traces + 1):
        say(session, position, reviewer, correct=True)

    with django_assert_num_queries(8), transaction.atomic():
        require_reviews(session, 2, by=by, now=NOW)


def test_deleting_hides_it_and_keeps_its_labels(experiment, manager, by) -> None:
    session = make_session(experiment, manager)

    delete_session(session, by=by, now=NOW)
    delete_session(session, by=by, now=NOW)

    assert not LabelingSession.objects.present().exists()
    assert AuditEvent.objects.filter(act="labeling session deleted").count() == 1


def test_an_invited_stranger_becomes_a_reviewer_of_this_session(experiment, manager, by) -> None:
    session = make_session(experiment, manager)

    person, secret = invite_reviewer(session, "guest@example.org", by=by, now=NOW)
    accepted = accept_invitation(secret, now=NOW)

    assert accepted.session_id == session.session_id
    assert session in LabelingSession.objects.for_reviewer(person)


def test_inviting_a_member_names_nobody(experiment, manager, by) -> None:
    session = make_session(experiment, manager)
    member = make_member(experiment, Role.REVIEWER)

    invite_reviewer(session, member.email, by=by, now=NOW)

    assert not session.reviewers.exists()


def test_moves_leave_a_stale_mark(experiment, manager, by) -> None:
    session = make_session(experiment, manager)
    StaleMark.objects.all().delete()

    close_session(session, by=by, now=NOW)

    assert StaleMark.objects.filter(run=session.run).exists()
