"""What a reviewer's page may contain: built from one's own review, others only after submit."""

from __future__ import annotations

import inspect

import pytest

from accounts.credentials import Credential
from labeling import own_answers as own_answers_room
from labeling import reviewing, showing
from labeling.answering import Reply, Submission
from labeling.models import LabelingSession, QueueItem, Review
from labeling.others import others_after_submit
from labeling.own_answers import first_answer, own_answers
from labeling.questions import questions_of
from labeling.showing import Typed, item_page, own_review_at, why_read_only
from tests.factories import LEASE
from tests.places import Place, make_place


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    return shared_place.session_of_two(traces=1, questions=("correct", "clarity"))


def submit(session, user, *, value=True, clarity=4):
    replies = {"correct": Reply(value=value, rationale="Because."), "clarity": Reply(value=clarity)}
    by = Credential(user=user)
    return reviewing.submit(
        session.items.get(), Submission(replies=replies), by=by, lease=LEASE
    ).review


def others(session, user):
    return others_after_submit(session, session.items.get(), user, questions_of(session))


@pytest.mark.parametrize("room", [showing, own_answers_room])
def test_the_builders_of_pages_have_no_way_to_others_answers(room):
    assert not hasattr(room, "Answer")
    assert "labeling.others" not in {getattr(v, "__module__", "") for v in vars(room).values()}


def test_the_builder_of_the_page_is_given_one_review():
    assert set(inspect.signature(item_page).parameters) == {
        "item",
        "asked",
        "review",
        "session",
        "wants_edit",
        "typed",
        "current",
        "limits",
    }


def test_others_are_empty_before_one_s_own_submit(session, reviewer, second_reviewer):
    submit(session, second_reviewer)

    assert others(session, reviewer) == ()


def test_others_come_by_question_under_letters(session, reviewer, second_reviewer):
    submit(session, second_reviewer, value=False, clarity=2)
    submit(session, reviewer)

    found = others(session, reviewer)

    assert [[(a.who, a.words, a.tone, a.rationale) for a in each.answers] for each in found] == [
        [("Reviewer B", "Incorrect", "fail", "Because.")],
        [("Reviewer B", "2", "", "")],
    ]


def test_a_question_another_could_not_judge_is_told_with_the_reason(
    session, reviewer, second_reviewer
):
    replies = {"correct": Reply(cannot_judge="Outside my area"), "clarity": Reply(value=1)}
    by = Credential(user=second_reviewer)
    reviewing.submit(session.items.get(), Submission(replies=replies), by=by, lease=LEASE)
    submit(session, reviewer)

    assert others(session, reviewer)[0].answers[0].words == "can’t judge: Outside my area"


def test_a_withdrawn_answer_is_not_shown(session, reviewer, second_reviewer):
    submit(session, second_reviewer)
    submit(session, reviewer)
    by = Credential(user=second_reviewer)
    reviewing.undo(session.items.get(), Submission(), by=by, lease=LEASE)

    assert others(session, reviewer) == ()


@pytest.mark.parametrize("state", ["draft", "skipped", "cannot_judge", "claimed"])
def test_only_a_submitted_review_of_one_s_own_opens_the_others(
    session, reviewer, second_reviewer, state
):
    submit(session, second_reviewer)
    submit(session, reviewer)
    Review.objects.filter(reviewer=reviewer).update(state=state)

    assert others(session, reviewer) == ()


@pytest.mark.parametrize(
    ("session_state", "item", "review_state", "wants_edit", "why"),
    [
        ("open", {}, None, False, ""),
        ("open", {}, "draft", False, ""),
        ("open", {}, "submitted", False, "submitted"),
        ("open", {}, "submitted", True, ""),
        ("open", {}, "cannot_judge", False, "submitted"),
        ("open", {"status": "complete"}, None, False, "finished"),
        ("open", {"status": "complete"}, "draft", False, ""),
        ("closed", {}, "submitted", True, "session"),
        ("draft", {}, None, False, "session"),
    ],
)
def test_when_the_form_accepts_nothing(session_state, item, review_state, wants_edit, why):
    review = Review(state=review_state) if review_state else None
    item = QueueItem(**({"status": "pending"} | item))

    found = why_read_only(LabelingSession(state=session_state), item, review, wants_edit=wants_edit)

    assert found == why


def test_what_was_typed_stands_in_place_of_what_is_stored(session, reviewer):
    review = submit(session, reviewer)
    typed = Typed(answers={"clarity": {"value": "x"}}, faults={"clarity": "Write a number."})

    page = item_page(review.item, questions_of(session), review, session=session, typed=typed)

    assert [q.fault for q in page.questions] == ["", "Write a number."]
    assert (page.is_editing, page.has_faults, page.active_number) == (True, True, 2)
    assert page.n_required_left == 2


def test_a_begun_page_starts_at_the_first_open_question(session, reviewer):
    item = session.items.get()
    draft = Submission(replies={"correct": Reply(value=True)})
    reviewing.save_draft(item, draft, by=Credential(user=reviewer), lease=LEASE)
    review = own_review_at(session, 1, reviewer)

    page = item_page(item, questions_of(session), review, session=session)

    assert (page.active_number, page.n_answered, page.n_required_left) == (2, 1, 1)
    assert not page.is_done


def test_one_s_own_answers_are_listed_with_the_first_of_them(session, reviewer, second_reviewer):
    submit(session, reviewer, value=False)
    submit(session, second_reviewer)

    (line,) = own_answers(session, reviewer, questions_of(session), n=5)

    assert (line.position, line.words, line.tone, line.detail) == (
        1,
        "Incorrect",
        "fail",
        "Because.",
    )


def test_a_submit_without_any_answer_is_still_a_line(session):
    assert first_answer({"correct": "odd"}, questions_of(session)) == ("Submitted", "", "")
