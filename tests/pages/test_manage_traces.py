"""The list of traces with its filter, and one trace with all that was said about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.credentials import Credential
from accounts.roles import Role
from assessments.drafts import Changes, Draft
from assessments.models import Assessment
from assessments.recording import record, retract, revise
from labeling.trace_lines import PAGE_SIZE, Chip, in_words, together
from tests.factories import NOW, make_experiment, make_session, make_trace, submit
from traces.json_values import Json
from traces.linking import link_by_ids
from traces.models import Trace
from traces.running import start_run


@pytest.fixture
def read(client, developer):
    """A signed-in developer's client."""
    client.force_login(developer)
    return client


@pytest.fixture
def place(experiment) -> str:
    """Where its traces are."""
    return f"/e/{experiment.pk}/traces/"


def test_without_traces_the_page_says_how_to_log_one(read, place, experiment):
    page = read.get(place).content.decode()

    assert "No traces yet" in page
    assert experiment.name in page


def test_traces_are_listed_newest_first_with_question_and_answer(read, place, experiment):
    for n in range(3):
        make_trace(experiment, question=f"Question {n}?", start=NOW + timedelta(minutes=n))

    lines = read.get(place).context["lines"]

    assert [line.question for line in lines] == ["Question 2?", "Question 1?", "Question 0?"]
    assert (lines[0].answer, lines[0].duration_ms, lines[0].state) == (
        "A recorded request.",
        2000,
        "OK",
    )


def test_a_filter_of_mlflows_picks(read, place, experiment):
    make_trace(experiment, question="Which one?", start=NOW)
    make_trace(experiment, start=NOW - timedelta(days=1))
    noon = int(NOW.timestamp() * 1000)

    lines = read.get(place, {"filter": f"timestamp_ms >= {noon}"}).context["lines"]

    assert [line.question for line in lines] == ["Which one?"]


def test_a_filter_that_cannot_be_read_points_at_its_column(read, place):
    response = read.get(place, {"filter": "status = 'OK' AND when = 1"})

    assert response.context["fault"].startswith("Column 19 of the filter")
    assert response.context["pointer"] == ("status = 'OK' AND ", "when = 1")
    assert "<mark>when = 1</mark>" in response.content.decode()


def test_a_filter_that_cannot_be_searched_says_so(read, place, experiment):
    response = read.get(place, {"filter": "name RLIKE 'x{300}'"})

    assert "regular expression" in response.context["fault"]


def test_a_filter_without_matches_is_named(read, place, experiment):
    make_trace(experiment)

    page = read.get(place, {"filter": "status = 'ERROR'"}).content.decode()

    assert "No trace matches" in page


