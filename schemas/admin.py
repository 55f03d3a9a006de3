"""Operators' pages of label schemas and their versions."""

from __future__ import annotations

from django.contrib import admin

from accounts.operator_lists import OfOne
from accounts.operator_pages import OperatorPages
from accounts.operator_site import site
from schemas.models import LabelSchema, SchemaVersion


@admin.register(LabelSchema, site=site)
class LabelSchemas(OperatorPages):
    """Also those that were deleted."""

    list_display = ("name", "kind", "experiment", "current", "is_default", "deleted_at")
    list_filter = ("kind", ("deleted_at", admin.EmptyFieldListFilter), ("experiment", OfOne))
    list_select_related = ("experiment", "current")
    search_fields = ("name", "schema_id__exact")

    def view_on_site(self, schema: LabelSchema) -> str:
        """Its wording, and where it is asked."""
        return f"/e/{schema.experiment_id}/questions/{schema.schema_id}/"


@admin.register(SchemaVersion, site=site)
class SchemaVersions(OperatorPages):
    """Every wording and input there was."""

    list_display = (
        "label_schema",
        "number",
        "title",
        "comment",
        "keeps_answers",
        "created_by",
        "created_at",
    )
    list_filter = (("label_schema", OfOne),)
    list_select_related = ("label_schema", "created_by")
    search_fields = ("title", "label_schema__name")
