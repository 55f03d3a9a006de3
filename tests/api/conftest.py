"""Callers of the native API; each answer is checked against the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.api.documented import check_answer
from tests.factories import make_token


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token; bodies are JSON, paths begin behind /api/v1."""

    headers: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def ask(self, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        """One request."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        content = {} if body is None else {"data": body, "content_type": "application/json"}
        call = getattr(self.client, method.lower())
        answer = call(f"/api/v1{path}", headers=headers, **content)
        check_answer(method, f"/api/v1{path}", answer)
        return answer

    def get(self, path: str, **query: str | list[str]) -> Any:
        """Read, with a query."""
        answer = self.client.get(f"/api/v1{path}", query, headers=self.headers)
        check_answer("get", f"/api/v1{path}", answer)
        return answer

    def post(self, path: str, body: object = None, *, key: str = "") -> Any:
        """Create or do."""
        return self.ask("post", path, {} if body is None else body, key=key)

    def put(self, path: str, body: object, *, key: str = "") -> Any:
        """Replace."""
        return self.ask("put", path, body, key=key)

    def patch(self, path: str, body: object) -> Any:
        """Change parts."""
        return self.ask("patch", path, body)

    def delete(self, path: str, body: object = None) -> Any:
        """Remove."""
        return self.ask("delete", path, body)


@pytest.fixture
def api(db) -> Callable[..., Caller]:
    """`api(user)` with every scope, `api(user, "read")` with these."""

    def caller(user: User, *scopes: str, experiment_id: str = "") -> Caller:
        secret = make_token(user, *scopes, experiment_id=experiment_id)
        return Caller(headers={"Authorization": f"Bearer {secret}"})

    return caller


@pytest.fixture
def nobody(db) -> Caller:
    """Somebody without a token."""
    return Caller()
