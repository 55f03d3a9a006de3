"""SearchTracesV3: places, filters, orderings, pages, and what a search costs."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.db import connection

from accounts.credentials import Credential
from accounts.roles import Role
from assessments.drafts import Draft
from assessments.recording import record
from tests.factories import NOW, make_experiment, make_member, make_trace
from tests.mlflow_api.conftest import NEW, speaking_as
from traces.ingesting import start_trace
from traces.records import TraceRecord

PATH = f"{NEW}/traces/search"


@pytest.fixture
def five(experiment):
    """Traces t0 to t4, one second apart."""
    return [add(experiment, number) for number in range(5)]


def add(experiment, number):
    return start_trace(
        experiment,
        TraceRecord(
            trace_id=f"t{number}",
            request_time=NOW + timedelta(seconds=number),
            state="OK" if number % 2 else "ERROR",
            tags={"mlflow.traceName": f"name {number}"},
        ),
    )


def asking(*experiments, **more):
    places = [
        {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": one}}
        for one in experiments
    ]
    return {"locations": places, **more}


def found(wire, body):
    status, answer = wire.post(PATH, body)
    assert status == 200, answer
    return [trace["trace_id"] for trace in answer["traces"]]


def test_the_newest_come_first(wire, experiment, five):
    assert found(wire, asking(experiment.experiment_id)) == ["t4", "t3", "t2", "t1", "t0"]


def test_a_filter_and_an_order_are_followed(wire, experiment, five):
    body = asking(experiment.experiment_id, filter="status = 'OK'", order_by=["timestamp_ms ASC"])

    assert found(wire, body) == ["t1", "t3"]


def test_what_may_not_be_seen_is_as_if_it_were_not_there(foreign_wire, wire, experiment, five):
    hidden = make_experiment()
    make_trace(hidden)

    assert found(foreign_wire, asking(experiment.experiment_id)) == []
    assert found(wire, asking(hidden.experiment_id, "nonsense", "999999999999999999999")) == []
    assert len(found(wire, asking(experiment.experiment_id, hidden.experiment_id))) == 5


def test_several_experiments_are_searched_together(developer, experiment, five):
    other = make_experiment()
    other.memberships.create(user=developer, role="developer")
    make_trace(other)

    both = asking(experiment.experiment_id, other.experiment_id)

    assert len(found(speaking_as(developer), both)) == 6


def test_pages_follow_each_other_though_traces_arrive_meanwhile(wire, experiment, five):
    body = asking(experiment.experiment_id, max_results=2)
    seen, token = [], ""
    for number in range(3):
        _, answer = wire.post(PATH, {**body, "page_token": token})
        seen += [trace["trace_id"] for trace in answer["traces"]]
        token = answer.get("next_page_token", "")
        add(experiment, 10 + number)

    assert seen == ["t4", "t3", "t2", "t1", "t0"]
    assert token == ""


def test_a_full_page_has_a_token_though_it_may_be_the_last(wire, experiment, five):
    _, answer = wire.post(PATH, asking(experiment.experiment_id, max_results=5))

    last = {"page_token": answer["next_page_token"], "max_results": 5}
    assert wire.post(PATH, asking(experiment.experiment_id, **last)) == (200, {"traces": []})


def token(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "spoiled",
    [
        {"filter": "colour = 'red'"},
        {"filter": "status = 'OK' OR status = 'ERROR'"},
        {"filter": 1},
        {"filter": "span.colour = 'a'"},
        {"filter": "trace.text = 'a'"},
        {"filter": r"span.name RLIKE '\pL'"},
        {"filter": "name RLIKE '('"},
        {"filter": r"name RLIKE '\pL'"},
        {"order_by": ["colour"]},
        {"order_by": "timestamp_ms SIDEWAYS"},
        {"max_results": 0},
        {"max_results": 501},
        {"max_results": "many"},
        {"page_token": "!"},
        {"page_token": token("{}")},
        {"page_token": token('{"offset": -1}')},
        {"page_token": token('{"offset": true}')},
        {"page_token": token('{"offset": 1, "newest": "x"}')},
        {"page_token": token('{"offset": 99999999999999999}')},
        {"locations": []},
        {"locations": ["1"]},
        {"locations": [{"mlflow_experiment": "1"}]},
    ],
    ids=str,
)
def test_what_cannot_be_searched_is_refused(wire, experiment, spoiled):
    status, answer = wire.post(PATH, {**asking(experiment.experiment_id), **spoiled})

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_token_of_mlflow_itself_is_followed(wire, experiment, five):
    body = asking(experiment.experiment_id, page_token=token('{"offset": 3}'))

    assert found(wire, body) == ["t1", "t0"]


def test_a_search_costs_the_same_for_one_trace_and_for_many(
    wire, experiment, developer, django_assert_num_queries
):
    body = asking(experiment.experiment_id, filter="feedback.good = 'true'")
    for number in range(4):
        trace = make_trace(experiment, question=f"{number}?")
        said = Draft(name="good", kind="feedback", value=True)
        record(trace, said, by=Credential(user=developer), now=NOW)
    found(wire, body)

    # Token, experiments, the filter's index, traces, assessments. PostgreSQL's limit needs a
    # savepoint here, because a test is a transaction.
    with django_assert_num_queries(7 if connection.vendor == "postgresql" else 5):
        assert len(found(wire, body)) == 4


def test_a_reviewer_searches_nothing(experiment, five):
    wire = speaking_as(make_member(experiment, Role.REVIEWER))

    assert found(wire, asking(experiment.experiment_id)) == []
