"""What an older stock client does; runs in that client's own environment and prints JSON.

Every release from 3.2 on has these calls.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

import mlflow
from mlflow.entities import AssessmentSource


@mlflow.trace(span_type="TOOL")
def look_up(number: int) -> dict[str, Any]:
    return {"numbers": [number, 1.5, None], "text": "Zürich"}


@mlflow.trace(name="assistant", span_type="AGENT", attributes={"unit": "°C"})
def assistant(question: str) -> str:
    mlflow.update_current_trace(tags={"env": "prod"})
    look_up(1)
    look_up(2**53 + 1)
    return question.upper()


@mlflow.trace
def fail() -> None:
    raise ValueError("broken")


def spans_of(trace: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": span.name,
            "type": span.span_type,
            "inputs": span.inputs,
            "outputs": span.outputs,
            "is_root": span.parent_id is None,
            "status": str(getattr(span.status.status_code, "value", span.status.status_code)),
            "events": [event.name for event in span.events],
        }
        for span in trace.data.spans
    ]


def main(experiment: str) -> None:
    mlflow.set_experiment(experiment)
    assistant("what?")
    trace_id = mlflow.get_last_active_trace_id() or ""
    source = AssessmentSource(source_type="CODE", source_id="check")
    mlflow.log_feedback(
        trace_id=trace_id, name="good", value=True, source=source, rationale="It is."
    )
    mlflow.log_expectation(trace_id=trace_id, name="facts", value=["a", {"b": 1}])
    with contextlib.suppress(ValueError):
        fail()
    trace = mlflow.get_trace(trace_id)
    experiment_id = mlflow.get_experiment_by_name(experiment).experiment_id
    search = mlflow.MlflowClient().search_traces
    found = search([experiment_id], filter_string="tags.env = 'prod'")
    print(  # noqa: T201 - read by the test
        json.dumps(
            {
                "version": mlflow.__version__,
                "trace_id": trace_id,
                "state": trace.info.state.value,
                "preview": trace.info.request_preview,
                "spans": spans_of(trace),
                "said": {one.name: one.value for one in trace.info.assessments},
                "found": [len(one.data.spans) for one in found],
                "all": sorted(one.info.state.value for one in search([experiment_id])),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
