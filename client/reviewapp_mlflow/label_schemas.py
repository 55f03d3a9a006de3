"""Label schemas with what MLflow's own functions refuse off Databricks: title, overwrite, lists.

Signatures: mlflow 3.17.2, genai/label_schemas/__init__.py; they decide how many parameters there
are. MLflow's functions see the same label schemas, lists of texts as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.genai.label_schemas import LabelSchema as MlflowLabelSchema
from mlflow.genai.label_schemas import LabelSchemaType
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
from mlflow.tracking.fluent import _get_experiment_id

from reviewapp_mlflow.inputs import Input, describe, understand
from reviewapp_mlflow.server import Row, Server, place


@dataclass(frozen=True)
class LabelSchema(MlflowLabelSchema):
    """MLflow's LabelSchema and the title reviewers read."""

    title: str = ""


def create_label_schema(
    name: str,
    *,
    type: str,  # noqa: A002 - MLflow's name
    input: Input,  # noqa: A002 - MLflow's name
    title: str | None = None,
    instruction: str | None = None,
    enable_comment: bool = False,
    overwrite: bool = False,
    experiment_id: str | None = None,
) -> LabelSchema:
    """A new label schema; with `overwrite` also in the place of one with this name.

    type    "feedback" or "expectation"
    title   what reviewers read; the name without it
    Overwriting makes the next version, or, where type or kind of input differ, retires the old
    schema with its answers. Raises MlflowException.
    """
    return create_in(
        current_server(),
        experiment_id or current_experiment(),
        {
            "name": name,
            "type": str(type),
            "input": describe(input),
            "title": title or "",
            "instruction": instruction or "",
            "comment": "optional" if enable_comment else "off",
            "overwrite": overwrite,
        },
    )


def get_label_schema(
    name: str | None = None, *, schema_id: str | None = None, experiment_id: str | None = None
) -> LabelSchema:
    """The label schema by its name in an experiment, or by id. Raises MlflowException."""
    return one(current_server(), name, schema_id, experiment_id)


def delete_label_schema(
    name: str | None = None, *, schema_id: str | None = None, experiment_id: str | None = None
) -> None:
    """Retire a label schema; answers given under it stay. Raises MlflowException."""
    server = current_server()
    schema = one(server, name, schema_id, experiment_id)
    server.delete(place("label-schemas", schema.schema_id or ""))


def current_server() -> Server:
    """The server of MLflow's tracking URI."""
    return Server(mlflow.get_tracking_uri())


def current_experiment() -> str:
    """The id of MLflow's active experiment."""
    return str(_get_experiment_id())


def create_in(server: Server, experiment_id: str, body: Row) -> LabelSchema:
    """Send a new label schema."""
    return understood(server.post(place("experiments", experiment_id, "label-schemas"), body))


def schemas_of(server: Server, experiment_id: str) -> list[LabelSchema]:
    """The label schemas of an experiment, newest first."""
    rows = server.rows(place("experiments", experiment_id, "label-schemas"))
    return [understood(row) for row in rows]


def one(
    server: Server, name: str | None, schema_id: str | None, experiment_id: str | None
) -> LabelSchema:
    """One label schema, by either way to name it."""
    if (name is None) == (schema_id is None):
        raise MlflowException("Give a name or a schema_id.", error_code=INVALID_PARAMETER_VALUE)
    if schema_id is not None:
        return understood(server.get(place("label-schemas", schema_id)))
    experiment_id = experiment_id or current_experiment()
    for schema in schemas_of(server, experiment_id):
        if schema.name == name:
            return schema
    raise MlflowException(
        f"Experiment {experiment_id} has no label schema named {name!r}.",
        error_code=RESOURCE_DOES_NOT_EXIST,
    )


def understood(row: Row) -> LabelSchema:
    """A row of the native API as MLflow's record."""
    return LabelSchema(
        name=row["name"],
        type=LabelSchemaType(row["type"]),
        input=understand(row["input"]),
        instruction=row["instruction"] or None,
        enable_comment=row["comment"] != "off",
        schema_id=row["schema_id"],
        experiment_id=row["experiment_id"],
        created_at=milliseconds(row["created_at"]),
        updated_at=milliseconds(row["updated_at"]),
        is_default=row["is_default"],
        title=row["title"],
    )


def milliseconds(moment: str) -> int:
    """An RFC 3339 time as MLflow counts it, since 1970."""
    return int(datetime.fromisoformat(moment).timestamp() * 1000)
