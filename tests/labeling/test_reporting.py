"""A session's report: as stored, and recomputed from the raw answers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from accounts.credentials import Credential
from labeling import reviewing
from labeling.adjudicating import Decision, settle
from labeling.aggregation import refresh
from labeling.answering import Reply, Submission
from labeling.computing import compute
from labeling.exports import export_lines
from labeling.golding import set_gold
from labeling.models import Agreement, LabelingSession
from labeling.reporting import recomputed_report, stored_report
from labeling.wanted_exports import Wanted
from schemas.defining import definition_of, edit_schema
from schemas.models import LabelSchema
from tests.factories import LEASE, NOW, make_session
from tests.places import Place, make_place

QUESTIONS = ("correct", "tone", "problems", "minutes", "improvement")
SECRET = "the server's key"


def submit(session, position, who, correct, tone):
    """One review."""
    replies = {
        "correct": Reply(value=correct),
        "tone": Reply(value=tone),
        "problems": Reply(value=["Unclear"]),
        "minutes": Reply(value=position + 0.5),
        "improvement": Reply(value="Shorter."),
    }
    item = session.items.get(position=position)
    reviewing.submit(item, Submission(replies=replies), by=Credential(user=who), lease=LEASE)


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """Four items, every kind of question; three reviewed twice, one settled, one gold."""
    reviewer, second_reviewer = shared_place.reviewer, shared_place.second_reviewer
    session = shared_place.session_of_two(traces=4, questions=QUESTIONS)
    for position in (1, 2, 3):
        submit(session, position, reviewer, position != 2, "Rude")
        submit(session, position, second_reviewer, True, "Rude" if position == 1 else "Neutral")
    by = Credential(user=shared_place.manager)
    settle(session.items.get(position=2), Decision(schema="correct", value=False), by=by)
    ambiguous = Decision(schema="tone", rationale="Both.")
    settle(session.items.get(position=3), ambiguous, by=by)
    set_gold(session.items.get(position=1), {"correct": True}, by=by, now=NOW)
    refresh(session.pk)
    return session


@pytest.mark.parametrize("secret", ["", SECRET])
def test_the_stored_report_equals_its_recomputation(session, secret):
    stored = stored_report(session, secret=secret)
    recomputed = recomputed_report(session, compute(session), secret=secret)

    assert replace(stored, computed_at=None) == recomputed
    assert stored.computed_at is not None
    assert not stored.is_stale


def test_the_hash_is_that_of_the_file_one_downloads(session):
    report = stored_report(session)

    data = b"".join(export_lines(session, Wanted(rows="labels", format="jsonl")))
    assert report.digest == hashlib.sha256(data).hexdigest()
    assert report.n_labels == len(data.splitlines()) == 30
    assert report.export == "rows=labels&format=jsonl"


def test_a_report_tells_coverage_and_each_question(session):
    report = stored_report(session)

    facts = dict(report.facts)
    assert (facts["Items"], facts["Complete"]) == ("4", "3, 75 % of all")
    assert facts["Reviews"] == "6 of 8"
    assert [question.name for question in report.questions] == list(QUESTIONS)
    correct, tone = (dict(question.facts) for question in report.questions[:2])
    assert correct["Items with a combined answer"] == "3 of 4"
    assert (correct["Settled by a person"], correct["Found ambiguous"]) == ("1", "0")
    assert (tone["Ties"], tone["Settled by a person"], tone["Found ambiguous"]) == ("1", "1", "1")
    problems, improvement = dict(report.questions[2].facts), dict(report.questions[4].facts)
    assert tone["Items with a combined answer"] == "1 of 4"
    assert problems["Items with a combined answer"] == "3 of 4"
    assert improvement["Items with a combined answer"] == "0 of 4"
    assert improvement["Combined by"].startswith("Nothing: texts are not combined")
    assert report.questions[0].has_gold
    assert not report.questions[1].has_gold


def test_only_an_item_with_a_value_has_a_combined_answer(session, manager, reviewer):
    """One of two reviews is not enough for one; a text that a person set is one."""
    submit(session, 4, reviewer, True, "Rude")
    set_text = Decision(schema="improvement", value="Cut it.", rationale="So.")
    settle(session.items.get(position=1), set_text, by=Credential(user=manager))
    refresh(session.pk)

    for report in (stored_report(session), recomputed_report(session, compute(session))):
        facts = [dict(question.facts) for question in report.questions]
        combined = [each["Items with a combined answer"] for each in facts]
        assert combined == ["3 of 4", "1 of 4", "3 of 4", "3 of 4", "1 of 4"]


def test_a_report_tells_under_which_versions_answers_were_given(session, reviewer):
    schema = LabelSchema.objects.select_related("current").get(name="tone")
    edit_schema(schema, replace(definition_of(schema), title="Its tone?"), by=None)
    submit(session, 4, reviewer, True, "Rude")

    facts = dict(stored_report(session).questions[1].facts)

    assert facts["Answers by version"] == "version 1: 6, version 2: 1"
    assert facts["Version in force"] == "2"


def test_what_came_in_since_makes_a_report_stale(session, reviewer):
    submit(session, 4, reviewer, True, "Rude")

    assert stored_report(session).is_stale


def test_a_report_with_pseudonyms_names_nobody(session):
    report = stored_report(session, secret=SECRET)

    text = json.dumps([question.facts for question in report.questions], default=str)
    names = {line.name for question in report.questions for line in question.reviewers}
    assert "@" not in text
    assert all(name.startswith("person-") for name in names)
    assert report.export.endswith("&pseudonyms=true")
    assert report.digest != stored_report(session).digest


def test_somebody_whose_address_changed_since_is_no_fault(session, reviewer):
    reviewer.email = "amara@elsewhere.example"
    reviewer.save(update_fields=["email"])

    assert stored_report(session, secret=SECRET).questions[0].reviewers


@pytest.mark.parametrize(
    ("columns", "facts"),
    [
        ({}, []),
        (
            {"escalation": "tie", "repeat_percent": 10},
            [
                ("One more reviewer asked", "without a combined answer, up to 5 reviews"),
                ("Items given twice", "10%, counted once"),
            ],
        ),
        (
            {"escalation": "low_agreement"},
            [
                (
                    "One more reviewer asked",
                    "without a combined answer or below 75% equal answers, up to 5 reviews",
                )
            ],
        ),
    ],
)
def test_what_the_worker_did_by_itself_is_told(session, columns, facts):
    type(session).objects.filter(pk=session.pk).update(**columns)
    session.refresh_from_db()

    told = stored_report(session, secret="").facts

    assert [
        fact for fact in told if fact[0] in ("One more reviewer asked", "Items given twice")
    ] == (facts)


def test_a_session_of_which_nothing_was_computed(experiment, manager):
    session = make_session(experiment, manager, traces=0, opened=False)

    report = stored_report(session)

    assert (report.computed_at, report.n_labels) == (None, 0)
    assert dict(report.facts)["Complete"] == "0"
    assert dict(report.questions[0].facts)["Agreement"] == "Undefined"


def test_a_figure_that_was_changed_is_another_report(session):
    Agreement.objects.filter(session=session).update(result={"value": 1.0})

    assert (
        stored_report(session).questions != recomputed_report(session, compute(session)).questions
    )


def test_a_report_costs_the_same_whatever_the_number_of_answers(
    session, reviewer, django_assert_num_queries
):
    with django_assert_num_queries(14):
        stored_report(session)
    submit(session, 4, reviewer, True, "Rude")
    with django_assert_num_queries(14):
        stored_report(session)
