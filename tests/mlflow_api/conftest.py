"""A program that speaks MLflow's wire as it is, without MLflow's client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from django.test import Client

from accounts.models import User
from tests.factories import make_token
from traces.models import Experiment

OLD, NEW = "/api/2.0/mlflow", "/api/3.0/mlflow"


class Wire:
    """Requests with one token; answers `(status, object)`."""

    def __init__(self, secret: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, /, **query: Any) -> tuple[int, dict[str, Any]]:
        return read(self.client.get(path, query, headers=self.headers))

    def post(self, path: str, body: object) -> tuple[int, dict[str, Any]]:
        return self.send("POST", path, orjson.dumps(body))

    def patch(self, path: str, body: object) -> tuple[int, dict[str, Any]]:
        return self.send("PATCH", path, orjson.dumps(body))

    def delete(self, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        return self.send("DELETE", path, orjson.dumps(body or {}))

    def send(
        self, method: str, path: str, raw: bytes, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        together = {**self.headers, **(headers or {})}
        response = self.client.generic(
            method, path, raw, content_type="application/json", headers=together
        )
        return read(response)


def read(response: Any) -> tuple[int, dict[str, Any]]:
    assert response["Content-Type"] == "application/json", response.content[:200]
    return response.status_code, orjson.loads(response.content)


def speaking_as(user: User, *scopes: str, experiment: Experiment | None = None) -> Wire:
    """The wire with a new token of this account; every scope when none is named."""
    bound = experiment.experiment_id if experiment else ""
    return Wire(make_token(user, *scopes, experiment_id=bound))


@pytest.fixture
def wire(developer) -> Wire:
    """A developer of the experiment."""
    return speaking_as(developer)


@pytest.fixture
def manager_wire(manager) -> Wire:
    """A manager of the experiment."""
    return speaking_as(manager)


@pytest.fixture
def foreign_wire(outsider) -> Wire:
    """Somebody of another experiment."""
    return speaking_as(outsider)
