"""README's own example, as it stands, with the client as it comes: it sends in the background."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

mlflow = pytest.importorskip("mlflow")

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_first_example_logs_a_trace_and_says_something_about_it(client, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "true")
    mlflow.tracing.reset()
    example = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)[0]

    exec(compile(example, README.name, "exec"), {})  # noqa: S102 - our own words

    (trace,) = mlflow.search_traces(return_type="list", max_results=1)
    assert trace.data.spans[0].name == "answer"
    assert [(said.name, said.value) for said in trace.info.assessments] == [("correct", True)]
