"""The native API over HTTP, for what MLflow's client cannot do."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.contract.conftest import Server


EMAILS = ["amara@example.org", "jonas@example.org"]  # the reviewers whose tokens the server has


def ask(server: Server, who: str, method: str, path: str, body: object = None) -> Any:
    """One request to the native API; None for an answer without content."""
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{server.url}/api/v1/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {server.tokens[who]}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
        content = answer.read()
    return json.loads(content) if content else None
