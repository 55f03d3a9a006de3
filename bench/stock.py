"""What one process of the stock mlflow client does; started by `bench.client`.

python -m bench.stock WHAT EXPERIMENT SECONDS, with the server's address and token in MLflow's own
environment variables. It says "ready", begins when it gets a line, and prints what it did as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import mlflow
from mlflow.entities import AssessmentSource, SpanType

PASSAGE = "The warranty covers parts and labour for two years from the day of delivery. " * 8


def traced() -> None:
    """A question, its documents and the model's answer: three spans, about 2 KB."""

    @mlflow.trace(span_type=SpanType.RETRIEVER)
    def retrieve(question: str) -> list[dict[str, object]]:
        return [
            {"page_content": PASSAGE, "metadata": {"doc_uri": "warranty.md", "asked": question}}
        ]

    @mlflow.trace(span_type=SpanType.CHAT_MODEL)
    def answer(messages: list[dict[str, str]]) -> dict[str, object]:
        content = PASSAGE[: 400 + len(messages)]
        return {"choices": [{"message": {"role": "assistant", "content": content}}]}

    @mlflow.trace(span_type=SpanType.CHAIN)
    def ask(question: str) -> object:
        found = retrieve(question)
        return answer([{"role": "user", "content": f"{question} {found[0]['page_content']}"}])

    ask("How long is the warranty?")


def judged(trace_id: str) -> Callable[[], None]:
    """Feedback on one trace, as a program gives it."""
    source = AssessmentSource(source_type="CODE", source_id="bench")

    def log() -> None:
        mlflow.log_feedback(trace_id=trace_id, name="correct", value=True, source=source)

    return log


def main(what: str, experiment: str, seconds: str) -> None:
    """Warm up with one call, wait, and go on until the time is over."""
    mlflow.set_experiment(experiment_id=experiment)
    traced()
    trace_id = mlflow.get_last_active_trace_id()
    work = traced if what == "trace" or trace_id is None else judged(trace_id)
    work()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun, cpu, n = time.monotonic(), time.process_time(), 0
    while time.monotonic() - begun < float(seconds):
        work()
        n += 1
    spent = time.process_time() - cpu
    sys.stdout.write(json.dumps({"n": n, "cpu": spent, "seconds": time.monotonic() - begun}))


if __name__ == "__main__":
    main(*sys.argv[1:])
