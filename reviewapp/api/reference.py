"""PURE: the OpenAPI document → what the readable reference shows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]  # Any: JSON of the OpenAPI document

COMPONENTS = "#/components/schemas/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field of a body or an answer, or one parameter. `shape` names the part it links to."""

    name: str
    kind: str
    shape: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[FieldLine]
    body: FieldLine | None
    answers: list[FieldLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A named body or answer."""

    name: str
    description: str
    fields: list[FieldLine]


def operations_by_tag(document: Document) -> dict[str, list[Operation]]:
    """Every operation under its first tag, in the order of the document."""
    found: dict[str, list[Operation]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found[operation["tags"][0]].append(read_operation(method, path, operation))
    return dict(found)


def read_operation(method: str, path: str, operation: Document) -> Operation:
    """One operation with its query parameters and what it answers when it succeeds.

    The path shows its own parameters; refusals and the key of safe retries are told once for all.
    """
    content = operation.get("requestBody", {}).get("content", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=[
            field_line(each["name"], each["schema"], each)
            for each in operation.get("parameters", [])
            if each["in"] == "query"
        ],
        body=next((field_line("body", part["schema"], {}) for part in content.values()), None),
        answers=[
            field_line(status, answer_schema(answer), answer)
            for status, answer in operation["responses"].items()
            if status.startswith("2")
        ],
    )


def answer_schema(answer: Document) -> Document:
    """The schema of an answer's first kind of content; empty without content."""
    schema: Document = next(
        (part["schema"] for part in answer.get("content", {}).values()), {"type": "nothing"}
    )
    return schema


def shapes(document: Document) -> list[Shape]:
    """Every named schema that has fields, by name."""
    return [
        Shape(
            name=name,
            description=schema.get("description", ""),
            fields=[
                field_line(field, part, {"required": field in schema.get("required", [])})
                for field, part in schema["properties"].items()
            ],
        )
        for name, schema in sorted(document["components"]["schemas"].items())
        if "properties" in schema
    ]


def field_line(name: str, schema: Document, said: Document) -> FieldLine:
    """A name with its schema, and what is said about it there."""
    return FieldLine(
        name=name,
        kind=kind_of(schema),
        shape=shape_of(schema),
        is_required=bool(said.get("required", False)),
        description=said.get("description") or schema.get("description", ""),
    )


def kind_of(schema: Document) -> str:
    """A schema in a few words: `list of text`, `one of a, b`, `Session or null`."""
    return plain_kind(schema) + (" or null" if schema.get("nullable") else "")


def plain_kind(schema: Document) -> str:
    """As `kind_of`, whether or not it may be null."""
    if "$ref" in schema:
        return shape_of(schema)
    if "enum" in schema:
        return "one of " + ", ".join("null" if v is None else str(v) for v in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'])}"
    parts = [*schema.get("oneOf", []), *schema.get("allOf", [])]
    if parts:
        return " or ".join(dict.fromkeys(kind_of(part) for part in parts))
    words = {"string": schema.get("format", "text").replace("-", " "), "integer": "whole number"}
    kind = str(schema.get("type", "any JSON"))
    return str(words.get(kind, kind))


def shape_of(schema: Document) -> str:
    """The named schema a field consists of, alone or in a list; empty when there is none."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(COMPONENTS)
    inner = [*schema.get("oneOf", []), *schema.get("allOf", [])]
    if schema.get("type") == "array":
        inner.append(schema["items"])
    if "rows" in schema.get("properties", {}):
        inner.append(schema["properties"]["rows"])
    return next((name for name in map(shape_of, inner) if name), "")
