"""A session's settled expectations as records of an evaluation dataset, one per distinct inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labeling.expecting import Expected, expected_of_items
from labeling.models import LabelingSession
from labeling.sync_plan import Heard, Report
from traces.json_values import Json

Row = Sequence[Any]  # Any: columns of every type


def dataset_rows(session: LabelingSession) -> Iterator[Row]:
    """In DATASET_COLUMNS, as a sync into an empty dataset would write them.

    Twice over the session: what contradicts itself for equal inputs, and what is unresolved, is
    left out; a sync lists it. Inputs that come again wait for the end, in memory.
    Cost: ten queries per 200 items, and a digest in memory per expectation.
    """
    heard, times = Heard(), Times()
    for batch in expected_of_items(session, Report()):
        for said in batch:
            heard.hear(said.digest, said.expectations)
            times.see(said.digest)
    waiting: dict[str, tuple[Expected, dict[str, Json]]] = {}
    for batch in expected_of_items(session, Report()):
        for said in batch:
            agreed = {
                name: value
                for name, value in said.expectations.items()
                if heard.agrees(said.digest, name, value)
            }
            if said.digest in times.again:
                waiting.setdefault(said.digest, (said, {}))[1].update(agreed)
            else:
                yield row_of(said, agreed)
    for said, agreed in waiting.values():
        if agreed:
            yield row_of(said, agreed)


class Times:
    """Which digests were seen, and which of them more than once."""

    def __init__(self) -> None:
        self.once: set[str] = set()
        self.again: set[str] = set()

    def see(self, digest: str) -> None:
        """Take note of one."""
        (self.again if digest in self.once else self.once).add(digest)


def row_of(said: Expected, expectations: Mapping[str, Json]) -> Row:
    """One record, in the shape that MLflow's client merges into a dataset."""
    source = {"source_type": "TRACE", "source_data": {"trace_id": said.trace_id}}
    return (said.inputs, said.outputs, dict(expectations), source)
