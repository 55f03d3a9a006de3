"""/health (this process), /ready (database, migrations, worker), /metrics."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse


def process(_request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("OK", content_type="text/plain")


def ready(_request: HttpRequest) -> HttpResponse:
    """Replaced in these minutes."""
    return JsonResponse({"ready": True})


def metrics(_request: HttpRequest) -> HttpResponse:
    """Replaced in these minutes."""
    return HttpResponse("")
