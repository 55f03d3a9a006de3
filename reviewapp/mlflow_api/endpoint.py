"""What every endpoint of MLflow's wire shares: who asks, strict JSON in, exact JSON out, errors.

A handler takes a `Call` and answers an object; `route` makes a Django view of handlers by method.
Error shape and statuses: mlflow 3.17.2, exceptions.py and protos/databricks.proto.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TypeAlias

import orjson
import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts.credentials import Credential, NotAuthenticated, credential_from_header
from reviewapp.errors import MLFLOW_STATUS, VERDICTS, sentence_of, verdict_on
from traces import parsing
from traces.inflating import inflate
from traces.json_values import Json, loads
from traces.legible import loads_without_nul
from traces.parsing import MAX_SENT_BYTES, Malformed, TooLarge

log = structlog.get_logger(__name__)

JSON_TYPE = "application/json"
RETRY_AFTER_SECONDS = "2"
FLAGS = {"true": True, "false": False}

# Pieces of it may be stored JSON that nobody has read (`json_values.spliced`).
Answer: TypeAlias = Mapping[str, Json]
View: TypeAlias = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: who asks, when, and the fields of its JSON body or of a GET's query.

    A key that a query repeats is a list; a field that is null counts as absent.
    """

    by: Credential
    now: datetime
    fields: Mapping[str, Json]

    def text(self, name: str) -> str:
        """A text that must be there. Raises Malformed."""
        found = self.optional_text(name)
        if not found:
            raise Malformed(name, "is missing")
        return found

    def optional_text(self, name: str) -> str | None:
        """A text or nothing. Raises Malformed."""
        return parsing.optional_text(self.fields.get(name), name)

    def optional_integer(self, name: str) -> int | None:
        """A whole number or nothing. Raises Malformed."""
        return parsing.optional_integer(self.fields.get(name), name)

    def count(self, name: str, *, default: int, most: int) -> int:
        """How many rows are wanted, from 1. Raises Malformed."""
        found = self.optional_integer(name)
        if found is not None and not 1 <= found <= most:
            raise Malformed(name, f"is not from 1 to {most}")
        return default if found is None else found

    def flag(self, name: str) -> bool:
        """True or false, in a query as Python or JSON spell it; absent means false."""
        value = self.fields.get(name)
        if isinstance(value, str):
            value = FLAGS.get(value.lower(), value)
        if not isinstance(value, bool | None):
            raise Malformed(name, "is not true or false")
        return bool(value)

    def items(self, name: str) -> list[Json]:
        """A list; absent it is empty. Raises Malformed."""
        return parsing.items(self.fields.get(name), name)

    def texts(self, name: str) -> list[str]:
        """A list of texts; in a query one may stand alone. Raises Malformed."""
        value = self.fields.get(name)
        listed = [value] if isinstance(value, str) else self.items(name)
        return [parsing.text(item, f"{name}[{index}]") for index, item in enumerate(listed)]


Handler: TypeAlias = Callable[..., Answer]


def guarded(view: View) -> View:
    """A view whose domain errors are answered in MLflow's shape; it needs no CSRF token."""

    @csrf_exempt
    @wraps(view)
    def guarded_view(request: HttpRequest, **arguments: str) -> HttpResponseBase:
        try:
            return view(request, **arguments)
        except tuple(VERDICTS) as error:
            return refusal(error)
        except (OperationalError, InterfaceError) as error:
            return unavailable(error)

    return guarded_view


def route(**handlers: Handler) -> View:
    """A view of handlers by HTTP method: `route(GET=get, PATCH=update)`."""

    def answering(handler: Handler) -> View:
        return lambda request, **arguments: answered(200, handler(call_of(request), **arguments))

    return raw_route(**{method: answering(handler) for method, handler in handlers.items()})


def forgiving_route(**handlers: Handler) -> View:
    """As `route`, for what a program says of itself: NUL in a text is no error, see `legible`."""

    def answering(handler: Handler) -> View:
        return lambda request, **arguments: answered(
            200, handler(call_of(request, read=loads_without_nul), **arguments)
        )

    return raw_route(**{method: answering(handler) for method, handler in handlers.items()})


