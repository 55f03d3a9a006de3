"""Asking again what a change of the question made stale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from labeling import reasking, reviewing
from labeling.adjudicating import Decision, settle
from labeling.aggregation import refresh
from labeling.answering import Reply, Submission
from labeling.computing import compute
from labeling.managing import close_session
from labeling.models import Answer, Consensus, LabelingSession, QueueItem, Review
from labeling.queueing import SessionClosed
from labeling.reasking import ask_again
from labeling.stale_answers import by_question, by_session, open_answers, stale_answers
from labeling.statuses import Verdict, set_status
from schemas.defining import definition_of, edit_schema
from schemas.inputs import Categorical
from schemas.models import LabelSchema
from tests.factories import LEASE, NOW
from tests.places import Place, make_place

FEWER = Categorical(("Friendly", "Rude"))
MORE = Categorical(("Friendly", "Neutral", "Rude", "Cold"))


@pytest.fixture
def by(manager) -> Credential:
    """Who edits questions."""
    return Credential(user=manager)


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Two items, two questions, both answered by one reviewer, the first by the other too."""
    session = shared_place.session_of_two(questions=("tone", "correct"))
    submit(session, 1, shared_place.reviewer, "Neutral")
    submit(session, 2, shared_place.reviewer, "Rude")
    submit(session, 1, shared_place.second_reviewer, "Rude")
    return session


@pytest.fixture
def tone(session) -> LabelSchema:
    """The question that changes."""
    return LabelSchema.objects.select_related("current").get(name="tone")


def submit(session, position, who, tone):
    """One review."""
    replies = {
        "tone": Reply(value=tone, rationale="I know."),
        "correct": Reply(value=True, rationale="It is."),
    }
    item = session.items.get(position=position)
    reviewing.submit(item, Submission(replies=replies), by=Credential(user=who), lease=LEASE)


def change(schema, spec) -> LabelSchema:
    """A new version of the question."""
    edit_schema(schema, replace(definition_of(schema), input=spec), by=None)
    return LabelSchema.objects.select_related("current").get(pk=schema.pk)


def drafts(session):
    """Reviews that are drafts, with what is still in them."""
    rows = Review.objects.filter(item__session=session, state="draft").order_by("pk")
    return [(row.item.position, row.reviewer.email, sorted(row.draft)) for row in rows]


def test_a_reworded_question_makes_nothing_stale(session, tone, by):
    tone = change(tone, MORE)

    assert list(stale_answers()) == []
    assert ask_again(session, tone, by=by).asked == 0
    assert not AuditEvent.objects.filter(act="question asked again").exists()


def test_stale_answers_are_counted_by_session_and_by_question(session, tone):
    tone = change(tone, FEWER)

    [in_session] = by_session(stale_answers(), tone)
    [to_question] = by_question(session)

    assert (in_session.session, in_session.n_answers, in_session.n_people) == (session, 3, 2)
    assert (to_question.schema, to_question.version) == ("tone", 2)
    assert (to_question.n_answers, to_question.n_people) == (3, 2)


def test_only_the_question_that_changed_is_asked_again(session, tone, by, reviewer):
    tone = change(tone, FEWER)

    done = ask_again(session, tone, by=by)

    assert (done.asked, done.left) == (3, 0)
    assert drafts(session) == [
        (1, reviewer.email, ["correct"]),
        (2, reviewer.email, ["correct"]),
        (1, "jonas@example.org", ["correct"]),
    ]
    given = Answer.objects.filter(review__item__session=session)
    retracted = {
        answer.label_schema.name: answer.assessment.retracted_at is not None for answer in given
    }
    assert retracted == {"tone": True, "correct": False}
    assert set(QueueItem.objects.values_list("status", flat=True)) == {"pending"}


def test_reviewers_are_told_why_it_came_back(session, tone, by):
    tone = change(tone, FEWER)

    ask_again(session, tone, by=by)

    told = set(Review.objects.filter(state="draft").values_list("sent_back", flat=True))
    assert len(told) == 1
    assert told.pop().startswith("The question “tone” has changed since you answered it.")
    event = AuditEvent.objects.get(act="question asked again")
    assert event.details == {"question": "tone", "reviews": 3}


