"""Small middlewares: a request id on every line and answer, the headers of safe pages, and no NUL.

The order in which they stand matters; the settings have it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import structlog
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import page_not_found

from reviewapp.bodies import discard
from reviewapp.errors import Refusal

Handler = Callable[[HttpRequest], HttpResponse]
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
NATIVE_PATH = "/api/v1/"
MLFLOW_PATHS = ("/api/2.0/", "/api/3.0/")
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def request_id(handler: Handler) -> Handler:
    """Bind a request id to every log line; the answer names it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # `request.headers` would read all of them, which the wire does not need otherwise.
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        name = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=name)
        response = handler(request)
        response["X-Request-Id"] = name
        return response

    return middleware


def whole_bodies(handler: Handler) -> Handler:
    """Read what a refusal left unread: the server would cut the connection in the next request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = handler(request)
        if request.method != "GET":
            discard(request)
        return response

    return middleware


def security_headers(handler: Handler) -> Handler:
    """A content security policy without `unsafe-*`, no sniffing, no foreign opener or framer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = handler(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return middleware


def no_nul_in_paths(handler: Handler) -> Handler:
    """A path with the character that Postgres refuses in a text names nothing.

    MLflow's wire refuses it itself, in its own words.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" not in request.path_info or request.path_info.startswith(MLFLOW_PATHS):
            return handler(request)
        if request.path_info.startswith(NATIVE_PATH):
            refusal = Refusal("not_found", "There is nothing here.")
            return JsonResponse(refusal.as_json(), status=404)
        return page_not_found(request, Http404())

    return middleware