def raw_route(**handlers: View) -> View:
    """As `route`, for handlers that read the body and make the answer themselves."""

    @guarded
    def view(request: HttpRequest, **arguments: str) -> HttpResponseBase:
        handler = handlers.get(request.method or "")
        if handler is None:
            return unknown(request)
        refuse_nul(arguments)
        return handler(request, **arguments)

    return view


def call_of(request: HttpRequest, *, read: Callable[[bytes], Json] = loads) -> Call:
    """Who asks what. Raises NotAuthenticated, InvalidJson, Malformed or TooLarge."""
    now = timezone.now()
    by = who_asks(request, now=now)
    fields = query_of(request) if request.method == "GET" else body_of(request, read)
    return Call(by=by, now=now, fields=fields)


def who_asks(request: HttpRequest, *, now: datetime) -> Credential:
    """The token's credential; cookies of pages are no key to this wire. Raises NotAuthenticated."""
    credential = credential_from_header(request.META.get("HTTP_AUTHORIZATION", ""), at=now)
    if credential is None:
        raise NotAuthenticated(
            "Set MLFLOW_TRACKING_TOKEN, or send the header 'Authorization: Bearer <token>'."
        )
    return credential


def query_of(request: HttpRequest) -> dict[str, Json]:
    """The query; a key that is repeated holds a list."""
    found: dict[str, Json] = {}
    for key, values in request.GET.lists():
        refuse_nul({key: "".join(values)})
        found[key] = values[0] if len(values) == 1 else list(values)
    return found


def refuse_nul(texts: Mapping[str, str]) -> None:
    """No id holds the character that databases refuse. Raises Malformed."""
    for name, text in texts.items():
        if "\0" in text:
            raise Malformed(name, "contains a NUL character")


def body_of(request: HttpRequest, read: Callable[[bytes], Json]) -> Mapping[str, Json]:
    """The JSON object of the body; an empty body is an empty object."""
    raw = inflate(sent(request), request.META.get("HTTP_CONTENT_ENCODING"))
    value = read(raw) if raw.strip() else {}
    if not isinstance(value, dict):
        raise Malformed("", "The body is not a JSON object.")
    return value


def sent(request: HttpRequest) -> bytes:
    """The body as it was sent. Raises TooLarge, and Malformed when the client hung up."""
    try:
        return request.body
    except RequestDataTooBig:
        raise TooLarge(f"the request has more than {MAX_SENT_BYTES} bytes") from None
    except UnreadablePostError:
        raise Malformed("", "The body ended too early.") from None


def answered(status: int, answer: Answer) -> HttpResponse:
    """JSON with every integer exact."""
    return HttpResponse(orjson.dumps(answer), content_type=JSON_TYPE, status=status)


def refusal(error: Exception) -> HttpResponse:
    """The answer to a domain error, by the table in `reviewapp.errors`."""
    verdict = verdict_on(error)
    if verdict is None:
        raise error
    status = MLFLOW_STATUS.get(verdict.mlflow_code, verdict.status)
    log.info("request refused", status=status, code=verdict.code)
    response = failed(status, verdict.mlflow_code, sentence_of(error))
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def unavailable(error: Exception) -> HttpResponse:
    """The database is away or busy; the client tries again by itself."""
    log.error("database unavailable", exc_info=error)
    response = failed(503, "TEMPORARILY_UNAVAILABLE", "The database is busy. Try again.")
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


@csrf_exempt
def unknown(request: HttpRequest, **_arguments: str) -> HttpResponse:
    """A route or method that is not served: always JSON, or the client falls back to old routes."""
    message = f"{request.method} {request.path} is not served here."
    return failed(404, "ENDPOINT_NOT_FOUND", message)


def failed(status: int, code: str, message: str) -> HttpResponse:
    """MLflow's shape of an error."""
    return answered(status, {"error_code": code, "message": message})
