"""Label schemas on MLflow's wire, with MLflow's limits."""

from __future__ import annotations

from accounts.roles import Action
from labeling.models import Answer as SessionAnswer
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.paging import Page, page_of
from reviewapp.mlflow_api.wire.label_schemas import (
    definition_from_json,
    edited_definition,
    schema_to_json,
)
from schemas.access import NoSuchSchema, schema_for
from schemas.defining import (
    SchemaFixed,
    create_schema,
    definition_of,
    delete_schema,
    edit_schema,
    seed_default,
)
from schemas.models import LabelSchema
from traces.access import experiment_for

MOST_SCHEMAS = 1000


def create(call: Call) -> Answer:
    """CreateLabelSchema."""
    definition = definition_from_json(call.fields)
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.MANAGE)
    return shown(create_schema(experiment, definition, by=call.by))


def get(call: Call) -> Answer:
    """GetLabelSchema."""
    return shown(schema_for(call.by, call.text("schema_id"), Action.READ))


def get_by_name(call: Call) -> Answer:
    """GetLabelSchemaByName; the case of the name counts."""
    name = call.text("name")
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.READ)
    found = LabelSchema.objects.standing().filter(experiment=experiment, name=name)
    schema = found.select_related("current", "created_by").first()
    if schema is None:
        raise NoSuchSchema(name)
    return shown(schema)


def list_all(call: Call) -> Answer:
    """ListLabelSchemas, newest first. The first list makes the default schema."""
    asked = Page.asked(call, default=100, most=MOST_SCHEMAS)
    experiment = experiment_for(call.by, call.text("experiment_id"), Action.READ)
    seed_default(experiment)
    found = LabelSchema.objects.standing().filter(experiment=experiment).newest_first()
    rows, following = page_of(found.select_related("current", "created_by"), asked)
    return {"label_schemas": [schema_to_json(row) for row in rows], **following}


def update(call: Call) -> Answer:
    """UpdateLabelSchema: what is absent stays. The name is free until the first answer."""
    schema = schema_for(call.by, call.text("schema_id"), Action.MANAGE)
    definition = edited_definition(definition_of(schema), call.fields)
    is_renamed = definition.name.strip() != schema.name
    if is_renamed and SessionAnswer.objects.filter(label_schema=schema).exists():
        raise SchemaFixed("name", "The name cannot change: answers were given under it.")
    return shown(edit_schema(schema, definition, by=call.by))


def delete(call: Call) -> Answer:
    """DeleteLabelSchema. Deleting what is not there is no error."""
    try:
        schema = schema_for(call.by, call.text("schema_id"), Action.MANAGE)
    except NoSuchSchema:
        return {}
    delete_schema(schema, by=call.by, now=call.now)
    return {}


def shown(schema: LabelSchema) -> Answer:
    """The answer of all but list and delete."""
    return {"label_schema": schema_to_json(schema)}
