"""Label schemas as the native API answers them."""

from __future__ import annotations

from schemas.models import LabelSchema, SchemaVersion

Answer = dict[str, object]


def schema_json(schema: LabelSchema, version: SchemaVersion | None = None) -> Answer:
    """A label schema in the wording in force, or in that of an earlier version.

    Fetch schemas with `select_related("current")`.
    """
    version = version or schema.version
    return {
        "schema_id": schema.schema_id,
        "experiment_id": str(schema.experiment_id),
        "name": schema.name,
        "type": schema.kind,
        "title": version.title,
        "instruction": version.instruction,
        "input": version.input,
        "comment": version.comment,
        "comment_for": version.comment_for,
        "version": version.number,
        "is_default": schema.is_default,
        "created_at": schema.created_at,
        "updated_at": schema.updated_at,
    }
