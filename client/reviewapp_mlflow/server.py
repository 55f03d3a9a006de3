"""Requests to a server's native API with the credentials, retries and limits of MLflow's client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit
from uuid import uuid4

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    BAD_REQUEST,
    INTERNAL_ERROR,
    INVALID_PARAMETER_VALUE,
    PERMISSION_DENIED,
    REQUEST_LIMIT_EXCEEDED,
    RESOURCE_ALREADY_EXISTS,
    RESOURCE_CONFLICT,
    RESOURCE_DOES_NOT_EXIST,
    TEMPORARILY_UNAVAILABLE,
    UNAUTHENTICATED,
)
from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.rest_utils import http_request
from requests import Response

PREFIX = "/api/v1/"
PAGE_SIZE = 500
Row: TypeAlias = dict[str, Any]  # Any: JSON as it came; the reader of a row knows its fields

ERROR_CODES = {
    400: INVALID_PARAMETER_VALUE,
    401: UNAUTHENTICATED,
    403: PERMISSION_DENIED,
    404: RESOURCE_DOES_NOT_EXIST,
    409: RESOURCE_CONFLICT,
    413: INVALID_PARAMETER_VALUE,
    422: BAD_REQUEST,
    429: REQUEST_LIMIT_EXCEEDED,
    503: TEMPORARILY_UNAVAILABLE,
}


class Server:
    """One Reviewapp server, by its tracking URI. Every method raises MlflowException."""

    def __init__(self, tracking_uri: str) -> None:
        if not tracking_uri.startswith(("http://", "https://")):
            raise MlflowException(
                f"The tracking URI is {tracking_uri!r}. Set the address of a Reviewapp server with "
                "mlflow.set_tracking_uri or MLFLOW_TRACKING_URI.",
                error_code=INVALID_PARAMETER_VALUE,
            )
        self.uri = tracking_uri.rstrip("/")

    @property
    def address(self) -> str:
        """The URI to show: without a password in it."""
        parts = urlsplit(self.uri)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def get(self, path: str, **query: str | int) -> Row:
        """Read one object."""
        return self.ask("GET", path, params=query)

    def post(self, path: str, body: Row) -> Row:
        """Do something once, however often MLflow's client has to send the request."""
        headers = {"Idempotency-Key": uuid4().hex}
        return self.ask("POST", path, json=body, extra_headers=headers)

    def patch(self, path: str, body: Row) -> Row:
        """Replace what the body names."""
        return self.ask("PATCH", path, json=body)

    def delete(self, path: str) -> None:
        """Remove one object."""
        self.ask("DELETE", path)

    def rows(self, path: str) -> Iterator[Row]:
        """Every row of a list, page by page."""
        page = self.get(path, page_size=PAGE_SIZE)
        yield from page["rows"]
        while token := page["next_page_token"]:
            page = self.get(path, page_size=PAGE_SIZE, page_token=token)
            yield from page["rows"]

    def ask(self, method: str, path: str, **request: Any) -> Row:
        """One request; `request` is what MLflow's http_request passes on."""
        response = http_request(
            get_default_host_creds(self.uri),
            PREFIX + path,
            method,
            raise_on_status=False,
            **request,
        )
        return answer_of(response, self.address)


def place(*parts: str) -> str:
    """A path of the native API. Ids are written so that none of them can name another place."""
    return "/".join(quote(str(part), safe="") for part in parts)


def answer_of(response: Response, address: str) -> Row:
    """The body of a success, empty for none. Raises MlflowException with the server's words."""
    if response.status_code == 204:
        return {}
    body = parsed(response)
    if body is not None and response.ok:
        return body
    if body is None or not isinstance(body.get("detail"), str) or "code" not in body:
        raise not_ours(response, address)
    code = ERROR_CODES.get(response.status_code, INTERNAL_ERROR)
    if body["code"] == "already_exists":
        code = RESOURCE_ALREADY_EXISTS
    raise MlflowException(message_of(body), error_code=code)


def parsed(response: Response) -> Row | None:
    """The body when it is a JSON object."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def message_of(refusal: Row) -> str:
    """The server's sentence, and what it says about single fields under their names."""
    detail, fields = refusal["detail"], refusal.get("fields") or {}
    general = [] if detail in fields.values() else [detail]
    return " ".join([*general, *(f"{name}: {said}" for name, said in fields.items())])


def not_ours(response: Response, address: str) -> MlflowException:
    """What to say about an answer that no Reviewapp server gives."""
    if response.status_code >= 500:
        return MlflowException(
            f"{address} answered {response.status_code}. Try again when the server is up.",
            error_code=TEMPORARILY_UNAVAILABLE,
        )
    return MlflowException(
        f"{address} is not a Reviewapp server (its {PREFIX} answered {response.status_code}), and "
        "reviewapp-mlflow labels on such servers only. Set another tracking URI, or uninstall it.",
        error_code=INVALID_PARAMETER_VALUE,
    )
