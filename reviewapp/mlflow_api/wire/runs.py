"""PURE: experiments and runs as MLflow writes them.

Shapes: mlflow 3.17.2, protos/service.proto (Experiment, Run, Metric, Param, RunTag, DatasetInput).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from traces.json_values import Json, join
from traces.parsing import (
    Malformed,
    integer,
    items,
    mapping,
    optional_integer,
    optional_text,
    text,
)
from traces.running import Measured, RunContents, Source
from traces.timestamps import to_ms

if TYPE_CHECKING:
    from traces.models import Experiment, Run

# utils/validation.py, MAX_ENTITY_KEY_LENGTH.
MAXIMUM_KEY = 250
# protobuf's JSON spells what JSON numbers cannot.
SPECIAL_NUMBERS = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}
_T = TypeVar("_T")


def experiment_to_json(experiment: Experiment) -> dict[str, Json]:
    """An experiment."""
    wire: dict[str, Json] = {
        "experiment_id": experiment.experiment_id,
        "name": experiment.name,
        "artifact_location": experiment.artifact_location,
        "lifecycle_stage": stage(is_deleted=experiment.deleted_at is not None),
        "creation_time": to_ms(experiment.created_at),
        "last_update_time": to_ms(experiment.updated_at),
    }
    if experiment.tags:
        wire["tags"] = pairs_to_json(experiment.tags)
    return wire


def run_to_json(run: Run, contents: RunContents) -> dict[str, Json]:
    """A run with its latest metrics, parameters, tags and inputs."""
    data: dict[str, Json] = {
        "metrics": [metric_to_json(metric) for metric in contents.metrics],
        "params": pairs_to_json(contents.params),
        "tags": pairs_to_json(contents.tags),
    }
    sources = [dict(source.description) for source in contents.sources]
    return {
        "info": run_info_to_json(run),
        "data": {name: part for name, part in data.items() if part},
        "inputs": {"dataset_inputs": list(sources)} if sources else {},
    }


def run_info_to_json(run: Run) -> dict[str, Json]:
    """The columns of a run."""
    wire: dict[str, Json] = {
        "run_id": run.run_id,
        "run_uuid": run.run_id,
        "run_name": run.name,
        "experiment_id": str(run.experiment_id),
        "user_id": run.user_name,
        "status": run.status,
        "start_time": to_ms(run.started_at),
        "artifact_uri": f"mlflow-artifacts:/{run.experiment_id}/{run.run_id}/artifacts",
        "lifecycle_stage": stage(is_deleted=run.deleted_at is not None),
    }
    if run.ended_at is not None:
        wire["end_time"] = to_ms(run.ended_at)
    return wire


def stage(*, is_deleted: bool) -> str:
    """MLflow's word for whether something was deleted."""
    return "deleted" if is_deleted else "active"


def metric_to_json(metric: Measured) -> dict[str, Json]:
    """One measured value."""
    return {
        "key": metric.key,
        "value": number_to_json(metric.value),
        "timestamp": metric.timestamp_ms,
        "step": metric.step,
    }


def number_to_json(value: float) -> Json:
    """A double as protobuf's JSON spells it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def pairs_to_json(pairs: Mapping[str, str]) -> list[Json]:
    """`[{"key", "value"}]`, in the order of the keys."""
    return [{"key": key, "value": pairs[key]} for key in sorted(pairs)]


def listed(data: Json, path: str, read: Callable[[Json, str], _T]) -> list[_T]:
    """Every member of a list, read with its path. Raises Malformed."""
    return [read(item, f"{path}[{index}]") for index, item in enumerate(items(data, path))]


def pairs_from_json(data: Json, path: str) -> dict[str, str]:
    """Tags or parameters; of two equal keys the last wins. Raises Malformed."""
    return dict(listed(data, path, pair_from_json))


def pair_from_json(data: Json, path: str) -> tuple[str, str]:
    """One tag or parameter. Raises Malformed."""
    pair = mapping(data, path)
    value = optional_text(pair.get("value"), join(path, "value")) or ""
    return key_from_json(pair.get("key"), join(path, "key")), value


def key_from_json(data: Json, path: str) -> str:
    """A key of 1 to 250 characters. Raises Malformed."""
    key = text(data, path)
    if not 1 <= len(key) <= MAXIMUM_KEY:
        raise Malformed(path, f"is not 1 to {MAXIMUM_KEY} characters long")
    return key


def metric_from_json(data: Json, path: str) -> Measured:
    """One measured value. Raises Malformed."""
    metric = mapping(data, path)
    return Measured(
        key=key_from_json(metric.get("key"), join(path, "key")),
        value=number_from_json(metric.get("value"), join(path, "value")),
        timestamp_ms=integer(metric.get("timestamp"), join(path, "timestamp")),
        step=optional_integer(metric.get("step"), join(path, "step")) or 0,
    )


def number_from_json(data: Json, path: str) -> float:
    """A double. Raises Malformed."""
    if isinstance(data, str) and data in SPECIAL_NUMBERS:
        return SPECIAL_NUMBERS[data]
    if not isinstance(data, int | float) or isinstance(data, bool):
        raise Malformed(path, "is missing" if data is None else "is not a number")
    return float(data)


def source_from_json(data: Json, path: str) -> Source:
    """A dataset that a run reads, kept as it was described. Raises Malformed."""
    described = mapping(data, path)
    place = join(path, "dataset")
    dataset = mapping(described.get("dataset"), place)
    return Source(
        name=short_text(dataset.get("name"), join(place, "name"), 500),
        digest=short_text(dataset.get("digest"), join(place, "digest"), 250),
        description={
            "dataset": {key: text(value, join(place, key)) for key, value in dataset.items()},
            "tags": pairs_to_json(pairs_from_json(described.get("tags"), join(path, "tags"))),
        },
    )


def short_text(data: Json, path: str, most: int) -> str:
    """A text that fits its column. Raises Malformed."""
    found = text(data, path)
    if len(found) > most:
        raise Malformed(path, f"is longer than {most} characters")
    return found
