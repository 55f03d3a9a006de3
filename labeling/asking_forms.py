"""Which questions a session asks, as rows of its form: one for each label schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from django import forms

from labeling.models import SessionSchema
from labeling.plans import Asking
from schemas.answers import scale_of
from schemas.models import LabelSchema

Method = SessionSchema.ConsensusMethod

USUAL_WAYS = {
    "nominal": "Majority",
    "ordinal": "Median",
    "set": "Each option by itself",
    "none": "Not combined",
}
USUAL_OF_NUMBERS = "Median"
MODELS = [
    (Method.WEIGHTED_VOTE.value, "Vote weighed by gold"),
    (Method.DAWID_SKENE.value, "Dawid–Skene"),
    (Method.ONE_COIN.value, "One coin"),
]
SPOKEN = {
    "ask": "Ask",
    "order": "Place of",
    "required": "Required:",
    "consensus": "How answers are combined:",
}


class QuestionRow(forms.Form):
    """One label schema of the experiment: asked or not, at which place, required or not, and how
    several answers become one, where there is a choice.

    usual_way   how they do where there is none, in words
    """

    ask = forms.BooleanField(required=False)
    order = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=999,
        widget=forms.NumberInput(attrs={"class": "inp short"}),
    )
    required = forms.BooleanField(required=False, initial=True)
    consensus = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "inp"}))

    def __init__(
        self, schema: LabelSchema, data: Mapping[str, object] | None, initial: dict[str, object]
    ):
        super().__init__(data, prefix=schema.schema_id, initial=initial)
        self.schema = schema
        scale = scale_of(schema.version.spec)
        self.usual_way = USUAL_WAYS.get(scale, USUAL_OF_NUMBERS)
        if scale in ("nominal", "ordinal"):
            usual = (Method.AUTOMATIC.value, self.usual_way)
            self.fields["consensus"].choices = [usual, *MODELS]  # type: ignore[attr-defined]
        else:
            del self.fields["consensus"]
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{SPOKEN[name]} {schema.version.title}"


def question_rows(
    schemas: Sequence[LabelSchema],
    data: Mapping[str, object] | None = None,
    asked: Sequence[SessionSchema] = (),
    *,
    typed: Mapping[str, object] | None = None,
) -> list[QuestionRow]:
    """A row per schema, those of the session first and in its order.

    data    sent to be stored, so that errors show
    typed   sent for a preview: kept as it is, without looking for errors
    """
    places = {row.label_schema_id: row for row in asked}
    ordered = sorted(
        schemas, key=lambda schema: places[schema.pk].position if schema.pk in places else inf
    )
    return [
        QuestionRow(schema, data, initial_row(schema, places.get(schema.pk), n, typed))
        for n, schema in enumerate(ordered, start=1)
    ]


def initial_row(
    schema: LabelSchema,
    asked: SessionSchema | None,
    place: int,
    typed: Mapping[str, object] | None,
) -> dict[str, object]:
    """A row's values: what was typed, else what the session asks, else unticked."""
    if typed is None:
        return {
            "ask": asked is not None,
            "order": place,
            "required": not asked or asked.required,
            "consensus": asked.consensus if asked else Method.AUTOMATIC.value,
        }
    return {
        "ask": f"{schema.schema_id}-ask" in typed,
        "order": typed.get(f"{schema.schema_id}-order"),
        "required": f"{schema.schema_id}-required" in typed,
        "consensus": typed.get(f"{schema.schema_id}-consensus"),
    }


def askings(rows: Sequence[QuestionRow]) -> list[Asking]:
    """The ticked rows by their number; rows without one last, in the order they were listed."""
    ticked = [row for row in rows if row.is_valid() and row.cleaned_data["ask"]]
    ticked.sort(key=lambda row: row.cleaned_data["order"] or inf)
    return [
        Asking(
            name=row.schema.name,
            required=row.cleaned_data["required"],
            consensus=row.cleaned_data.get("consensus", ""),
        )
        for row in ticked
    ]
