"""Checks that an answer is what the OpenAPI document says, no field more or less."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from reviewapp.api.documents import document

UNDOCUMENTED = ("/openapi.json", "/docs/")


@cache
def routes() -> list[tuple[re.Pattern[str], str]]:
    """Patterns of the documented paths."""
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in document()["paths"]]


def check_answer(method: str, path: str, answer: Any) -> None:
    """Compare status and body of a JSON answer with the document."""
    found = next((known for pattern, known in routes() if pattern.fullmatch(path)), None)
    operation = document()["paths"].get(found, {}).get(method.lower())
    if operation is None or answer.headers.get("Content-Type") != "application/json":
        return
    validator = validator_of(found or "", method.lower(), str(answer.status_code))
    assert validator, f"{method} {path} does not document {answer.status_code}"
    validator.validate(answer.json())


@cache
def validator_of(path: str, method: str, status: str) -> Draft202012Validator | None:
    """For the answers of one status; nothing when the document does not have it."""
    said = document()["paths"][path][method]["responses"].get(status)
    if said is None:
        return None
    if "$ref" in said:
        said = document()["components"]["responses"][said["$ref"].rpartition("/")[2]]
    schema = plain(said["content"]["application/json"]["schema"])
    return Draft202012Validator({**schema, "components": components()})


@cache
def components() -> Any:
    """What schemas refer to."""
    return plain(document()["components"])


def plain(schema: Any) -> Any:
    """OpenAPI 3.0's dialect as JSON Schema; objects with fields are closed."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: plain(part) for name, part in schema.items() if name != "nullable"}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        found.setdefault("additionalProperties", False)
    if schema.get("nullable") is True:
        found = {"anyOf": [found, {"type": "null"}]}
    return found
