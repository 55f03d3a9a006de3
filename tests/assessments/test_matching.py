"""Filters and orderings against rows, on whichever database the tests run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.credentials import Credential
from accounts.models import User
from accounts.roles import Role
from assessments.drafts import Draft
from assessments.matching import spellings, traces_matching
from assessments.models import Assessment
from assessments.recording import override, record, retract
from assessments.session_index import OfSession
from tests.factories import NOW, make_experiment, make_member
from traces.filtering import FilterSyntax, parse_order
from traces.ingesting import start_trace
from traces.linking import link_to_run
from traces.models import Experiment, Run, Trace
from traces.ordering import ordering
from traces.records import TraceRecord
from traces.timestamps import to_ms

pytestmark = pytest.mark.django_db

START = to_ms(NOW)


@pytest.fixture(scope="module")
def experiment(shared_db):
    """Where three of the traces are."""
    return make_experiment()


@pytest.fixture(scope="module")
def developer(experiment):
    """Who has said something."""
    return make_member(experiment, Role.DEVELOPER)


@pytest.fixture(scope="module")
def rows(experiment, developer):
    """Three traces that differ in everything, and one of another experiment."""
    made = {
        name: start_trace(place, TraceRecord(trace_id=f"tr-{name}", **facts))
        for name, place, facts in [
            ("one", experiment, FIRST),
            ("two", experiment, SECOND),
            ("bare", experiment, BARE),
            ("far", make_experiment("far"), FIRST),
        ]
    }
    run = Run.objects.create(run_id=RUN, experiment=experiment, started_at=NOW)
    link_to_run(run, [made["two"]])
    say(made["one"], developer, "correct", value=True)
    say(made["one"], developer, "score", value=0.5)
    say(made["one"], developer, "comment", value="Good [enough]")
    say(made["two"], developer, "correct", value=False)
    say(made["two"], developer, "score", value=3)
    say(made["two"], developer, "answer", kind="expectation", value="Paris")
    return made


@pytest.fixture(params=["few", "many"], autouse=True)
def plan(request, monkeypatch):
    """Both plans of a search: naming the few that an index finds, and testing trace by trace."""
    if request.param == "many":
        monkeypatch.setattr("traces.found.FEW", 0)
        monkeypatch.setattr("assessments.matching.FEW", 0)


RUN = "0123456789abcdef" * 2
FIRST: dict[str, Any] = {
    "request_time": NOW + timedelta(microseconds=1500),
    "execution_duration_ms": 250,
    "state": "OK",
    "client_request_id": "req-1",
    "tags": {"mlflow.traceName": "Chat", "env": "prod", "path": "a*b_[c]", "big key": "x"},
    "metadata": {"mlflow.sourceRun": "run-a", "mlflow.trace.session": "s1"},
}
SECOND: dict[str, Any] = {
    "request_time": NOW + timedelta(seconds=1),
    "execution_duration_ms": 2000,
    "state": "ERROR",
    "client_request_id": "REQ-2",
    "tags": {
        "mlflow.traceName": "search",
        "env": "dev",
        "path": "axb",
        "note": "ÄRGER\n5",
        "long": "y" * 200,
    },
    "metadata": {"mlflow.trace.session": "s1", "mlflow.trace.user": "ann"},
}
BARE: dict[str, Any] = {"request_time": NOW + timedelta(seconds=2), "state": "IN_PROGRESS"}


def say(trace: Trace, user: User, name: str, *, kind: Any = "feedback", **said: Any) -> Assessment:
    by = Credential(user=user)
    return record(trace, Draft(name=name, kind=kind, **said), by=by, now=NOW)


def found(experiment: Experiment, text: str) -> set[str]:
    picked = Trace.objects.filter(
        traces_matching(text, experiments=[experiment.pk]), experiment=experiment
    )
    return {trace_id.removeprefix("tr-") for trace_id in picked.values_list("trace_id", flat=True)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "one two bare"),
        ("status = 'OK'", "one"),
        ("status != 'OK'", "two bare"),
        ("status IN ('OK', 'ERROR')", "one two"),
        ("status NOT IN ('OK', 'ERROR')", "bare"),
        ("status LIKE '%R%'", "two bare"),
        ("request_id = 'tr-one' AND status = 'OK'", "one"),
        ("request_id RLIKE '^tr-.{3}$'", "one two"),
        ("client_request_id = 'req-1'", "one"),
        ("client_request_id != 'req-1'", "two"),
        ("client_request_id NOT IN ('req-1')", "two"),
        ("client_request_id LIKE 'req%'", "one"),
        ("client_request_id ILIKE 'req%'", "one two"),
        ("name = 'Chat'", "one"),
        ("name != 'Chat'", "two"),
        ("name IN ('Chat', 'search', 'none')", "one two"),
        ("name LIKE 'c%'", ""),
        ("name ILIKE 'c%'", "one"),
        ("name IS NULL", "bare"),
        ("name IS NOT NULL", "one two"),
        ("tags.env = 'prod'", "one"),
        ("tags.env != 'prod'", "two"),
        ("tags.env IS NULL", "bare"),
        ("tags.env IS NOT NULL", "one two"),
        ("tag.`big key` = 'x'", "one"),
        ("tags.path LIKE 'a*b_[c]'", "one"),
        ("tags.path LIKE 'a_b%'", "one two"),
        ("tags.path LIKE 'A%'", ""),
        (r"tags.path LIKE 'a\*b%'", ""),
        ("tags.note ILIKE 'ärger%'", "two"),
        (f"tags.long = '{'y' * 200}'", "two"),
        (f"tags.long = '{'y' * 199}'", ""),
        (f"tags.long = '{'y' * 120}'", ""),
        (f"tags.long = '{'y' * 119}'", ""),
        ("tags.note LIKE '%R_5'", "two"),
        (r"tags.note RLIKE '^\w+'", ""),
        (r"tags.note RLIKE 'R\s5$'", "two"),
        ("tags.note RLIKE 'R.5'", ""),
        ("tags.env RLIKE '(?i)PRO'", "one"),
        (r"tags.path RLIKE '\bb_\['", "one"),
        ("metadata.`mlflow.trace.user` = 'ann'", "two"),
        ("metadata.`mlflow.trace.user` IS NULL", "one bare"),
        ("run_id = 'run-a'", "one"),
        (f"run_id = '{RUN}'", "two"),
        (f"run_id IN ('{RUN}', 'run-a')", "one two"),
        ("run_id != 'run-a'", "two"),
        (f"run_id NOT IN ('run-a', '{RUN}')", ""),
        ("run_id LIKE 'run%'", "one"),
        ("run_id IS NULL", "bare"),
        ("run_id IS NOT NULL", "one two"),
        (f"timestamp_ms = {START + 1}", "one"),
        (f"timestamp_ms != {START + 1}", "two bare"),
        (f"timestamp_ms > {START + 1}", "two bare"),
        (f"timestamp_ms >= {START + 1}.5", "two bare"),
        (f"timestamp_ms < {START + 1}.5", "one"),
        (f"timestamp <= {START + 1000}", "one two"),
        (f"timestamp = {START + 1}.5", ""),
        ("timestamp > -9e17", "one two bare"),
        ("timestamp < 9e17", "one two bare"),
        ("execution_time = 250", "one"),
        ("execution_time_ms != 250", "two"),
        ("execution_time > 250", "two"),
        ("execution_time < 9223372036854775807", "one two"),
        (f"end_time = {START + 251}", "one"),
        (f"end_time_ms != {START + 251}", "two bare"),
        (f"end_time > {START + 2000}", "two"),
        (f"end_time <= {START + 2000}", "one bare"),
        ("feedback.correct = 'true'", "one"),
        ("feedback.correct = false", "two"),
        ("feedback.correct != 'true'", "two"),
        ("feedback.correct IS NULL", "bare"),
        ("feedback.correct IS NOT NULL", "one two"),
        ("feedback.score = '0.5'", "one"),
        ("feedback.score = '3.0'", "two"),
        ("feedback.score = 3", "two"),
        ("feedback.score != 3", "one"),
        ("feedback.score > 0.5", "two"),
        ("feedback.score >= 0.5", "one two"),
        ("feedback.score < 3", "one"),
        ("feedback.score <= 3", "one two"),
        ("feedback.comment LIKE 'Good [%'", "one"),
        ("feedback.comment RLIKE 'enough.$'", "one"),
        ("feedback.comment ILIKE 'good%'", "one"),
        ("feedback.comment > 1", ""),
        ("expectation.answer = 'Paris'", "two"),
        ("feedback.answer = 'Paris'", ""),
        ("expectation.answer IS NULL", "one bare"),
        ("feedback.correct IS NOT NULL AND tags.env = 'dev' AND status = 'ERROR'", "two"),
        ("issue.id = 'x'", ""),
        ("issue.id = 'x' AND status = 'OK'", ""),
    ],
)
def test_a_filter_picks(rows, experiment, text, names):
    assert found(experiment, text) == set(names.split())


def test_an_overridden_and_a_retracted_assessment_do_not_count(rows, experiment, developer):
    by = Credential(user=developer)
    first = rows["one"].assessments.get(name="correct")
    override(first, Draft(name="correct", kind="feedback", value=False), by=by, now=NOW)
    retract(rows["two"].assessments.get(name="correct"), by=by, now=NOW)

    assert found(experiment, "feedback.correct = 'true'") == set()
    assert found(experiment, "feedback.correct = 'false'") == {"one"}


def test_an_assessment_of_a_session_covers_the_traces_of_the_session(rows, experiment, developer):
    say(rows["one"], developer, "polite", value=True, metadata={"mlflow.trace.session": "s1"})

    assert found(experiment, "feedback.polite = 'true'") == {"one", "two"}
    assert found(experiment, "feedback.polite IS NULL") == {"bare"}


def test_few_sessions_are_named_though_many_traces_were_judged(
    rows, experiment, developer, monkeypatch
):
    monkeypatch.setattr("assessments.matching.FEW", 1)
    say(rows["bare"], developer, "polite", value=True)
    say(rows["one"], developer, "polite", value=True, metadata={"mlflow.trace.session": "s1"})
    say(rows["one"], developer, "polite", value=False)

    assert found(experiment, "feedback.polite = 'true'") == {"one", "two", "bare"}
    assert found(experiment, "feedback.correct IS NOT NULL") == {"one", "two"}
    assert found(experiment, "feedback.correct IS NULL") == {"bare"}


@pytest.mark.parametrize(
    "metadata", [{"mlflow.trace.session": "s1"}, {"a": "mlflow.trace.session"}]
)
def test_the_index_holds_assessments_of_sessions(rows, developer, metadata):
    say(rows["one"], developer, "polite", value=True, metadata=metadata)

    is_about = "mlflow.trace.session" in metadata
    assert Assessment.objects.filter(OfSession()).exists() is is_about


def test_a_pattern_that_not_every_database_knows_is_refused_with_its_place():
    with pytest.raises(FilterSyntax) as caught:
        traces_matching(r"status = 'OK' AND tags.a RLIKE '\pL'", experiments=[1])

    assert (caught.value.position, caught.value.found) == (19, r"\p")


@pytest.mark.parametrize(
    ("clauses", "names"),
    [
        ([], "bare two one"),
        (["timestamp_ms"], "one two bare"),
        (["timestamp DESC"], "bare two one"),
        (["execution_time"], "one two bare"),
        (["execution_time DESC"], "two one bare"),
        (["end_time DESC"], "two bare one"),
        (["status"], "two bare one"),
        (["request_id DESC"], "two one bare"),
        (["name"], "one two bare"),
        (["name DESC"], "two one bare"),
        (["tag.env"], "two one bare"),
        (["metadata.`mlflow.trace.session`", "timestamp_ms ASC"], "one two bare"),
        (["run_id"], "one bare two"),
        (["experiment_id", "execution_time DESC"], "two one bare"),
    ],
)
def test_an_ordering_sorts(rows, experiment, clauses, names):
    ordered = Trace.objects.filter(experiment=experiment).order_by(*ordering(parse_order(clauses)))

    assert [trace.trace_id.removeprefix("tr-") for trace in ordered] == names.split()


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("yes", ("yes",)),
        ("3", ("3", "3.0")),
        ("3.0", ("3.0", "3")),
        ("0.50", ("0.50", "0.5")),
        ("nan", ("nan",)),
        ("9007199254740993", ("9007199254740993",)),
    ],
)
def test_a_number_is_found_under_each_of_its_spellings(text, stored):
    assert set(spellings(text)) == set(stored)
