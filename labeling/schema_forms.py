"""Forms of label schemas, one per kind of input. They write the description that the API takes, so
that the same reader (`schemas.inputs.parse_input`) decides what is accepted. A few lines beyond the
budget: every kind of question in one place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django import forms

from labeling.manage_forms import area, line, number, place_error
from schemas.answer_fields import control_for
from schemas.defining import Definition, definition_of
from schemas.inputs import (
    MAXIMUM_OPTION_LENGTH,
    NONE_OF_THESE,
    Categorical,
    Input,
    InvalidInput,
    Numeric,
    PassFail,
    Text,
    TextList,
    describe_input,
    parse_input,
)
from schemas.models import LabelSchema, SchemaVersion
from traces.json_values import Json

COMMENTS = [
    (SchemaVersion.Comment.OFF.value, "No comment"),
    (SchemaVersion.Comment.OPTIONAL.value, "A comment, when they like"),
    (SchemaVersion.Comment.REQUIRED.value, "Always with a comment"),
]
KINDS = [
    (LabelSchema.Kind.FEEDBACK.value, "The answer the application gave (feedback)"),
    (LabelSchema.Kind.EXPECTATION.value, "The right answer (expectation)"),
]
NOT_A_WORD = re.compile(r"[^a-z0-9]+")


class SchemaForm(forms.Form):
    """What every kind of question has. Subclasses add the input's own fields."""

    words = ""
    says = ""
    kind = ""
    parts: tuple[str, ...] = ()

    title = forms.CharField(label="What reviewers see", max_length=250, widget=line())
    instruction = forms.CharField(
        label="Help text",
        max_length=1000,
        required=False,
        widget=area(2),
        help_text="One sentence on how to decide.",
    )
    name = forms.CharField(
        label="Stored name",
        max_length=250,
        required=False,
        widget=forms.TextInput(attrs={"class": "inp mono"}),
        help_text="Made from the title when empty. It cannot change after the first answer.",
    )
    type = forms.ChoiceField(
        label="It describes", choices=KINDS, initial="feedback", widget=forms.RadioSelect
    )
    comment = forms.ChoiceField(
        label="Reviewers answer with",
        choices=COMMENTS,
        initial="optional",
        widget=forms.RadioSelect,
    )

    comment_for = forms.CharField(
        label="A comment is needed with these answers",
        required=False,
        widget=area(2),
        help_text="One per line, as reviewers see them. For answers to choose from, where the "
        "comment is theirs to give otherwise.",
    )

    def fields_of(self, *names: str) -> list[forms.BoundField]:
        """Some bound fields, for the template."""
        return [self[name] for name in names]

    @property
    def input_fields(self) -> list[forms.BoundField]:
        """The fields of this kind alone."""
        return self.fields_of(*self.parts)

    def description(self) -> dict[str, Json]:
        """The API's description of the input, of a valid form."""
        return {self.kind: {name: self.cleaned_data[name] for name in self.parts}}

    def definition(self) -> Definition | None:
        """The definition of a valid form; None, with the error beside its field, when the input
        is refused."""
        data = self.cleaned_data
        try:
            spec = parse_input(self.description())
        except InvalidInput as error:
            place_error(self, error.field.rsplit(".", 1)[-1], str(error))
            return None
        return Definition(
            name=data["name"] or stored_name(data["title"]),
            kind=data["type"],
            input=spec,
            title=data["title"],
            instruction=data["instruction"],
            comment=data["comment"],
            comment_for=self.explained(spec),
        )

    @property
    def asks_why_of(self) -> bool:
        """Whether there are answers to choose from, some of which may need a comment."""
        return self.kind in ("pass_fail", "categorical")

    def explained(self, spec: Input) -> tuple[str, ...]:
        """The answers named by their labels, as a form sends them. Others are left out."""
        named = {each.strip() for each in self.cleaned_data["comment_for"].splitlines()}
        choices = control_for(spec).choices
        return tuple(choice.value for choice in choices if choice.label in named)

    @classmethod
    def of(cls, schema: LabelSchema, data: Mapping[str, object] | None = None) -> SchemaForm:
        """The form of a stored schema; its type is fixed."""
        definition = definition_of(schema)
        form = cls(
            data,
            initial={
                "title": definition.title,
                "instruction": definition.instruction,
                "name": definition.name,
                "type": definition.kind,
                "comment": definition.comment,
                "comment_for": "\n".join(
                    choice.label
                    for choice in control_for(definition.input).choices
                    if choice.value in definition.comment_for
                ),
                **values_of(definition.input),
            },
        )
        form.fields["type"].disabled = True
        return form


def values_of(spec: Input) -> dict[str, Json]:
    """The kind's own fields of an input; options one per line."""
    (fields,) = describe_input(spec).values()
    found = dict(fields) if isinstance(fields, dict) else {}
    options = found.get("options")
    if isinstance(options, list):
        found["options"] = "\n".join(str(option) for option in options)
    return found


def stored_name(title: str) -> str:
    """A title as a name for programs: `Is it correct?` becomes `is_it_correct`."""
    return NOT_A_WORD.sub("_", title.lower()).strip("_") or title.strip()


