"""The answer 409 with the present row, so that a client can show both texts."""

from __future__ import annotations

from collections.abc import Mapping

from rest_framework.response import Response

CHANGED = "changed_meanwhile"


def conflict(error: Exception, current: Mapping[str, object] | None) -> Response:
    """A refused save because of an old version, and what stands now."""
    body = {"code": CHANGED, "detail": str(error), "fields": {}, "current": current}
    return Response(body, status=409)
