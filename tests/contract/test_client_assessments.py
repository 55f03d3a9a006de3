"""Feedback and expectations of the stock client."""

from __future__ import annotations

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.entities import AssessmentSource, Feedback  # noqa: E402

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]

ANN = AssessmentSource(source_type="HUMAN", source_id="ann@example.org")


@pytest.fixture
def trace_id(client):
    """A finished trace."""
    with mlflow.start_span("work") as span:
        span.set_outputs(42)
    return span.trace_id


def said_about(trace_id):
    return mlflow.get_trace(trace_id).info.assessments


def test_feedback_and_expectations_come_back_as_they_were_logged(trace_id):
    logged = [
        mlflow.log_feedback(trace_id=trace_id, name="good", value=True, rationale="It helps."),
        mlflow.log_feedback(trace_id=trace_id, name="score", value=0.5, source=ANN),
        mlflow.log_feedback(trace_id=trace_id, name="parts", value={"a": [1.5, "x", None]}),
        mlflow.log_feedback(trace_id=trace_id, name="nothing", value=None, metadata={"n": 45}),
        mlflow.log_expectation(trace_id=trace_id, name="answer", value="42"),
        mlflow.log_expectation(trace_id=trace_id, name="facts", value=["one", {"two": 2}]),
    ]

    assert [one.to_dictionary() for one in said_about(trace_id)] == [
        one.to_dictionary() for one in logged
    ]
    assert said_about(trace_id)[5].value == ["one", {"two": 2}]
    assert said_about(trace_id)[3].metadata["n"] == "45"


@pytest.mark.differs("who said it follows from the token")
def test_nobody_named_is_the_account_of_the_token(trace_id):
    expectation = mlflow.log_expectation(trace_id=trace_id, name="answer", value="42")

    assert (expectation.source.source_type, expectation.source.source_id) == (
        "HUMAN",
        "owner@example.org",
    )


def test_an_error_instead_of_a_value(trace_id):
    mlflow.log_feedback(trace_id=trace_id, name="judge", error=ValueError("no answer"))

    (judged,) = said_about(trace_id)
    assert judged.value is None
    assert (judged.error.error_code, judged.error.error_message) == ("ValueError", "no answer")


def test_what_is_said_inside_the_active_span_comes_with_the_trace(client):
    with mlflow.start_span("work") as span:
        mlflow.log_feedback(trace_id=span.trace_id, name="early", value=True, span_id=span.span_id)
        mlflow.log_expectation(trace_id=span.trace_id, name="answer", value=[1, 2])

    early, answer = said_about(span.trace_id)
    assert early.assessment_id.startswith("a-")
    assert (early.value, early.span_id) == (True, span.span_id)
    assert answer.value == [1, 2]


def test_an_override_keeps_both_and_deleting_it_restores_the_first(trace_id):
    first = mlflow.log_feedback(trace_id=trace_id, name="good", value=False)

    second = mlflow.override_feedback(
        trace_id=trace_id, assessment_id=first.assessment_id, value=True, rationale="Look again."
    )

    assert [(one.value, one.valid) for one in said_about(trace_id)] == [
        (False, False),
        (True, True),
    ]
    assert second.overrides == first.assessment_id
    mlflow.delete_assessment(trace_id=trace_id, assessment_id=second.assessment_id)
    assert [(one.value, one.valid) for one in said_about(trace_id)] == [(False, True)]


def test_an_update_changes_what_it_names(trace_id):
    first = mlflow.log_feedback(
        trace_id=trace_id, name="good", value=1, rationale="Kept.", metadata={"a": "1"}
    )

    mlflow.update_assessment(
        trace_id=trace_id,
        assessment_id=first.assessment_id,
        assessment=Feedback(name="good", value="yes", metadata={"b": "2"}),
    )

    changed = mlflow.get_assessment(trace_id=trace_id, assessment_id=first.assessment_id)
    assert (changed.value, changed.rationale, changed.metadata) == (
        "yes",
        "Kept.",
        {"a": "1", "b": "2"},
    )
    assert changed.create_time_ms == first.create_time_ms
    assert changed.last_update_time_ms > first.last_update_time_ms


def test_deleting_twice_is_no_error(trace_id):
    first = mlflow.log_feedback(trace_id=trace_id, name="good", value=1)

    for _ in range(2):
        mlflow.delete_assessment(trace_id=trace_id, assessment_id=first.assessment_id)

    assert said_about(trace_id) == []
    with pytest.raises(mlflow.MlflowException) as caught:
        mlflow.get_assessment(trace_id=trace_id, assessment_id=first.assessment_id)
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_trace_that_is_not_there_says_so(client):
    with pytest.raises(mlflow.MlflowException, match="not found") as caught:
        mlflow.log_feedback(trace_id=f"tr-{'0' * 32}", name="good", value=1)

    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize(
    ("text", "n_found"),
    [
        ("feedback.good = 'true'", 1),
        ("feedback.good != 'true'", 0),
        ("feedback.score > 0.4", 1),
        ("feedback.score <= 0.4", 0),
        ("feedback.missing IS NULL", 1),
        ("expectation.answer = '42'", 1),
        ("expectation.answer LIKE '%2%'", 1),
        pytest.param(
            *("expectation.answer LIKE '4%'", 1),
            marks=pytest.mark.differs("MLflow compares text in its JSON quotes"),
        ),
        ("feedback.answer = '42'", 0),
    ],
)
def test_traces_are_found_by_what_was_said(trace_id, text, n_found):
    mlflow.log_feedback(trace_id=trace_id, name="good", value=True)
    mlflow.log_feedback(trace_id=trace_id, name="score", value=0.5)
    mlflow.log_expectation(trace_id=trace_id, name="answer", value="42")

    assert len(mlflow.search_traces(filter_string=text, return_type="list")) == n_found
