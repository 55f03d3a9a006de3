"""Where an artifact may lie: below a run or below a trace, and nowhere else.

    <experiment>/<run id>/artifacts/…             what MLflow's client logs to a run
    <experiment>/traces/<trace id>/artifacts/…    attachments of spans

Source: mlflow 3.17.2, store/artifact/mlflow_artifacts_repo.py, and the artifact locations that our
runs and traces answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

TRACES = "traces"
# tracing/utils/artifact_utils.py, TRACE_DATA_FILE_NAME: the spans of a trace as a file.
TRACE_DATA = "traces.json"
MAXIMUM_NAME_BYTES = 255  # what file systems take
MAXIMUM_PATH_LENGTH = 1000
MAXIMUM_DEPTH = 32
# A path that was encoded more often than this is meant to deceive.
MOST_DECODINGS = 4


class InvalidArtifactPath(ValueError):
    """A path that could lead elsewhere, or that names no place for artifacts."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The artifact's path {reason}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an artifact belongs to, and its whole path.

    run_id, trace_id    one of them is empty
    parts               every folder and the file, from the experiment on
    inside              those below the `artifacts` folder; empty for that folder itself
    """

    experiment_id: str
    run_id: str = ""
    trace_id: str = ""
    parts: tuple[str, ...]
    inside: tuple[str, ...]

    @property
    def is_trace_data(self) -> bool:
        """Whether it stands for the spans of a trace."""
        return bool(self.trace_id) and self.inside == (TRACE_DATA,)


def parts_of(path: str) -> tuple[str, ...]:
    """The names in a relative path, in order. Raises InvalidArtifactPath.

    Refused is what a file system, or somebody who decodes once more, could read as another path.
    """
    if len(path) > MAXIMUM_PATH_LENGTH:
        raise InvalidArtifactPath(f"is longer than {MAXIMUM_PATH_LENGTH} characters")
    parts = tuple(path.split("/"))
    if len(parts) > MAXIMUM_DEPTH:
        raise InvalidArtifactPath(f"has more than {MAXIMUM_DEPTH} parts")
    for part in parts:
        check_name(part)
    return parts


def check_name(name: str) -> None:
    """Raises InvalidArtifactPath when it is not the name of one file, however often decoded."""
    for _ in range(MOST_DECODINGS):
        if name in ("", ".", ".."):
            raise InvalidArtifactPath("has an empty part, or one that points elsewhere")
        if any(sign in "/\\" or not sign.isprintable() for sign in name):
            raise InvalidArtifactPath("has a character that no file's name should have")
        if len(name.encode()) > MAXIMUM_NAME_BYTES:
            raise InvalidArtifactPath(f"has a part of more than {MAXIMUM_NAME_BYTES} bytes")
        if (decoded := unquote(name)) == name:
            return
        name = decoded
    raise InvalidArtifactPath("is encoded too often")


def place_of(path: str) -> Place:
    """The run or trace whose artifact it is. Raises InvalidArtifactPath."""
    match parts_of(path):
        case (experiment_id, "traces", trace_id, "artifacts", *inside) as parts:
            return Place(
                experiment_id=experiment_id, trace_id=trace_id, parts=parts, inside=tuple(inside)
            )
        case (experiment_id, run_id, "artifacts", *inside) as parts if run_id != TRACES:
            return Place(
                experiment_id=experiment_id, run_id=run_id, parts=parts, inside=tuple(inside)
            )
    raise InvalidArtifactPath("is neither a run's nor a trace's")
