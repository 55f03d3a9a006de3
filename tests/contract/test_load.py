"""Many traces and many readers at once: nothing lost, nothing twice, no needless upload."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow.tracing.client import TracingClient  # noqa: E402

pytestmark = [
    pytest.mark.contract,
    pytest.mark.slow,  # a thousand traces are some four thousand requests
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("default"),
]

THREADS = 8
TRACES = 1000
# The client throws away what finds its queue full, which is not what is tested; 2,048 spans fit in.
ROUND = 500
READERS = 32


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every `traces.json` that the client uploads."""
    found: list[object] = []
    monkeypatch.setattr(TracingClient, "_upload_trace_data", lambda *sent: found.append(sent))
    return found


@mlflow.trace(span_type="TOOL")
def step(number):
    return number * 2


@mlflow.trace(name="work", span_type="CHAIN")
def work(number):
    return step(number) + step(number + 1)


@pytest.mark.parametrize(
    "is_async",
    [
        pytest.param("true", marks=pytest.mark.differs("no spans are uploaded a second time")),
        "false",
    ],
)
def test_a_thousand_traces_of_eight_threads_arrive_once(client, monkeypatch, uploads, is_async):
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", is_async)
    monkeypatch.setenv("MLFLOW_ASYNC_TRACE_LOGGING_MAX_QUEUE_SIZE", str(10 * TRACES))
    mlflow.tracing.reset()

    for first in range(0, TRACES, ROUND):
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, range(first, first + ROUND)))
        mlflow.flush_trace_async_logging()

    traces = mlflow.search_traces(return_type="list", max_results=TRACES + 1)
    assert sorted(trace.data.spans[0].inputs["number"] for trace in traces) == [*range(TRACES)]
    assert Counter(len(trace.data.spans) for trace in traces) == {3: TRACES}
    assert {(trace.info.state, len(trace.info.assessments)) for trace in traces} == {("OK", 0)}
    assert uploads == []


def test_readers_at_once_are_all_answered(client):
    for number in range(100):
        work(number)
    ids = [trace.info.trace_id for trace in mlflow.search_traces(return_type="list")]
    store = TracingClient().store
    pages = [ids[start : start + 10] for start in range(0, 100, 10)]

    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(store.batch_get_traces, pages * 16))

    assert [[trace.info.trace_id for trace in one] for one in found] == pages * 16
    assert {len(trace.data.spans) for one in found for trace in one} == {3}
