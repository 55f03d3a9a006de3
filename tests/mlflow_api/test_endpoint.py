"""What every endpoint shares, beside what `test_every_endpoint` walks over."""

from __future__ import annotations

import base64
import gzip
import io

import orjson
import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory

from reviewapp.mlflow_api.endpoint import JSON_TYPE, Call, refusal, route
from tests.factories import make_token
from tests.mlflow_api.conftest import NEW, OLD
from traces.parsing import MAX_SENT_BYTES, Malformed


@pytest.mark.parametrize(
    "path",
    [
        "/api/2.0/mlflow/traces",
        "/api/2.0/mlflow/registered-models/create",
        "/api/3.0/mlflow/scorers/register",
        "/api/3.0/mlflow/traces/tr-1/assessments/a-1/",
        "/api/4.0/mlflow/traces",
        "/api/2.0",
        "/ajax-api/2.0/mlflow/experiments/get",
        "/v1/metrics",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_route_is_json_that_the_client_understands(client, path, method):
    response = client.generic(method, path)

    assert response.status_code == 404
    assert response.json()["error_code"] == "ENDPOINT_NOT_FOUND"


@pytest.mark.django_db
def test_a_method_that_is_not_served_is_an_unknown_route(wire):
    assert wire.get(f"{OLD}/runs/create")[1]["error_code"] == "ENDPOINT_NOT_FOUND"
    assert wire.get("/v1/traces")[1]["error_code"] == "ENDPOINT_NOT_FOUND"


def test_the_version_is_open_to_everybody(client):
    response = client.get("/version")

    assert (response.status_code, response.content) == (200, b"3.17.2")


def test_a_token_may_come_as_password(developer):
    pair = base64.b64encode(f"{developer.email}:{make_token(developer)}".encode()).decode()

    response = Client().get(f"{NEW}/server-info", headers={"Authorization": f"Basic {pair}"})

    assert response.status_code == 200


@pytest.mark.parametrize("header", ["Bearer nobody", "Basic !", "Digest x", "Bearer"])
def test_a_credential_that_is_none_is_told_so(db, header):
    response = Client().get(f"{NEW}/server-info", headers={"Authorization": header})

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response.json()["error_code"] == "UNAUTHENTICATED"


def test_a_page_cookie_is_no_key_to_this_wire(developer):
    client = Client()
    client.force_login(developer)

    assert client.get(f"{NEW}/server-info").status_code == 401


def test_a_token_of_one_experiment_sees_no_other(developer, experiment):
    secret = make_token(developer, experiment_id="0")

    response = Client().get(
        f"{OLD}/experiments/get",
        {"experiment_id": experiment.experiment_id},
        headers={"Authorization": f"Bearer {secret}"},
    )

    assert response.status_code == 404


def test_a_body_may_be_compressed(wire, experiment):
    body = gzip.compress(orjson.dumps({"experiment_id": experiment.experiment_id}))

    status, answer = wire.send("POST", f"{OLD}/runs/create", body, {"Content-Encoding": "gzip"})

    assert (status, answer["run"]["info"]["status"]) == (200, "RUNNING")


def test_a_body_that_is_too_large_is_refused(wire):
    status, answer = wire.send("POST", f"{OLD}/runs/create", b" " * (MAX_SENT_BYTES + 1))

    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_body_that_ends_too_early_is_refused(developer):
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError("the client hung up")

        def seekable(self) -> bool:
            return False

    request = RequestFactory().post(
        "/", b"{}", JSON_TYPE, headers={"Authorization": f"Bearer {make_token(developer)}"}
    )
    request._stream = Broken()

    response = route(POST=dict)(request)

    assert response.status_code == 400


def test_csrf_tokens_are_of_pages_and_not_of_this_wire(developer):
    strict = Client(enforce_csrf_checks=True)
    key = {"Authorization": f"Bearer {make_token(developer)}"}

    served = strict.post(f"{OLD}/experiments/create", {"name": "x"}, JSON_TYPE, headers=key)
    unserved = strict.post(f"{OLD}/nothing", {}, JSON_TYPE)
    export = strict.post("/v1/traces", b"", "application/x-protobuf")

    assert (served.status_code, unserved.status_code, export.status_code) == (200, 404, 401)


def test_numbers_come_back_exact(wire, experiment):
    trace_id = started(wire, experiment)
    body = b'{"assessment": {"assessment_name": "n", "feedback": {"value": 9007199254740993}}}'

    _, answer = wire.send("POST", f"{NEW}/traces/{trace_id}/assessments", body)

    assert answer["assessment"]["feedback"] == {"value": 9007199254740993}


def started(wire, experiment):
    info = {
        "trace_id": "tr-exact",
        "trace_location": {"mlflow_experiment": {"experiment_id": experiment.experiment_id}},
        "request_time": "2026-11-20T12:00:00Z",
    }
    wire.post(f"{NEW}/traces", {"trace": {"trace_info": info}})
    return "tr-exact"


def asked(view, developer):
    secret = make_token(developer)
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {secret}"})
    return view(request)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_asks_the_client_to_try_again(developer, error):
    def handler(call):
        raise error("the database is restarting")

    response = asked(route(GET=handler), developer)

    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert orjson.loads(response.content)["error_code"] == "TEMPORARILY_UNAVAILABLE"


def test_a_defect_is_not_answered_as_if_it_were_the_clients_fault(developer):
    def handler(call):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asked(route(GET=handler), developer)


def test_an_error_without_a_verdict_stays_an_error():
    with pytest.raises(ZeroDivisionError):
        refusal(ZeroDivisionError())


@pytest.mark.parametrize(
    ("value", "flag"),
    [("True", True), ("false", False), (True, True), (None, False)],
)
def test_flags_are_read_as_python_and_json_spell_them(value, flag):
    assert call(flag=value).flag("flag") is flag


@pytest.mark.parametrize(
    "read",
    [
        lambda: call(flag="maybe").flag("flag"),
        lambda: call(flag=1).flag("flag"),
        lambda: call(name="").text("name"),
        lambda: call(name=1).text("name"),
        lambda: call(n=0).count("n", default=5, most=10),
        lambda: call(n="11").count("n", default=5, most=10),
        lambda: call(ids=[1]).texts("ids"),
        lambda: call(ids={}).texts("ids"),
    ],
)
def test_a_field_of_another_type_is_malformed(read):
    with pytest.raises(Malformed):
        read()


def test_a_repeated_key_of_a_query_is_a_list():
    assert call(ids=["a", "b"]).texts("ids") == ["a", "b"]
    assert call(ids="a").texts("ids") == ["a"]
    assert call().texts("ids") == []
    assert call().count("n", default=5, most=10) == 5


def call(**fields):
    return Call(by=None, now=None, fields=fields)  # type: ignore[arg-type]  # only fields are read
