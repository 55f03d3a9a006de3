"""Traces that the stock client logs, for tests of what comes after."""

from __future__ import annotations

import mlflow


def log_trace(question: str) -> str:
    """One span, whose output is the question in capitals; the trace's id."""
    with mlflow.start_span("work") as span:
        span.set_inputs({"question": question})
        span.set_outputs(question.upper())
    return str(span.trace_id)


def log_expected_trace(question: str) -> str:
    """The same, with that output as what was expected."""
    trace_id = log_trace(question)
    mlflow.log_expectation(trace_id=trace_id, name="expected_response", value=question.upper())
    return trace_id
