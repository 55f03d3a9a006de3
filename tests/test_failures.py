"""What is answered when no view did."""

from __future__ import annotations

import pytest
from django.db import OperationalError

pytestmark = pytest.mark.django_db
NATIVE, MLFLOW = "/api/v1/me", "/api/2.0/mlflow/runs/get"


@pytest.mark.parametrize(
    ("path", "key"), [(NATIVE, "code"), (MLFLOW, "error_code"), ("/v1/traces", "error_code")]
)
def test_programs_get_json_for_a_wrong_host(client, path, key) -> None:
    answer = client.get(path, headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert answer.json()[key].lower() == "bad_request"


def test_people_get_a_page(client) -> None:
    assert client.get("/login/", headers={"Host": "evil.example"})["Content-Type"].startswith(
        "text/html"
    )
    assert "There is nothing here" in client.get("/nothing/").content.decode()


@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError("away"), 503), (RuntimeError("defect"), 500)]
)
@pytest.mark.parametrize(("path", "kind"), [("/login/", "text/html"), ("/health", "text/html")])
def test_a_defect_is_told_and_an_absent_database_asks_to_wait(
    client, monkeypatch, error, status, path, kind
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    client.raise_request_exception = False
    monkeypatch.setattr("django.urls.resolvers.URLResolver.resolve", fail)

    answer = client.get(path)

    assert answer.status_code == status
    assert answer["Content-Type"].startswith(kind)
    assert answer.has_header("Retry-After") is (status == 503)
    assert answer.has_header("X-Request-Id")


def test_programs_get_json_for_a_defect(client, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("defect")

    client.raise_request_exception = False
    monkeypatch.setattr("reviewapp.mlflow_api.endpoint.who_asks", fail)

    answer = client.get(MLFLOW)

    assert (answer.status_code, answer.json()["error_code"]) == (500, "INTERNAL_ERROR")