class PassFailForm(SchemaForm):
    """Two buttons."""

    words = "Pass or fail"
    says = "Two buttons, such as Correct and Incorrect."
    kind = "pass_fail"
    parts = ("positive_label", "negative_label")

    positive_label = forms.CharField(label="Pass is called", initial="Pass", widget=line())
    negative_label = forms.CharField(label="Fail is called", initial="Fail", widget=line())


class ChoiceForm(SchemaForm):
    """One of several options."""

    words = "Choose one"
    says = "One of several options."
    kind = "categorical"
    parts: tuple[str, ...] = ("options", "ordered")
    multi_select = False

    options = forms.CharField(widget=area(5), help_text="One per line, in the order shown.")
    ordered = forms.BooleanField(
        label="The options are an ordered scale, best first or worst first",
        required=False,
        help_text="Neighbouring answers then count as nearer to each other.",
    )

    def description(self) -> dict[str, Json]:
        """`categorical`."""
        lines = [text for text in self.cleaned_data["options"].splitlines() if text.strip()]
        fields: dict[str, Json] = {"options": list(lines), "multi_select": self.multi_select}
        return {"categorical": {**fields, "ordered": self.cleaned_data.get("ordered", False)}}


class ChoicesForm(ChoiceForm):
    """Any of several options."""

    words = "Choose any"
    says = "Several options may be ticked."
    parts = ("options",)
    multi_select = True
    options = forms.CharField(
        widget=area(5),
        help_text=f"One per line, in the order shown. “{NONE_OF_THESE}” as one of them puts the "
        "others out when it is chosen.",
    )
    ordered = None  # type: ignore[assignment]  # Django's way to leave an inherited field out


class NumericForm(SchemaForm):
    """A number."""

    words = "Number"
    says = "A number, with bounds and steps when you like: 1 to 5, minutes, a price."
    kind = "numeric"
    parts = ("min_value", "max_value", "step", "min_label", "max_label", "scale", "tolerance")

    min_value = forms.FloatField(label="Lowest", required=False, widget=number())
    max_value = forms.FloatField(label="Highest", required=False, widget=number())
    step = forms.FloatField(required=False, widget=number())
    min_label = forms.CharField(
        label="The lowest means",
        required=False,
        max_length=MAXIMUM_OPTION_LENGTH,
        widget=line(),
        help_text="Shown below the scale, such as “Confusing”.",
    )
    max_label = forms.CharField(
        label="The highest means",
        required=False,
        max_length=MAXIMUM_OPTION_LENGTH,
        widget=line(),
        help_text="Such as “Very clear”.",
    )
    scale = forms.ChoiceField(
        label="Differences",
        choices=[
            ("interval", "are distances: 4 is as far from 3 as 3 from 2"),
            ("ratio", "are proportions: 40 is to 20 as 20 to 10"),
            ("ordinal", "only have an order: 4 is more than 3"),
        ],
        initial="interval",
        widget=forms.Select(attrs={"class": "inp"}),
    )

    tolerance = forms.FloatField(
        label="Answers say the same up to a difference of",
        min_value=0,
        required=False,
        widget=number(),
        help_text="Farther apart, they are a disagreement. Empty: one step, or without steps a "
        "fifth of the range.",
    )

    def description(self) -> dict[str, Json]:
        """`numeric`; whole numbers stay whole."""
        numbers = ("min_value", "max_value", "step", "tolerance")
        bounds = {name: self.cleaned_data[name] for name in numbers}
        given: dict[str, Json] = {
            name: int(value) if value.is_integer() else value
            for name, value in bounds.items()
            if value is not None
        }
        words: dict[str, Json] = {
            name: self.cleaned_data[name] for name in ("scale", "min_label", "max_label")
        }
        return {"numeric": {**given, **words}}


class TextForm(SchemaForm):
    """Free text."""

    words = "Text"
    says = "Free text. No agreement is computed on it."
    kind = "text"
    parts = ("max_length",)

    max_length = forms.IntegerField(
        label="At most so many characters", required=False, widget=number()
    )


class TextListForm(SchemaForm):
    """Several short texts."""

    words = "List of texts"
    says = "Several short texts, such as the facts a right answer must mention."
    kind = "text_list"
    parts = ("max_count", "max_length_each")

    max_count = forms.IntegerField(label="At most so many entries", required=False, widget=number())
    max_length_each = forms.IntegerField(
        label="At most so many characters each", required=False, widget=number()
    )


FORMS: dict[str, type[SchemaForm]] = {
    "pass-fail": PassFailForm,
    "choose-one": ChoiceForm,
    "choose-any": ChoicesForm,
    "number": NumericForm,
    "text": TextForm,
    "text-list": TextListForm,
}


def form_for(spec: Input) -> type[SchemaForm]:
    """The form of an input's kind."""
    match spec:
        case PassFail():
            return PassFailForm
        case Categorical(multi_select=True):
            return ChoicesForm
        case Categorical():
            return ChoiceForm
        case Numeric():
            return NumericForm
        case Text():
            return TextForm
        case TextList():
            return TextListForm
