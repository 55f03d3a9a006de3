"""VERB: create, edit, overwrite and delete label schemas. Every edit makes a new version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.audit import note
from accounts.credentials import Credential
from schemas.answers import is_same_variant, keeps_answers
from schemas.inputs import Categorical, Input, InvalidInput, PassFail, Text, describe_input
from schemas.models import LabelSchema, SchemaVersion
from traces.ids import mint
from traces.models import Experiment

MAXIMUM_NAME_LENGTH = 250
MAXIMUM_INSTRUCTION_LENGTH = 1000
RESERVED_NAME = "feedback"
DEFAULT_TITLE = "Feedback"
DEFAULT_INSTRUCTION = "Share any feedback on this trace."


class SchemaExists(ValueError):
    """Another label schema of the experiment has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"A label schema named {name!r} already exists in this experiment.")


class SchemaFixed(ValueError):
    """Something about a label schema cannot change; `field` says what."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Everything one says about a label schema. An empty title shows the name.

    comment_for   where a comment is optional, the answers that need one: options, `true`, `false`
    """

    name: str
    kind: str
    input: Input
    title: str = ""
    instruction: str = ""
    comment: str = SchemaVersion.Comment.OPTIONAL.value
    comment_for: tuple[str, ...] = ()


@transaction.atomic
def create_schema(
    experiment: Experiment, definition: Definition, *, by: Credential | None
) -> LabelSchema:
    """A new label schema with version 1. Raises InvalidInput, SchemaExists or SchemaFixed."""
    definition = checked(definition)
    refuse_reserved(definition.name)
    schema = store_schema(experiment, definition, by=by)
    note(by, "label schema created", schema.name, experiment_id=experiment.experiment_id)
    return schema


def store_schema(
    experiment: Experiment,
    definition: Definition,
    *,
    by: Credential | None,
    is_default: bool = False,
) -> LabelSchema:
    """Both rows of a new schema, in the caller's transaction. Raises SchemaExists."""
    user = by.user if by else None
    try:
        with transaction.atomic():
            schema = LabelSchema.objects.create(
                schema_id=mint("ls-"),
                experiment=experiment,
                name=definition.name,
                kind=definition.kind,
                created_by=user,
                is_default=is_default,
            )
    except IntegrityError as error:
        raise SchemaExists(definition.name) from error
    add_version(schema, definition, number=1, keeps=True, by=by)
    return schema


def add_version(
    schema: LabelSchema, definition: Definition, *, number: int, keeps: bool, by: Credential | None
) -> None:
    """Append a version and put it in force."""
    schema.current = SchemaVersion.objects.create(
        label_schema=schema,
        number=number,
        title=definition.title or definition.name,
        instruction=definition.instruction,
        input=describe_input(definition.input),
        comment=definition.comment,
        comment_for=list(definition.comment_for),
        keeps_answers=keeps,
        created_by=by.user if by else None,
    )
    schema.save(update_fields=["current", "updated_at"])


@transaction.atomic
def edit_schema(
    schema: LabelSchema, definition: Definition, *, by: Credential | None
) -> LabelSchema:
    """Put a new definition in force as the next version; an equal one changes nothing.

    The kind and the input's variant stay. A new name is only free before the first answer, which
    the caller checks because answers are known above.
    Raises InvalidInput, SchemaExists or SchemaFixed.
    """
    definition = checked(definition)
    schema = LabelSchema.objects.select_for_update(of=("self",), no_key=True).get(pk=schema.pk)
    version = schema.version
    check_edit(schema, version, definition)
    if definition.name != schema.name:
        rename(schema, definition.name)
    if definition != definition_of(schema):
        keeps = keeps_answers(version.spec, definition.input)
        add_version(schema, definition, number=version.number + 1, keeps=keeps, by=by)
        note(
            by,
            "label schema edited",
            schema.name,
            experiment_id=str(schema.experiment_id),
            details={"version": version.number + 1, "keeps_answers": keeps},
        )
    return schema


def check_edit(schema: LabelSchema, version: SchemaVersion, definition: Definition) -> None:
    """What may not change does not."""
    if schema.is_default:
        raise SchemaFixed("name", "The default label schema cannot be edited.")
    if definition.kind != schema.kind:
        raise SchemaFixed("type", "The type of a label schema cannot change.")
    if not is_same_variant(version.spec, definition.input):
        raise SchemaFixed("input", "The kind of input cannot change; overwrite the schema instead.")


