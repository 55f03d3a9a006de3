"""The OpenAPI document is warning-free, committed, and true: routes and answers match it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import URLPattern

from reviewapp.api import router
from reviewapp.api.documents import document

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
UNDOCUMENTED = {"openapi.json", "docs/", ""}


def test_the_document_has_no_warning_and_equals_the_committed_one(tmp_path):
    """After a change: manage.py spectacular --format openapi-json --file docs/openapi.json"""
    made = tmp_path / "openapi.json"

    call_command(
        "spectacular",
        format="openapi-json",
        validate=True,
        fail_on_warn=True,
        file=str(made),
    )

    assert made.read_text() == COMMITTED.read_text()


def test_every_route_is_in_the_document():
    routes = {str(route.pattern) for route in router.urlpatterns if isinstance(route, URLPattern)}
    documented = {
        path.removeprefix("/api/v1/").replace("{", "<str:").replace("}", ">")
        for path in document()["paths"]
    }

    assert documented == routes - UNDOCUMENTED


def test_every_operation_says_what_it_does_and_how_it_refuses():
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert {"401", "403"} <= operation["responses"].keys(), (method, path)


def test_every_post_and_put_names_the_key_but_those_of_tokens_and_imports():
    keyed = {
        (method, path)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))
    }
    writes = {
        (method, path)
        for path, methods in document()["paths"].items()
        for method in methods
        if method in ("post", "put")
    }

    assert writes - keyed == {
        ("post", "/api/v1/tokens"),
        ("post", "/api/v1/experiments/{experiment_id}/traces:import"),
    }
    assert keyed <= writes


def test_the_document_is_served(api, developer):
    answer = api(developer).get("/openapi.json")

    assert answer.status_code == 200
    assert answer.json() == json.loads(COMMITTED.read_text())


def test_the_reference_shows_every_operation_without_anything_from_elsewhere(api, developer):
    page = api(developer).get("/docs/")

    assert page.status_code == 200
    text = page.content.decode()
    for path in document()["paths"]:
        assert path in text
    assert "http://" not in text.replace("http://127.0.0.1:8000", "")
    assert "https://" not in text


@pytest.mark.parametrize("path", ["/openapi.json", "/docs/"])
def test_both_need_a_credential(nobody, path):
    assert nobody.get(path).status_code == 401
