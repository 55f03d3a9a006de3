"""What the readable reference makes of an OpenAPI document."""

from __future__ import annotations

import pytest

from reviewapp.api.reference import kind_of, operations_by_tag, shape_of, shapes

SESSION = {"$ref": "#/components/schemas/Session"}
DOCUMENT = {
    "paths": {
        "/a": {
            "get": {
                "tags": ["things"],
                "summary": "List",
                "parameters": [
                    {"name": "id", "in": "path", "schema": {"type": "string"}},
                    {
                        "name": "size",
                        "in": "query",
                        "schema": {"type": "integer"},
                        "description": "How many.",
                    },
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": SESSION}}},
                    "404": {"description": "Not there."},
                },
            },
            "post": {
                "tags": ["things"],
                "summary": "Make",
                "description": "Once.",
                "requestBody": {"content": {"application/json": {"schema": SESSION}}},
                "responses": {"204": {"description": "Done."}},
            },
        },
    },
    "components": {
        "schemas": {
            "Session": {
                "description": "A session.",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "description": "Its name."},
                    "n": {"type": "number"},
                },
            },
            "Word": {"type": "string"},
        }
    },
}


def test_operations_are_grouped_and_list_what_succeeds():
    listed, made = operations_by_tag(DOCUMENT)["things"]

    assert (listed.method, listed.path, listed.summary) == ("GET", "/a", "List")
    assert [(p.name, p.kind, p.description) for p in listed.parameters] == [
        ("size", "whole number", "How many.")
    ]
    assert (listed.body, [answer.name for answer in listed.answers]) == (None, ["200"])
    assert made.body is not None
    assert (made.body.kind, made.body.shape) == ("Session", "Session")
    assert [(a.name, a.kind, a.description) for a in made.answers] == [("204", "nothing", "Done.")]


def test_shapes_are_the_schemas_with_fields():
    (shape,) = shapes(DOCUMENT)

    assert (shape.name, shape.description) == ("Session", "A session.")
    assert [(f.name, f.kind, f.is_required, f.description) for f in shape.fields] == [
        ("name", "text", True, "Its name."),
        ("n", "number", False, ""),
    ]


@pytest.mark.parametrize(
    ("schema", "kind", "shape"),
    [
        ({}, "any JSON", ""),
        ({"type": "string"}, "text", ""),
        ({"type": "string", "nullable": True}, "text or null", ""),
        ({"type": "string", "format": "date-time"}, "date time", ""),
        ({"type": "boolean"}, "boolean", ""),
        ({"enum": ["a", "b", None]}, "one of a, b, null", ""),
        ({"type": "array", "items": {"type": "integer"}}, "list of whole number", ""),
        ({"type": "array", "items": SESSION}, "list of Session", "Session"),
        (SESSION, "Session", "Session"),
        ({"allOf": [SESSION], "nullable": True}, "Session or null", "Session"),
        ({"oneOf": [{"type": "string"}, SESSION]}, "text or Session", "Session"),
        (
            {"type": "object", "properties": {"rows": {"type": "array", "items": SESSION}}},
            "object",
            "Session",
        ),
    ],
)
def test_a_schema_is_told_in_a_few_words(schema, kind, shape):
    assert (kind_of(schema), shape_of(schema)) == (kind, shape)
