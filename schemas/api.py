"""Native API: label schemas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.asking import credential_of
from accounts.credentials import Credential
from accounts.idempotency import Done, once
from accounts.roles import Action
from schemas.access import schema_for
from schemas.api_shapes import LabelSchemaAnswer, LabelSchemaChanges, NewLabelSchema
from schemas.defining import (
    Definition,
    SchemaFixed,
    create_schema,
    definition_of,
    delete_schema,
    edit_schema,
    overwrite_schema,
)
from schemas.inputs import parse_input
from schemas.models import LabelSchema
from schemas.native_json import schema_json
from traces.access import experiment_for


@extend_schema(tags=["label schemas"])
@extend_schema_view(
    list=extend_schema(summary="List the label schemas of an experiment, newest first"),
    create=extend_schema(
        summary="Create a label schema, or overwrite the one of its name",
        request=NewLabelSchema,
        responses={201: LabelSchemaAnswer},
    ),
    retrieve=extend_schema(summary="Read a label schema"),
    partial_update=extend_schema(
        summary="Edit a label schema; an edit makes a new version",
        request=LabelSchemaChanges,
        responses=LabelSchemaAnswer,
    ),
    destroy=extend_schema(
        summary="Delete a label schema; the answers given under it stay", responses={204: None}
    ),
)
class LabelSchemas(GenericViewSet[LabelSchema]):
    """Label schemas."""

    serializer_class = LabelSchemaAnswer
    keyset = ("-created_at", "-pk")

    def list(self, request: Request, experiment_id: str) -> Response:
        """Standing label schemas."""
        experiment = experiment_for(credential_of(request), experiment_id, Action.READ)
        found = LabelSchema.objects.standing().filter(experiment=experiment)
        rows = self.paginate_queryset(found.select_related("current"))
        return self.get_paginated_response([schema_json(row) for row in rows or []])

    def create(self, request: Request, experiment_id: str) -> Response:
        """A new label schema in its first version."""
        by = credential_of(request)
        experiment = experiment_for(by, experiment_id, Action.MANAGE)
        body = NewLabelSchema(data=request.data)
        body.is_valid(raise_exception=True)
        overwrite = body.validated_data.pop("overwrite")
        definition = new_definition(body.validated_data)

        def work() -> Done[LabelSchema]:
            if overwrite:
                made = overwrite_schema(experiment, definition, by=by, now=timezone.now())
            else:
                made = create_schema(experiment, definition, by=by)
            return Done(object_id=made.schema_id, status=201, made=made)

        done = once(request, work)
        shown = done.made or schema_for(by, done.object_id, Action.MANAGE)
        return Response(schema_json(shown), status=done.status)

    def retrieve(self, request: Request, schema_id: str) -> Response:
        """One label schema."""
        return Response(schema_json(schema_for(credential_of(request), schema_id, Action.READ)))

    def partial_update(self, request: Request, schema_id: str) -> Response:
        """The label schema after the edit."""
        by = credential_of(request)
        schema = schema_for(by, schema_id, Action.MANAGE)
        body = LabelSchemaChanges(data=request.data)
        body.is_valid(raise_exception=True)
        edited = edit(schema, body.validated_data, by)
        return Response(schema_json(edited))

    def destroy(self, request: Request, schema_id: str) -> Response:
        """Retire a label schema."""
        by = credential_of(request)
        schema = schema_for(by, schema_id, Action.MANAGE)
        delete_schema(schema, by=by, now=timezone.now())
        return Response(status=204)


def new_definition(said: dict[str, Any]) -> Definition:
    """A checked body as a definition. Raises InvalidInput."""
    kind, spec = said.pop("type"), parse_input(said.pop("input"))
    return Definition(kind=kind, input=spec, **said)


@transaction.atomic
def edit(schema: LabelSchema, changes: dict[str, Any], by: Credential) -> LabelSchema:
    """Put the changes in force. Raises SchemaFixed for a new name once there are answers."""
    schema = LabelSchema.objects.select_for_update(of=("self",), no_key=True).get(pk=schema.pk)
    if changes.get("name", schema.name).strip() != schema.name and has_answers(schema):
        raise SchemaFixed("name", "The name cannot change once answers have been given.")
    if "input" in changes:
        changes["input"] = parse_input(changes["input"])
    return edit_schema(schema, replace(definition_of(schema), **changes), by=by)


def has_answers(schema: LabelSchema) -> bool:
    """Whether a session's answer was ever given under it, in any version."""
    return schema.versions.filter(answers__isnull=False).exists()
