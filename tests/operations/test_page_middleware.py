"""Sessions and messages are for pages; MLflow's wire knows tokens only."""

from __future__ import annotations

import pytest

from tests.factories import make_token

pytestmark = pytest.mark.django_db
OF_PAGES = ("session", "user", "_messages")


@pytest.mark.parametrize(
    "path", ["/api/2.0/mlflow/experiments/search", "/api/3.0/mlflow/server-info", "/v1/traces"]
)
def test_the_wire_makes_no_session(client, owner, path) -> None:
    answer = client.get(path, headers={"Authorization": f"Bearer {make_token(owner)}"})

    assert not any(hasattr(answer.wsgi_request, name) for name in OF_PAGES)
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/inbox/", "/api/v1/me", "/v1x", "/api/2"])
def test_pages_and_the_native_api_have_one(client, owner, path) -> None:
    client.force_login(owner)

    answer = client.get(path)

    assert all(hasattr(answer.wsgi_request, name) for name in OF_PAGES)


def test_no_cookie_opens_the_wire(client, owner) -> None:
    client.force_login(owner)

    assert client.get("/api/2.0/mlflow/experiments/search").status_code == 401
