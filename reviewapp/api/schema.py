"""What the OpenAPI document says about every operation: the key of safe retries, and refusals."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

Document = dict[str, Any]  # Any: JSON of the OpenAPI document

KEYED_METHODS = frozenset({"POST", "PUT"})
KEYLESS_PATHS = frozenset({"/api/v1/tokens", "/api/v1/experiments/{experiment_id}/traces:import"})
KEY = OpenApiParameter(
    name="Idempotency-Key",
    type=str,
    location=OpenApiParameter.HEADER,
    description=(
        "Makes a repeated request safe: the same key and body answer the first result, another "
        "body 422. Kept for 24 hours, at most 200 characters."
    ),
)
REFUSALS = {
    "400": "The body, a parameter or a page token cannot be used; `fields` says which and why.",
    "401": "The token is missing, unknown, expired or revoked.",
    "403": "The token's scopes or your role do not allow this.",
    "404": "There is no such thing, or you may not see it.",
    "409": "It is in another state, or was changed meanwhile.",
    "422": "The Idempotency-Key was used with another body.",
}
WRITE_REFUSALS = frozenset({"409", "422"})


class ApiSchema(AutoSchema):
    """Each operation by its class and act; POST and PUT name the header of safe retries."""

    def get_override_parameters(self) -> Any:  # Any: parameters, of which there are three kinds
        """The key, where the route takes one."""
        takes_key = self.method in KEYED_METHODS and self.path not in KEYLESS_PATHS
        return [KEY] if takes_key else []


def add_refusals(result: Document, **_: object) -> Document:
    """Postprocessing hook: every operation answers refusals in one shape."""
    result["components"]["schemas"]["Refusal"] = {
        "type": "object",
        "required": ["code", "detail", "fields"],
        "properties": {
            "code": {"type": "string", "description": "For programs; it does not change."},
            "detail": {"type": "string", "description": "For people."},
            "fields": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "What is wrong with which part of the request.",
            },
        },
    }
    shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    result["components"]["responses"] = {
        f"Refusal{status}": {"description": description, "content": shape}
        for status, description in REFUSALS.items()
    }
    for path in result["paths"].values():
        for method, operation in path.items():
            add_refusals_to(operation, is_write=method != "get")
    return result


def add_refusals_to(operation: Document, *, is_write: bool) -> None:
    """The statuses one operation may refuse with, unless it describes them itself."""
    for status in REFUSALS:
        if is_write or status not in WRITE_REFUSALS:
            answer = {"$ref": f"#/components/responses/Refusal{status}"}
            operation["responses"].setdefault(status, answer)