def test_the_other_answers_count_again_untouched_once_it_is_submitted(session, tone, by, reviewer):
    before = Answer.objects.get(
        review__reviewer=reviewer, review__item__position=2, label_schema__name="correct"
    ).assessment
    tone = change(tone, FEWER)
    ask_again(session, tone, by=by)

    submit(session, 2, reviewer, "Friendly")

    answers = Answer.objects.filter(review__reviewer=reviewer, review__item__position=2)
    found = {answer.label_schema.name: answer for answer in answers}
    assert found["correct"].assessment == before
    assert before.version == found["correct"].assessment.version
    assert found["tone"].assessment.value == "Friendly"
    assert found["tone"].schema_version.number == 2
    review = found["tone"].review
    assert (review.state, review.sent_back) == ("submitted", "")
    assert by_question(session) == []


def test_asking_again_twice_changes_nothing(session, tone, by):
    tone = change(tone, FEWER)
    ask_again(session, tone, by=by)
    versions = list(Review.objects.order_by("pk").values_list("version", flat=True))

    again = ask_again(session, tone, by=by)

    assert (again.asked, again.left) == (0, 0)
    assert list(Review.objects.order_by("pk").values_list("version", flat=True)) == versions


def test_many_go_back_in_several_steps(session, tone, by, monkeypatch):
    monkeypatch.setattr(reasking, "MOST_AT_ONCE", 2)
    tone = change(tone, FEWER)

    first, second = ask_again(session, tone, by=by), ask_again(session, tone, by=by)

    assert (first.asked, first.left) == (2, 1)
    assert (second.asked, second.left) == (1, 0)


def test_what_is_settled_is_not_asked_again(session, tone, by):
    settle(session.items.get(position=1), Decision(schema="tone", value="Rude"), by=by)
    tone = change(tone, FEWER)

    done = ask_again(session, tone, by=by)

    assert (done.asked, done.left) == (1, 0)
    assert by_question(session)[0].n_answers == 2


def test_an_item_that_was_finished_by_force_is_left_alone(session, tone, by):
    verdict = Verdict(status=QueueItem.Status.DECLINED, by_force=True)
    set_status(session.items.get(position=2), verdict, by=by, lease=LEASE)
    tone = change(tone, FEWER)

    assert ask_again(session, tone, by=by).asked == 2


def test_people_who_review_no_more_are_not_asked(session, tone, by, second_reviewer):
    session.reviewers.filter(user=second_reviewer).update(removed_at=NOW)
    tone = change(tone, FEWER)

    assert ask_again(session, tone, by=by).asked == 2


def test_cannot_judge_is_asked_again_too(session, tone, by, second_reviewer):
    replies = {"tone": Reply(cannot_judge="No sound."), "correct": Reply(value=True)}
    item = session.items.get(position=2)
    said = Submission(replies=replies)
    reviewing.submit(item, said, by=Credential(user=second_reviewer), lease=LEASE)
    tone = change(tone, FEWER)

    assert ask_again(session, tone, by=by).asked == 4


def test_a_question_that_is_asked_no_more_has_no_stale_answers(session, tone):
    session.questions.filter(label_schema=tone).update(removed_at=NOW)
    change(tone, FEWER)

    assert list(stale_answers()) == []


def test_a_closed_session_keeps_its_answers(session, tone, by):
    close_session(session, by=by, now=NOW)
    tone = change(tone, FEWER)

    assert list(stale_answers()) == []
    assert not open_answers().exists()
    with pytest.raises(SessionClosed):
        ask_again(session, tone, by=by)


def test_figures_follow(session, tone, by):
    refresh(session.pk)
    tone = change(tone, FEWER)
    ask_again(session, tone, by=by)

    refresh(session.pk)

    assert not Consensus.objects.filter(item__session=session).exists()
    assert compute(session).consensus == {}


def test_a_review_that_came_back_can_still_be_found_impossible(session, tone, by, reviewer):
    ask_again(session, change(tone, FEWER), by=by)
    amara = Credential(user=reviewer)
    item = session.items.get(position=2)

    reviewing.cannot_judge(item, Submission(reason="No sound."), by=amara, lease=LEASE)

    answers = Answer.objects.filter(review__reviewer=reviewer, review__item=item)
    assert {answer.assessment.retracted_at is None for answer in answers} == {False}
    assert Review.objects.get(reviewer=reviewer, item=item).state == "cannot_judge"


def test_a_review_that_came_back_can_be_skipped_and_is_found_again(session, tone, by, reviewer):
    ask_again(session, change(tone, FEWER), by=by)
    amara = Credential(user=reviewer)

    reviewing.skip(session.items.get(position=1), Submission(), by=amara, lease=LEASE)
    reviewing.skip(session.items.get(position=2), Submission(), by=amara, lease=LEASE)
    submit(session, 1, reviewer, "Rude")

    found = compute(session).consensus
    assert {columns["n"] for columns in found.values()} == {1}
    assert len(found) == 2
