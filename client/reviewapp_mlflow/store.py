"""The labeling store behind `mlflow.genai.labeling`.

Interface: mlflow 3.17.2, genai/labeling/stores.py, AbstractLabelingStore; it decides how many
parameters there are.
"""

from __future__ import annotations

from typing import Any

from mlflow.entities import Trace
from mlflow.exceptions import MlflowException
from mlflow.genai.datasets import get_dataset
from mlflow.genai.labeling import LabelingSession
from mlflow.genai.labeling.stores import AbstractLabelingStore
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST

from reviewapp_mlflow import label_schemas as schemas
from reviewapp_mlflow.inputs import Input
from reviewapp_mlflow.label_schemas import LabelSchema
from reviewapp_mlflow.server import Row, Server, place
from reviewapp_mlflow.sessions import chat_tags, understood, warn_about_sync

TRACES_PER_REQUEST = 10_000
SHOWN_IDS = 3


class ReviewappStore(AbstractLabelingStore):
    """Labeling sessions of one server. Every method raises MlflowException."""

    def __init__(self, tracking_uri: str) -> None:
        super().__init__(tracking_uri)
        self.server = Server(tracking_uri)

    def get_labeling_session(self, run_id: str) -> LabelingSession:
        """The session of a run."""
        return understood(self.server.get(place("sessions", run_id)))

    def get_labeling_sessions(self, experiment_id: str | None = None) -> list[LabelingSession]:
        """The sessions of an experiment, newest first."""
        experiment_id = experiment_id or schemas.current_experiment()
        return [
            understood(row)
            for row in self.server.rows(place("experiments", experiment_id, "sessions"))
        ]

    def create_labeling_session(
        self,
        name: str,
        *,
        assigned_users: list[str] | None = None,
        agent: str | None = None,
        label_schemas: list[str] | None = None,
        enable_multi_turn_chat: bool = False,
        custom_inputs: dict[str, Any] | None = None,
        experiment_id: str | None = None,
    ) -> LabelingSession:
        """A new session, open at once. Without users it is for every reviewer of the experiment."""
        body = {
            "name": name,
            "reviewers": assigned_users or [],
            "label_schemas": label_schemas or [],
            "state": "open",
            "tags": chat_tags(agent, custom_inputs, enable_multi_turn_chat=enable_multi_turn_chat),
        }
        experiment_id = experiment_id or schemas.current_experiment()
        return understood(self.server.post(place("experiments", experiment_id, "sessions"), body))

    def delete_labeling_session(self, labeling_session: LabelingSession) -> None:
        """Take the session out of every list; its labels stay on the traces."""
        self.server.delete(path_of(labeling_session))

    def add_traces_to_session(
        self, labeling_session: LabelingSession, traces: list[Trace]
    ) -> LabelingSession:
        """Append traces of the session's experiment; those that are there already stay once."""
        ids = [trace.info.trace_id for trace in traces]
        missing: list[str] = []
        for start in range(0, len(ids), TRACES_PER_REQUEST):
            body = {"trace_ids": ids[start : start + TRACES_PER_REQUEST]}
            missing += self.fill(labeling_session, body)["unknown"]
        if missing:
            raise left_out(missing, f"of {len(ids)} traces are not in the session's experiment")
        return self.get_labeling_session(labeling_session.mlflow_run_id)

    def add_dataset_to_session(
        self,
        labeling_session: LabelingSession,
        dataset_name: str,
        record_ids: list[str] | None = None,
    ) -> LabelingSession:
        """Append the traces of a dataset's records; a record without a trace becomes one."""
        body: Row = {"dataset": get_dataset(name=dataset_name).dataset_id}
        if record_ids is not None:
            body["record_ids"] = list(record_ids)
        missing = self.fill(labeling_session, body)["unknown"]
        if missing:
            raise left_out(missing, f"of the records named are not in {dataset_name!r}")
        return self.get_labeling_session(labeling_session.mlflow_run_id)

    def sync_session_expectations(self, labeling_session: LabelingSession, dataset: str) -> None:
        """Write what the session's expectations were settled on into a dataset, by its name."""
        body = {"dataset": get_dataset(name=dataset).dataset_id}
        report = self.server.post(f"{path_of(labeling_session)}/sync", body)
        warn_about_sync(report, labeling_session.url)

    def set_session_assigned_users(
        self, labeling_session: LabelingSession, assigned_users: list[str]
    ) -> LabelingSession:
        """Name exactly these reviewers; people who are left out keep the answers they gave."""
        body = {"reviewers": list(assigned_users)}
        return understood(self.server.patch(path_of(labeling_session), body))

    def create_label_schema(
        self,
        name: str,
        *,
        type: str,  # noqa: A002 - MLflow's name
        title: str,
        input: Input,  # noqa: A002 - MLflow's name
        instruction: str | None = None,
        enable_comment: bool = False,
        overwrite: bool = False,
    ) -> LabelSchema:
        """A label schema of the active experiment."""
        return schemas.create_label_schema(
            name,
            type=type,
            title=title,
            input=input,
            instruction=instruction,
            enable_comment=enable_comment,
            overwrite=overwrite,
        )

    def get_label_schema(self, name: str) -> LabelSchema:
        """A label schema of the active experiment."""
        return schemas.get_label_schema(name)

    def delete_label_schema(self, name: str) -> None:
        """Retire a label schema of the active experiment."""
        schemas.delete_label_schema(name)

    def fill(self, labeling_session: LabelingSession, body: Row) -> Row:
        """Add items to a session's queue."""
        return self.server.post(f"{path_of(labeling_session)}/items", body)


def path_of(labeling_session: LabelingSession) -> str:
    """Where the native API has a session."""
    return place("sessions", labeling_session.labeling_session_id)


def left_out(missing: list[str], why: str) -> MlflowException:
    """Some could not be added; the others are in the session."""
    shown = ", ".join(missing[:SHOWN_IDS]) + (", …" if len(missing) > SHOWN_IDS else "")
    return MlflowException(
        f"{len(missing)} {why} and were left out ({shown}). The others were added.",
        error_code=RESOURCE_DOES_NOT_EXIST,
    )
