"""PURE: what requests say about traces, beside TraceInfo and spans (`traces.trace_json`).

Shapes: mlflow 3.17.2, protos/service.proto (SearchTracesV3) and tracing/constant.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from traces.json_values import InvalidJson, Json, loads
from traces.parsing import Malformed, items, mapping, text

# tracing/constant.py, TraceMetadataKey.SIZE_STATS and TraceSizeStatsKey.NUM_SPANS.
SIZE_STATS = "mlflow.trace.sizeStats"
N_SPANS = "num_spans"


class NotExportedYet(LookupError):
    """Some of the spans that the client has counted have not arrived."""

    def __init__(self, trace_id: str) -> None:
        self.trace_id = trace_id
        super().__init__(
            f"Trace with ID {trace_id} is not fully exported yet. Try again, or allow a part of it."
        )


class NoSuchTag(LookupError):
    """The trace, run or experiment has no tag with this key."""

    def __init__(self, key: str, place: str) -> None:
        self.key = key
        super().__init__(f"No tag with name: {key} in {place}")


def spans_expected(metadata: Mapping[str, str]) -> int:
    """How many spans the client has counted; 0 when it has not said."""
    try:
        stats = loads(metadata.get(SIZE_STATS, ""))
    except InvalidJson:
        return 0
    counted = stats.get(N_SPANS) if isinstance(stats, dict) else None
    return counted if isinstance(counted, int) else 0


def experiment_ids_of(locations: Json) -> list[str]:
    """Experiments among the places to search; other kinds of places hold nothing here.

    Raises Malformed.
    """
    found = [
        mapping(item, f"locations[{i}]") for i, item in enumerate(items(locations, "locations"))
    ]
    if not found:
        raise Malformed("locations", "is missing")
    places = [place["mlflow_experiment"] for place in found if place.get("mlflow_experiment")]
    return [
        text(mapping(place, "locations.mlflow_experiment").get("experiment_id"), "experiment_id")
        for place in places
    ]