def rename(schema: LabelSchema, name: str) -> None:
    """Give a schema another name. Raises SchemaExists or SchemaFixed."""
    refuse_reserved(name)
    try:
        with transaction.atomic():
            LabelSchema.objects.filter(pk=schema.pk).update(name=name)
    except IntegrityError as error:
        raise SchemaExists(name) from error
    schema.name = name


@transaction.atomic
def overwrite_schema(
    experiment: Experiment, definition: Definition, *, by: Credential | None, now: datetime
) -> LabelSchema:
    """Create the schema, or put this definition in its place whatever its kind was.

    A change of kind or variant retires the old schema with its answers and starts a new one.
    """
    definition = checked(definition)
    standing = experiment.label_schemas.filter(name=definition.name, deleted_at__isnull=True)
    existing = standing.select_for_update(no_key=True).first()
    if existing is None:
        return create_schema(experiment, definition, by=by)
    if existing.kind == definition.kind and is_same_variant(
        existing.version.spec, definition.input
    ):
        return edit_schema(existing, definition, by=by)
    delete_schema(existing, by=by, now=now)
    return create_schema(experiment, definition, by=by)


@transaction.atomic
def delete_schema(schema: LabelSchema, *, by: Credential | None, now: datetime) -> None:
    """Retire a schema: answers keep it, its name becomes free. Raises SchemaFixed."""
    if schema.is_default:
        raise SchemaFixed("name", "The default label schema cannot be deleted.")
    standing = LabelSchema.objects.filter(pk=schema.pk, deleted_at__isnull=True)
    if standing.update(deleted_at=now):
        note(by, "label schema deleted", schema.name, experiment_id=str(schema.experiment_id))


@transaction.atomic
def seed_default(experiment: Experiment) -> None:
    """MLflow's default schema, made by the first list. Running twice changes nothing."""
    Experiment.objects.select_for_update(no_key=True).get(pk=experiment.pk)
    if experiment.label_schemas.filter(is_default=True).exists():
        return
    definition = Definition(
        name=DEFAULT_TITLE,
        kind=LabelSchema.Kind.FEEDBACK.value,
        input=Text(),
        instruction=DEFAULT_INSTRUCTION,
    )
    store_schema(experiment, definition, by=None, is_default=True)


def definition_of(schema: LabelSchema) -> Definition:
    """The definition in force."""
    version = schema.version
    return Definition(
        name=schema.name,
        kind=schema.kind,
        input=version.spec,
        title=version.title,
        instruction=version.instruction,
        comment=version.comment,
        comment_for=tuple(version.comment_for),
    )


def checked(definition: Definition) -> Definition:
    """Lengths and words; texts trimmed, and no comment asked for what is no answer any more.

    Raises InvalidInput.
    """
    name, title = definition.name.strip(), definition.title.strip() or definition.name.strip()
    if not 1 <= len(name) <= MAXIMUM_NAME_LENGTH:
        raise InvalidInput("name", f"Write 1 to {MAXIMUM_NAME_LENGTH} characters.")
    if len(title) > MAXIMUM_NAME_LENGTH:
        raise InvalidInput("title", f"Write at most {MAXIMUM_NAME_LENGTH} characters.")
    if len(definition.instruction) > MAXIMUM_INSTRUCTION_LENGTH:
        raise InvalidInput("instruction", f"At most {MAXIMUM_INSTRUCTION_LENGTH} characters.")
    if definition.kind not in LabelSchema.Kind.values:
        raise InvalidInput("type", "Use feedback or expectation.")
    if definition.comment not in SchemaVersion.Comment.values:
        raise InvalidInput("comment", "Use off, optional or required.")
    is_optional = definition.comment == SchemaVersion.Comment.OPTIONAL
    known = answers_of(definition.input) if is_optional else ()
    asked_for = tuple(answer for answer in known if answer in definition.comment_for)
    return replace(definition, name=name, title=title, comment_for=asked_for)


def answers_of(spec: Input) -> tuple[str, ...]:
    """The answers one chooses from, as a form sends them; none where one writes or counts."""
    match spec:
        case PassFail():
            return ("true", "false")
        case Categorical(options):
            return tuple(options)
        case _:
            return ()


def refuse_reserved(name: str) -> None:
    """Raises SchemaFixed for the default label schema's name."""
    if is_reserved(name):
        raise SchemaFixed("name", "The name 'feedback' is reserved for the default label schema.")


def is_reserved(name: str) -> bool:
    """Whether MLflow keeps this name for its default schema, whatever its case and spaces."""
    return name.strip().lower() == RESERVED_NAME
