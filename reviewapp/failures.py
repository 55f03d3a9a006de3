"""What Django answers when no view did: pages get a page, programs get JSON in their own shape."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

RETRY_AFTER_SECONDS = "2"
PROGRAM_PATHS = ("/api/", "/ajax-api/", "/v1/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a wrong Host header, for one."""
    return for_programs(request, 400, "BAD_REQUEST", "The request cannot be read.") or (
        defaults.bad_request(request, exception)
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return for_programs(request, 404, "ENDPOINT_NOT_FOUND", "There is nothing here.") or (
        defaults.page_not_found(request, exception)
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500: a defect of ours; 503 while the database is away. The header names the request."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = for_programs(request, 503, "TEMPORARILY_UNAVAILABLE", "Try again in a moment.")
        response = response or defaults.server_error(request)
        response.status_code = 503
        response["Retry-After"] = RETRY_AFTER_SECONDS
        return response
    return for_programs(request, 500, "INTERNAL_ERROR", "Something broke on our side.") or (
        defaults.server_error(request)
    )


def for_programs(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse | None:
    """The answer in the native API's or MLflow's shape; None for pages."""
    if not request.path.startswith(PROGRAM_PATHS):
        return None
    if request.path.startswith("/api/v1/"):
        content: dict[str, object] = {"code": code.lower(), "detail": message, "fields": {}}
    else:
        content = {"error_code": code, "message": message}
    return JsonResponse(content, status=status)
