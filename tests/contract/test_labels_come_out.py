"""From a developer's traces to experts' labels and back into MLflow, with the stock client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.genai.scorers import scorer  # noqa: E402

# The warnings are the client's own.
from tests.contract.native import EMAILS, ask  # noqa: E402

pytestmark = [
    pytest.mark.contract,
    pytest.mark.differs("MLflow has no labeling sessions"),
    pytest.mark.filterwarnings("default"),
]
FACTS = ["Retries are exponential.", "Five is the default."]
QUESTIONS: list[dict[str, Any]] = [
    {"name": "correct", "type": "feedback", "input": {"pass_fail": {}}},
    {"name": "expected_response", "type": "expectation", "input": {"text": {}}},
    {"name": "expected_facts", "type": "expectation", "input": {"text_list": {}}},
]


@pytest.fixture
def reviewed(client) -> dict[str, Any]:
    """A session of three traces, each answered by two reviewers; Jonas differs on `correct`."""
    experiment = mlflow.get_experiment_by_name(f"contract {Path.cwd().name}")
    for number in range(3):
        with mlflow.start_span("assistant", span_type="CHAIN") as span:
            span.set_inputs({"question": f"How often, {number}?"})
            span.set_outputs("Five times.")
    for question in QUESTIONS:
        ask(
            client,
            "owner",
            "POST",
            f"experiments/{experiment.experiment_id}/label-schemas",
            question,
        )
    session: dict[str, Any] = ask(
        client,
        "owner",
        "POST",
        f"experiments/{experiment.experiment_id}/sessions",
        {
            "name": "First light",
            "label_schemas": [question["name"] for question in QUESTIONS],
            "reviewers": EMAILS,
            "reviews_required": 2,
        },
    )
    place = f"sessions/{session['session_id']}"
    sample = {"filter": "status = 'OK'", "sample": {"n": 3}}
    assert ask(client, "owner", "POST", f"{place}/items", sample)["added"] == 3
    ask(client, "owner", "POST", f"{place}/open")
    for who in ("amara", "jonas"):
        answer_everything(client, place, who)
    return session


def answer_everything(client, place: str, who: str) -> None:
    """Claim and submit until nothing is left."""
    while item := ask(client, who, "POST", f"{place}/next"):
        answers = {
            "correct": {"value": who == "amara", "rationale": f"Says {who}."},
            "expected_response": {"value": "Up to five times."},
            "expected_facts": {"value": FACTS},
        }
        body = {"state": "submitted", "answers": answers, "version": item["review"]["version"]}
        ask(client, who, "PUT", f"{place}/items/{item['item_id']}/review", body)


def test_every_reviewers_labels_come_with_the_sessions_traces(client, reviewed):
    traces = mlflow.search_traces(run_id=reviewed["run_id"], return_type="list")

    assert len(traces) == 3
    for trace in traces:
        said = {(one.name, one.source.source_id): one.value for one in trace.info.assessments}
        assert said[("correct", "amara@example.org")] is True
        assert said[("correct", "jonas@example.org")] is False
        assert all(said[("expected_facts", email)] == FACTS for email in EMAILS)
        assert all(one.source.source_type == "HUMAN" for one in trace.info.assessments)


@scorer
def mentions_every_fact(expectations) -> bool:
    """Whether the evaluation was handed the experts' facts and answer in their shapes."""
    read = (expectations["expected_facts"], expectations["expected_response"])
    return read == (FACTS, "Up to five times.")


def test_the_experts_expectations_are_what_an_evaluation_reads(client, reviewed):
    traces = mlflow.search_traces(run_id=reviewed["run_id"])

    result = mlflow.genai.evaluate(data=traces, scorers=[mentions_every_fact])

    assert result.metrics["mentions_every_fact/mean"] == 1.0


def test_the_filter_finds_traces_by_what_experts_said(client, reviewed):
    found = mlflow.search_traces(filter_string="feedback.correct = 'false'", return_type="list")

    assert len(found) == 3


def test_a_settlement_is_one_valid_assessment_over_all_answers(client, reviewed):
    """What the client reads after a manager settled: one valid, the others kept and not valid."""
    place = f"sessions/{reviewed['session_id']}"
    [first, *_] = ask(client, "owner", "GET", f"{place}/items")["rows"]
    decided = ask(
        client,
        "owner",
        "POST",
        f"{place}/items/{first['item_id']}/adjudication",
        {"schema": "correct", "value": False, "rationale": "It is four."},
    )
    ask(
        client,
        "owner",
        "POST",
        f"{place}/items/{first['item_id']}/adjudication",
        {"schema": "expected_response", "value": "Up to four times.", "rationale": "See page 2."},
    )

    trace = mlflow.get_trace(first["trace_id"])
    said = [each for each in trace.info.assessments if each.name == "correct"]
    assert sorted((each.valid, each.value) for each in said) == [
        (False, False),
        (False, True),
        (True, False),
    ]
    [final] = [each for each in said if each.valid]
    others = {each.assessment_id for each in said if not each.valid}
    rest = json.loads(final.metadata["reviewapp.overrides"])
    assert {final.overrides, *rest} == others
    assert (final.source.source_id, final.rationale) == ("owner@example.org", "It is four.")
    expected = [each for each in trace.info.assessments if each.name == "expected_response"]
    assert [each.value for each in expected] == ["Up to four times."]

    mlflow.delete_assessment(trace_id=first["trace_id"], assessment_id=decided["assessment_id"])

    trace = mlflow.get_trace(first["trace_id"])
    said = [each for each in trace.info.assessments if each.name == "correct"]
    assert sorted((each.valid, each.value) for each in said) == [(True, False), (True, True)]
