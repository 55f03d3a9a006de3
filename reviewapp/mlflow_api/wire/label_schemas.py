"""PURE: label schemas as MLflow writes them.

Shape: mlflow 3.17.2, protos/label_schemas.proto; limits: genai/label_schemas/validation.py.
MLflow knows four inputs and no titles. What it does not know is kept when it edits a schema, and a
list of texts, or more than ten options made elsewhere, is still readable here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.defining import Definition
from schemas.inputs import (
    Categorical,
    Input,
    Numeric,
    Text,
    TextList,
    describe_input,
    parse_input,
)
from traces.json_values import Json, join
from traces.parsing import Malformed, integer, mapping, optional_text, text
from traces.timestamps import to_ms

if TYPE_CHECKING:
    from schemas.models import LabelSchema

MAXIMUM_OPTIONS = 10
TYPES = {"FEEDBACK": "feedback", "EXPECTATION": "expectation"}
COMMENT_OFF, COMMENT_OPTIONAL = "off", "optional"
# The fields of each input, in the words of both sides.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "pass_fail": ("positive_label", "negative_label"),
    "categorical": ("options", "multi_select"),
    "numeric": ("min_value", "max_value"),
    "text": ("max_length",),
}


def definition_from_json(fields: Mapping[str, Json]) -> Definition:
    """A new label schema. Raises Malformed or InvalidInput."""
    kind = text(fields.get("type"), "type")
    if kind not in TYPES:
        raise Malformed("type", f"is not one of {', '.join(TYPES)}")
    return Definition(
        name=text(fields.get("name"), "name"),
        kind=TYPES[kind],
        input=input_from_json(fields.get("input")),
        instruction=optional_text(fields.get("instruction"), "instruction") or "",
        comment=COMMENT_OPTIONAL if wants_comment(fields) else COMMENT_OFF,
    )


def edited_definition(present: Definition, fields: Mapping[str, Json]) -> Definition:
    """The definition after a sparse update: what is absent stays.

    Raises Malformed or InvalidInput.
    """
    changed = present
    name = optional_text(fields.get("name"), "name")
    if name is not None:
        title = name if present.title == present.name else present.title
        changed = replace(changed, name=name, title=title)
    instruction = optional_text(fields.get("instruction"), "instruction")
    if instruction is not None:
        changed = replace(changed, instruction=instruction)
    wanted = wants_comment(fields)
    if wanted is not None and wanted != (present.comment != COMMENT_OFF):
        changed = replace(changed, comment=COMMENT_OPTIONAL if wanted else COMMENT_OFF)
    if fields.get("input") is not None:
        changed = replace(changed, input=merged(present.input, input_from_json(fields["input"])))
    return changed


def wants_comment(fields: Mapping[str, Json]) -> bool | None:
    """Whether a rationale is asked for; None when nothing is said. Raises Malformed."""
    wanted = fields.get("enable_comment")
    if not isinstance(wanted, bool | None):
        raise Malformed("enable_comment", "is not true or false")
    return wanted


def merged(present: Input, given: Input) -> Input:
    """What MLflow says about an input, with what only we know about it."""
    match present, given:
        case Categorical(), Categorical():
            return replace(given, ordered=present.ordered)
        case Numeric(), Numeric():
            return merged_number(present, given)
        case _:
            return given


def merged_number(present: Numeric, given: Numeric) -> Numeric:
    """A number with what only we know: step, scale, tolerance, words at ends that have a bound."""
    return replace(
        given,
        step=present.step,
        scale=present.scale,
        tolerance=present.tolerance,
        min_label="" if given.min_value is None else present.min_label,
        max_label="" if given.max_value is None else present.max_label,
    )


def input_from_json(data: Json) -> Input:
    """What may be entered. Unknown fields are passed over. Raises Malformed or InvalidInput."""
    described = mapping(data, "input")
    kinds = [kind for kind in FIELDS if described.get(kind) is not None]
    if len(kinds) != 1:
        raise Malformed("input", f"needs exactly one of {', '.join(FIELDS)}")
    kind = kinds[0]
    place = join("input", kind)
    fields = mapping(described[kind], place)
    given = {name: fields[name] for name in FIELDS[kind] if fields.get(name) is not None}
    if kind == "text" and "max_length" in given:
        given["max_length"] = integer(given["max_length"], join(place, "max_length"))
    options = given.get("options")
    if isinstance(options, list) and len(options) > MAXIMUM_OPTIONS:
        raise Malformed(join(place, "options"), f"has more than {MAXIMUM_OPTIONS} options")
    return parse_input({kind: given})


def schema_to_json(schema: LabelSchema) -> dict[str, Json]:
    """A label schema as answers have it. It was read with its current version and its author."""
    version = schema.version
    wire: dict[str, Json] = {
        "schema_id": schema.schema_id,
        "experiment_id": str(schema.experiment_id),
        "name": schema.name,
        "type": schema.kind.upper(),
        "input": input_to_json(version.spec),
        "enable_comment": version.comment != COMMENT_OFF,
        "created_at": to_ms(schema.created_at),
        "last_updated_at": to_ms(schema.updated_at),
        "is_default": schema.is_default,
    }
    if version.instruction:
        wire["instruction"] = version.instruction
    if schema.created_by is not None:
        wire["created_by"] = schema.created_by.email
    return wire


def input_to_json(spec: Input) -> dict[str, Json]:
    """An input in MLflow's four kinds; its client cannot read a list of texts, so that is text."""
    shown = Text() if isinstance(spec, TextList) else spec
    ((kind, fields),) = describe_input(shown).items()
    known = mapping(fields, kind)
    return {kind: {name: known[name] for name in FIELDS[kind] if name in known}}
