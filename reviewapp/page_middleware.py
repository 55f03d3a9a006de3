"""Django's middlewares that know who looks at a page: MLflow's wire goes past them.

Cookies are no key to that wire (`mlflow_api.endpoint.who_asks`), so a session and its messages
would be made for nothing there. Whatever guards every request stands in the settings as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from reviewapp.middleware import MLFLOW_PATHS

WIRE_PATHS = (*MLFLOW_PATHS, "/v1/")


class PastTheWire:
    """A middleware that leaves MLflow's wire alone."""

    get_response: Callable[[HttpRequest], Any]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the page, or of the wire as it comes."""
        if request.path_info.startswith(WIRE_PATHS):
            answer: HttpResponseBase = self.get_response(request)
            return answer
        page: HttpResponseBase = super().__call__(request)  # type: ignore[misc]  # of Django's class
        return page


class Sessions(PastTheWire, SessionMiddleware):
    """Sessions of pages."""


class Authentication(PastTheWire, AuthenticationMiddleware):
    """Who is signed in."""


class Messages(PastTheWire, MessageMiddleware):
    """What a page says once, after a form was sent."""
