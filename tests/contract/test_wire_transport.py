"""How requests and answers travel, over plain HTTP: methods, bodies, encodings, numbers, times."""

from __future__ import annotations

import base64
import gzip
import re

import pytest

from tests.contract.raw import NEW, OLD, Wire, done

pytestmark = [pytest.mark.contract, pytest.mark.filterwarnings("default")]
TOKENS = pytest.mark.differs("MLflow's server asks for no token")


def test_the_version_is_text_and_open_to_everybody(server):
    answer = Wire(server.url).ask("GET", "/version")

    assert (answer.status, answer.content) == (200, "3.17.2")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert Wire(server.url).ask("GET", "/health").status == 200


@TOKENS
@pytest.mark.parametrize("token", [None, "made-up"])
def test_without_a_token_nothing_is_told(server, token):
    answer = Wire(server.url, token).get(f"{OLD}/experiments/get", experiment_id="0")

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@TOKENS
def test_a_token_without_the_scope_is_told_so(server):
    answer = Wire(server.url, server.tokens["reader"]).post(
        f"{OLD}/experiments/create", {"name": "never made"}
    )

    assert (answer.status, answer.code) == (403, "PERMISSION_DENIED")


def test_e_mail_and_token_are_a_credential_too(server, wire):
    pair = base64.b64encode(f"owner@example.org:{server.tokens['owner']}".encode()).decode()

    answer = Wire(server.url).ask(
        "GET",
        f"{OLD}/experiments/get?experiment_id=0",
        headers={"Authorization": f"Basic {pair}"},
    )

    assert done(answer)["experiment"]["name"] == "Default"


def test_the_server_says_what_it_offers(wire):
    told = done(wire.get(f"{NEW}/server-info"))

    assert (told["store_type"], told["workspaces_enabled"]) == ("SqlStore", False)


def test_a_path_that_is_nobodys_is_no_object_that_is_missing(wire):
    """The client reads an HTML 404 of MLflow's and our JSON as ENDPOINT_NOT_FOUND alike."""
    answer = wire.get(f"{NEW}/nobody/knows")

    assert answer.status == 404
    assert "RESOURCE_DOES_NOT_EXIST" not in str(answer.content)


@pytest.mark.differs("a path that is not served is JSON and never HTML")
@pytest.mark.parametrize(
    "path",
    [f"{NEW}/nobody/knows", f"{OLD}/registered-models/search", "/ajax-api/2.0/mlflow/runs/get"],
)
def test_a_path_that_is_not_served_says_so_as_json(wire, path):
    answer = wire.get(path)

    assert (answer.status, answer.code) == (404, "ENDPOINT_NOT_FOUND")


def test_unknown_fields_are_passed_over(wire, place):
    body = {"experiment_id": place.experiment_id, "colour": "red"}

    assert done(wire.post(f"{OLD}/runs/create", body))["run"]["info"]["status"] == "RUNNING"


def test_no_logged_models_is_an_empty_object(wire, place):
    body = {"experiment_ids": [place.experiment_id]}

    assert done(wire.post(f"{OLD}/logged-models/search", body)) == {}


def test_times_and_durations_are_text_and_the_rest_are_numbers(wire, place):
    trace_id = place.trace(execution_duration="2s", request_time="2026-11-20T21:59:08Z")

    info = done(wire.get(f"{NEW}/traces/{trace_id}"))["trace"]["trace_info"]

    assert (info["request_time"], info["execution_duration"]) == ("2026-11-20T21:59:08Z", "2s")
    run = done(wire.get(f"{OLD}/runs/get", run_id=place.run(), run_uuid="x"))["run"]["info"]
    assert isinstance(run["start_time"], int)
    assert run["run_uuid"] == run["run_id"]
    assert re.fullmatch(r"mlflow-artifacts:/.+", run["artifact_uri"])


@pytest.mark.differs("MLflow's server inflates bodies of /v1/traces only")
def test_a_body_may_be_gzip(wire, place):
    body = gzip.compress(f'{{"experiment_id": "{place.experiment_id}"}}'.encode())

    answer = wire.ask("POST", f"{OLD}/runs/create", body, headers={"Content-Encoding": "gzip"})

    assert done(answer)["run"]["info"]["experiment_id"] == place.experiment_id