def test_the_list_goes_on_behind_a_page(read, place, experiment):
    for n in range(PAGE_SIZE + 2):
        make_trace(experiment, question=f"Question {n}?", start=NOW + timedelta(minutes=n // 2))

    first = read.get(place)
    rest = read.get(place, {"after": first.context["follows"]})

    seen = [line.trace_id for line in [*first.context["lines"], *rest.context["lines"]]]
    assert len(seen) == len(set(seen)) == PAGE_SIZE + 2
    assert (len(rest.context["lines"]), rest.context["follows"]) == (2, "")


def test_the_list_costs_the_same_whatever_its_length(
    read, place, experiment, manager, reviewer, django_assert_max_num_queries
):
    session = make_session(experiment, manager, traces=5, reviewers=(reviewer,))
    for position in range(1, 6):
        submit(session, position, reviewer, correct=True)

    with django_assert_max_num_queries(12):
        read.get(place)


def say(trace: Trace, who: Credential, name: str = "correct", *, value: Json) -> Assessment:
    """One assessment of a trace."""
    return record(trace, Draft(name=name, kind="feedback", value=value), by=who, now=NOW)


def test_equal_assessments_share_a_chip_with_their_number(
    read, place, experiment, developer, manager
):
    trace = make_trace(experiment)
    for user in (developer, manager):
        say(trace, Credential(user=user), value=True)
    say(trace, Credential(user=developer), name="tone", value="Rude")

    (line,) = read.get(place).context["lines"]

    assert [(chip.name, chip.text, chip.n) for chip in line.chips] == [
        ("correct", "yes", 2),
        ("tone", "Rude", 1),
    ]


def test_an_answer_of_a_session_is_shown_in_its_questions_words(
    read, place, experiment, manager, reviewer
):
    session = make_session(experiment, manager, traces=1, reviewers=(reviewer,))
    submit(session, 1, reviewer, correct=False)

    (line,) = read.get(place).context["lines"]

    assert [(chip.text, chip.css) for chip in line.chips] == [("Incorrect", "fail")]


def test_a_trace_shows_its_conversation_steps_and_assessments(
    read, place, experiment, manager, reviewer
):
    session = make_session(experiment, manager, traces=1, reviewers=(reviewer,))
    submit(session, 1, reviewer, correct=True)
    trace_id = session.items.get().trace.trace_id

    page = read.get(f"{place}{trace_id}/").content.decode()

    for words in ("Question 0?", "A recorded request.", "retrieve", "Document search", "Because."):
        assert words in page
    assert f"{session.name}, item 1" in page


def test_a_trace_shows_every_earlier_state_of_an_assessment(read, place, experiment, developer):
    trace, by = make_trace(experiment), Credential(user=developer)
    said = say(trace, by, value=True)
    revise(said, Changes(replaces_value=True, value=False, rationale="No."), by=by, now=NOW)

    ((shown, _, history),) = read.get(f"{place}{trace.trace_id}/").context["assessments"]

    assert shown.value is False
    assert [(state.action, words) for state, words in history] == [
        ("recorded", "yes"),
        ("revised", "no"),
    ]


def test_a_withdrawn_assessment_stays_readable_as_such(read, place, experiment, developer):
    trace, by = make_trace(experiment), Credential(user=developer)
    retract(say(trace, by, value=True), by=by, now=NOW)

    page = read.get(f"{place}{trace.trace_id}/").content.decode()

    assert "withdrawn" in page


def test_a_judges_error_is_told(read, place, experiment, manager):
    trace = make_trace(experiment)
    error = {"error_code": "TIMEOUT", "error_message": "The judge was too slow.", "stack_trace": ""}
    draft = Draft(name="correct", kind="feedback", error=error)
    record(trace, draft, by=Credential(user=manager), now=NOW)

    page = read.get(f"{place}{trace.trace_id}/").content.decode()

    assert "The judge was too slow." in page


def test_a_trace_costs_the_same_whatever_was_said(
    read, place, experiment, developer, django_assert_max_num_queries
):
    trace, by = make_trace(experiment), Credential(user=developer)
    for n in range(6):
        say(trace, by, name=f"name {n}", value=n)

    with django_assert_max_num_queries(12):
        read.get(f"{place}{trace.trace_id}/")


def test_all_of_a_long_trace_is_read_on_demand(read, place, experiment):
    trace = make_trace(experiment, answer="word " * 20_000)

    short = read.get(f"{place}{trace.trace_id}/")
    whole = read.get(f"{place}{trace.trace_id}/?all")

    assert short.context["conversation"].is_cut is True
    assert "Load all of it" in short.content.decode()
    assert whole.context["conversation"].is_cut is False


def test_an_unknown_trace_is_not_here(read, place):
    assert read.get(f"{place}tr-unknown/").status_code == 404


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (True, "yes"),
        (False, "no"),
        ("two\nlines", "two lines"),
        (["a", "b"], "a, b"),
        ([1, "b"], '[1,"b"]'),
        ({"a": 1}, '{"a":1}'),
        (2.5, "2.5"),
    ],
)
def test_any_value_has_words(value, words):
    assert in_words(value) == words


def test_chips_that_differ_in_colour_stay_apart():
    person = Chip(name="correct", text="yes", css="pass", source="person a")
    judge = Chip(name="correct", text="yes", css="judge", source="judge b")

    assert together([person, judge]) == [person, judge]


def test_the_run_of_a_session_leads_to_the_session(read, experiment, manager):
    session = make_session(experiment, manager)

    answer = read.get(f"/e/{experiment.pk}/runs/{session.session_id}/")

    assert answer.headers["Location"] == f"/e/{experiment.pk}/sessions/{session.session_id}/"


def test_another_run_leads_to_its_traces(read, experiment):
    run = start_run(experiment, name="run", user_name="", started_at=NOW, tags={})
    linked, _ = make_trace(experiment), make_trace(experiment)
    link_by_ids(run, [linked.trace_id])

    answer = read.get(f"/e/{experiment.pk}/runs/{run.run_id}/", follow=True)

    assert [line.trace_id for line in answer.context["lines"]] == [linked.trace_id]


def test_a_run_is_found_in_its_own_experiment_only(read, experiment, developer):
    elsewhere = make_experiment()
    elsewhere.memberships.create(user=developer, role=Role.DEVELOPER)
    run = start_run(elsewhere, name="run", user_name="", started_at=NOW, tags={})

    assert read.get(f"/e/{experiment.pk}/runs/{run.run_id}/").status_code == 404
    assert read.get(f"/e/{experiment.pk}/runs/unknown/").status_code == 404
