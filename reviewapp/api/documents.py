"""The API about itself: the OpenAPI document, the readable reference, and routes that are not."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reviewapp.api.reference import operations_by_tag, shapes
from reviewapp.errors import Refusal


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document. It takes a second, and is made once per process."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    found: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


@extend_schema(exclude=True)
class OpenApi(APIView):
    """The OpenAPI document."""

    def get(self, request: Request) -> Response:
        """As JSON."""
        return Response(document())


@extend_schema(exclude=True)
class Docs(APIView):
    """The readable reference, made here: no script, nothing from elsewhere."""

    def get(self, request: Request) -> HttpResponse:
        """The page."""
        shown = {"groups": operations_by_tag(document()), "shapes": shapes(document())}
        return render(request._request, "api/docs.html", shown)  # noqa: SLF001 - Django's request


@csrf_exempt
def no_such_route(_request: HttpRequest) -> HttpResponse:
    """Unknown routes under /api/v1/ answer JSON."""
    refusal = Refusal("not_found", "There is no such route. See /api/v1/docs/.")
    return JsonResponse(refusal.as_json(), status=404)
