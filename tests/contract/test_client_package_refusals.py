"""What the package in client/ says when it may not, cannot, or is not understood."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import mlflow
import pytest
import reviewapp_mlflow as schemas
from mlflow.genai.labeling import (
    create_labeling_session,
    get_labeling_session,
    get_labeling_sessions,
)

from tests.contract.native import ask

# The warnings are the client's own.
pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]
PASSED = ["Authorization", "Content-Type", "Idempotency-Key"]
QUIET = {"log_message": lambda *_: None}


@contextmanager
def serving(**methods) -> Iterator[str]:
    """A small server of these handlers, on a free port."""
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Small", (BaseHTTPRequestHandler,), methods)
    )
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def send(handler, status, content):
    """One whole answer."""
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def code_of(refused):
    """MLflow's code of a caught exception."""
    return refused.value.error_code


@pytest.mark.differs("the package labels on this server only")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"label_schemas": ["nothing"]},
            "^label_schemas: There is no label schema named 'nothing'",
        ),
        ({"assigned_users": ["nobody"]}, "^reviewers: 'nobody' is not an e-mail address"),
        ({"name": ""}, "name: "),
    ],
)
def test_a_session_that_cannot_be_is_not_made(client, changes, said):
    with pytest.raises(mlflow.MlflowException, match=said) as refused:
        create_labeling_session(**{"name": "Week 47", **changes})

    assert code_of(refused) == "INVALID_PARAMETER_VALUE"
    assert get_labeling_sessions() == []


@pytest.mark.differs("the package labels on this server only")
def test_without_a_token_nothing_is_told(client, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")

    with pytest.raises(mlflow.MlflowException) as refused:
        get_labeling_session("0" * 32)

    assert code_of(refused) == "UNAUTHENTICATED"


@pytest.mark.differs("the package labels on this server only")
def test_e_mail_and_token_work_as_user_and_password(client, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "owner@example.org")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", client.tokens["owner"])

    assert get_labeling_sessions() == []


@pytest.mark.differs("the package labels on this server only")
@pytest.mark.parametrize(
    ("who", "code"), [("reader", "PERMISSION_DENIED"), ("stranger", "RESOURCE_DOES_NOT_EXIST")]
)
def test_who_may_not_manage_is_told_so_and_an_outsider_nothing(client, monkeypatch, who, code):
    session = create_labeling_session("Week 47", assigned_users=["amara@example.org"])
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", client.tokens[who])

    for act in (lambda: session.set_assigned_users([]), lambda: session.sync("nothing")):
        with pytest.raises(mlflow.MlflowException) as refused:
            act()
        assert code_of(refused) in {code, "RESOURCE_DOES_NOT_EXIST"}
    with pytest.raises(mlflow.MlflowException) as refused:
        create_labeling_session("Week 48")
    assert code_of(refused) == code


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (404, b"<h1>Not Found</h1>", "is not a Reviewapp server .its /api/v1/ answered 404"),
        (404, b'{"error_code": "ENDPOINT_NOT_FOUND"}', "is not a Reviewapp server"),
        (200, b"<html></html>", "is not a Reviewapp server .its /api/v1/ answered 200"),
        (200, b"[]", "is not a Reviewapp server"),
        (502, b"Bad gateway", "answered 502. Try again"),
        (500, b'{"code": "error", "detail": "No."}', "^No.$"),
    ],
)
def test_another_server_is_told_in_one_sentence(client, monkeypatch, status, content, said):
    with serving(do_GET=lambda handler: send(handler, status, content), **QUIET) as url:
        mlflow.set_tracking_uri(url)

        with pytest.raises(mlflow.MlflowException, match=said):
            get_labeling_session("0" * 32)


def test_an_id_names_no_other_place_and_a_password_is_not_shown(client):
    asked = []

    def remember(handler):
        asked.append(handler.path)
        send(handler, 404, b"")

    with serving(do_GET=remember, **QUIET) as url:
        mlflow.set_tracking_uri(url.replace("//", "//someone:secret@"))
        with pytest.raises(mlflow.MlflowException) as refused:
            get_labeling_session("../me?a#b")

    assert asked == ["/api/v1/sessions/..%2Fme%3Fa%23b"]
    assert str(refused.value).startswith(f"{url} is not a Reviewapp server")


def test_a_tracking_uri_without_a_server_is_told(client, tmp_path):
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")

    for act in (lambda: schemas.get_label_schema("tone"), schemas.get_review_app):
        with pytest.raises(mlflow.MlflowException, match="Set the address of a Reviewapp server"):
            act()


def test_an_input_of_a_newer_server_asks_for_an_upgrade(client):
    rows = [{"input": {"slider": {}}, "name": "tone", "type": "feedback"}]
    page = json.dumps({"rows": rows, "next_page_token": None}).encode()
    with serving(do_GET=lambda handler: send(handler, 200, page), **QUIET) as url:
        mlflow.set_tracking_uri(url)

        with pytest.raises(mlflow.MlflowException, match="upgrade reviewapp-mlflow"):
            schemas.get_label_schema("tone", experiment_id="1")


@pytest.mark.differs("the package labels on this server only")
def test_a_request_that_is_sent_again_does_nothing_twice(client, monkeypatch):
    """The first answer to each POST is lost on the way, as behind a proxy that restarts."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    experiment_id = schemas.get_review_app().experiment_id
    passed = []

    def pass_on(handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        request = urllib.request.Request(  # noqa: S310 - our own address
            client.url + handler.path, body, {n: handler.headers[n] or "" for n in PASSED}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
            passed.append(answer.read())
        send(handler, 503 if len(passed) == 1 else 200, passed[-1])

    with serving(do_POST=pass_on, **QUIET) as url:
        mlflow.set_tracking_uri(url)
        made = create_labeling_session("Week 47")

    assert len(passed) == 2
    rows = ask(client, "owner", "GET", f"experiments/{experiment_id}/sessions")["rows"]
    assert [row["run_id"] for row in rows] == [made.mlflow_run_id]
