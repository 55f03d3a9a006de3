"""Traces by the native API: one, and searched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.recording import record
from tests.factories import NOW, make_experiment, make_trace
from traces.ingesting import set_tag

# On PostgreSQL a search runs in a transaction with its own timeout.
SET_TIMEOUT = 4 if connection.vendor == "postgresql" else 0


@pytest.fixture
def traces(experiment):
    """Five traces a minute apart, the last one newest; only some have the tag."""
    made = [
        make_trace(experiment, question=f"Question {n}?", start=NOW + timedelta(minutes=n))
        for n in range(5)
    ]
    for number, version in ((0, "b"), (2, "a"), (3, "b")):
        set_tag(made[number], "version", version)
    return made


def numbers(answer, traces):
    """Which of the traces an answer lists, in its order."""
    ids = [trace.trace_id for trace in traces]
    return [ids.index(row["trace_id"]) for row in answer.json()["rows"]]


def test_one_reads_a_trace_with_its_spans(api, developer, traces):
    answer = api(developer).get(f"/traces/{traces[0].trace_id}").json()

    assert answer["trace_id"] == traces[0].trace_id
    assert answer["experiment_id"] == str(traces[0].experiment_id)
    assert [span["name"] for span in answer["spans"]] == ["assistant", "retrieve"]
    assert answer["spans"][0]["inputs"] == {"question": "Question 0?"}
    assert answer["spans"][1]["parent_span_id"] == answer["spans"][0]["span_id"]


def test_a_trace_does_not_exist_for_outsiders_and_people_who_only_review(
    api, outsider, reviewer, traces
):
    hidden = api(outsider).get(f"/traces/{traces[0].trace_id}")
    reviewing = api(reviewer).get(f"/traces/{traces[0].trace_id}")
    missing = api(outsider).get("/traces/tr-nothing")

    assert [a.status_code for a in (hidden, reviewing, missing)] == [404, 404, 404]
    assert hidden.json().keys() == missing.json().keys()


def test_reading_needs_its_scope(api, developer, experiment, traces):
    caller = api(developer, "traces:write")

    assert caller.get(f"/traces/{traces[0].trace_id}").status_code == 403
    assert caller.get(f"/experiments/{experiment.pk}/traces").status_code == 403


def test_the_newest_come_first(api, developer, experiment, traces):
    answer = api(developer).get(f"/experiments/{experiment.pk}/traces")

    assert numbers(answer, traces) == [4, 3, 2, 1, 0]
    assert "spans" not in answer.json()["rows"][0]


def test_other_experiments_are_left_out(api, developer, experiment, traces):
    make_trace(make_experiment())

    answer = api(developer).get(f"/experiments/{experiment.pk}/traces")

    assert len(answer.json()["rows"]) == 5


def test_a_filter_picks_by_tag_and_by_feedback(api, developer, experiment, traces):
    by = Credential(user=developer)
    record(traces[3], Draft(name="correct", kind="feedback", value=False), by=by, now=NOW)
    caller = api(developer)

    tagged = caller.get(f"/experiments/{experiment.pk}/traces", filter="tag.version = 'b'")
    judged = caller.get(
        f"/experiments/{experiment.pk}/traces",
        filter="tag.version = 'b' AND feedback.correct = 'false'",
    )

    assert numbers(tagged, traces) == [3, 0]
    assert numbers(judged, traces) == [3]


@pytest.mark.parametrize(
    ("clauses", "order"),
    [
        ("timestamp_ms ASC", [0, 1, 2, 3, 4]),
        ("tag.version", [2, 3, 0, 4, 1]),
        ("tag.version DESC", [3, 0, 2, 4, 1]),
        ("tag.version DESC, timestamp_ms ASC", [0, 3, 2, 1, 4]),
        ("tag.`version`", [2, 3, 0, 4, 1]),
        (["tag.version DESC", "timestamp_ms ASC"], [0, 3, 2, 1, 4]),
        ("execution_time_ms", [4, 3, 2, 1, 0]),
        ("name", [4, 3, 2, 1, 0]),
    ],
)
def test_an_order_holds_over_pages_with_empty_values_last(
    api, developer, experiment, traces, clauses, order
):
    caller, path = api(developer), f"/experiments/{experiment.pk}/traces"
    found: list[int] = []
    token: str | None = ""
    while token is not None:
        answer = caller.get(path, order_by=clauses, page_size="2", page_token=token)
        found += numbers(answer, traces)
        token = answer.json()["next_page_token"]

    assert found == order


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "status = "},
        {"filter": "1; DROP TABLE traces_trace"},
        {"filter": "x" * 5000},
        {"order_by": "colour"},
        {"order_by": "timestamp_ms SIDEWAYS"},
        {"order_by": ["name", "name"]},
    ],
)
def test_a_query_that_cannot_be_read_is_refused(api, developer, experiment, query):
    answer = api(developer).get(f"/experiments/{experiment.pk}/traces", **query)

    assert answer.status_code == 400
    assert answer.json()["code"] == "filter_syntax"


def test_a_list_costs_the_same_whatever_its_length(
    api, developer, experiment, traces, django_assert_max_num_queries
):
    caller = api(developer)
    caller.get("/me")

    with django_assert_max_num_queries(4 + SET_TIMEOUT):
        answer = caller.get(f"/experiments/{experiment.pk}/traces", filter="tag.version = 'b'")

    assert len(answer.json()["rows"]) == 2
