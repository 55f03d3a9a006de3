"""The review app of an experiment: what `mlflow.genai.labeling.get_review_app` is on Databricks.

MLflow's own function has no hook for other servers; this one is a function of the package.
"""

from __future__ import annotations

from typing import NoReturn

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.genai.labeling import LabelingSession
from mlflow.protos.databricks_pb2 import NOT_IMPLEMENTED

from reviewapp_mlflow.label_schemas import LabelSchema, current_experiment, schemas_of
from reviewapp_mlflow.server import Server, place
from reviewapp_mlflow.store import ReviewappStore

NO_AGENTS = (
    "Reviewers here judge traces and do not chat with agents. Run the agent yourself with MLflow "
    "tracing on, and add its traces to a labeling session with session.add_traces."
)


class ReviewApp:
    """The sessions and label schemas of one experiment."""

    def __init__(self, server: Server, experiment_id: str) -> None:
        self._server = server
        self._experiment_id = experiment_id

    @property
    def review_app_id(self) -> str:
        """The experiment's id: each experiment has one review app."""
        return self._experiment_id

    @property
    def experiment_id(self) -> str:
        """The experiment's id."""
        return self._experiment_id

    @property
    def url(self) -> str:
        """Where reviewers find the sessions they were assigned to, after signing in."""
        return f"{self._server.address}/inbox/"

    @property
    def label_schemas(self) -> list[LabelSchema]:
        """The label schemas of the experiment, newest first. Asks the server."""
        return schemas_of(self._server, self._experiment_id)

    @property
    def agents(self) -> list[NoReturn]:
        """None: reviewers judge traces."""
        return []

    def get_labeling_sessions(self) -> list[LabelingSession]:
        """The labeling sessions of the experiment, newest first. Asks the server."""
        return ReviewappStore(self._server.uri).get_labeling_sessions(self._experiment_id)

    def add_agent(
        self, *, agent_name: str, model_serving_endpoint: str, overwrite: bool = False
    ) -> NoReturn:
        """Raises MlflowException: see `agents`."""
        raise MlflowException(NO_AGENTS, error_code=NOT_IMPLEMENTED)

    def remove_agent(self, agent_name: str) -> NoReturn:
        """Raises MlflowException: see `agents`."""
        raise MlflowException(NO_AGENTS, error_code=NOT_IMPLEMENTED)


def get_review_app(experiment_id: str | None = None) -> ReviewApp:
    """The review app of an experiment, of the active one without an id. Raises MlflowException."""
    server = Server(mlflow.get_tracking_uri())
    found = server.get(place("experiments", experiment_id or current_experiment()))
    return ReviewApp(server, found["experiment_id"])
