"""PURE: an input as controls of an HTML form, and what such a form sends as a value.

One question's controls share a prefix, its schema's public id: `<prefix>-value`, `<prefix>-why`,
`<prefix>-cannot`. The review page, the preview of the schema editor and adjudication use the same.
Nothing is refused here: what a person typed is kept as it is and `schemas.answers` judges it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, assert_never

from schemas.inputs import Categorical, Input, Numeric, PassFail, Text, TextList, steps_between
from traces.json_values import Json, dumps

MOST_SEGMENTS = 11  # UX §4.2: above this a scale becomes a number field
MOST_ROWS = 12  # UX §4.2: above this the options scroll in a box of their own
KEYS = "1234567890"
WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
DECIMAL = re.compile(r"[+-]?[0-9]{0,15}\.[0-9]{1,15}(?:[eE][+-]?[0-9]{1,2})?")

Kind: TypeAlias = Literal["pass_fail", "one", "many", "scale", "number", "text", "texts"]


class FormData(Protocol):
    """The part of Django's QueryDict that is needed here."""

    def get(self, key: str, /) -> object: ...
    def getlist(self, key: str, /) -> Sequence[object]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One radio button or checkbox.

    value       what the form sends
    key         the digit that chooses it, empty from the eleventh on
    is_alone    chosen with no other: "None of these"
    """

    value: str
    label: str
    key: str
    is_chosen: bool
    is_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """How one input is entered.

    choices          of pass_fail, one, many and scale
    text             of number, text and texts (one line each): what is in the field now
    low, high, step  of number, as HTML attributes; empty when unbounded
    ends             of scale and number: what the lowest and the highest value mean, or nothing
    max_length       of text and of each line of texts
    """

    kind: Kind
    choices: tuple[Choice, ...] = ()
    text: str = ""
    low: str = ""
    high: str = ""
    step: str = "any"
    ends: tuple[str, str] | None = None
    max_length: int | None = None
    max_count: int | None = None

    @property
    def template(self) -> str:
        """The partial that draws it."""
        return f"schemas/_{'choices' if self.kind in ('one', 'many') else self.kind}.html"

    @property
    def is_long(self) -> bool:
        """Whether the options should scroll in a box of their own."""
        return len(self.choices) > MOST_ROWS

    @property
    def bounds(self) -> str:
        """A hint beside a number field, such as `0 to 120, in steps of 5`."""
        if self.low and self.high:
            words = f"{self.low} to {self.high}"
        else:
            words = f"at least {self.low}" if self.low else f"at most {self.high}"
            words = words if self.low or self.high else ""
        steps = f"in steps of {self.step}" if self.step not in ("any", "1") else ""
        return ", ".join(part for part in (words, steps) if part)


def control_for(spec: Input, value: Json = None) -> Control:
    """The control of an input with a value in it; a value that does not fit is shown as text."""
    match spec:
        case PassFail(positive, negative):
            return Control(
                kind="pass_fail",
                choices=choices(
                    [("true", positive, value is True), ("false", negative, value is False)]
                ),
            )
        case Categorical(options, multi_select):
            chosen = value if isinstance(value, list) else [value]
            rows = [(option, option, option in chosen) for option in options]
            kind: Kind = "many" if multi_select else "one"
            return Control(kind=kind, choices=choices(rows, alone=spec.exclusive))
        case Numeric():
            return number_control(spec, value)
        case Text(max_length):
            return Control(kind="text", text=as_text(value), max_length=max_length)
        case TextList(max_length_each, max_count):
            lines = value if isinstance(value, list) else [] if value is None else [value]
            return Control(
                kind="texts",
                text="\n".join(as_text(line) for line in lines),
                max_length=max_length_each,
                max_count=max_count,
            )
        case _:
            assert_never(spec)


def choices(rows: Sequence[tuple[str, str, bool]], *, alone: str = "") -> tuple[Choice, ...]:
    """Rows of (value, label, chosen) with their digits; `alone` is chosen with no other."""
    return tuple(
        Choice(
            value=value,
            label=label,
            is_chosen=chosen,
            key=KEYS[n] if n < len(KEYS) else "",
            is_alone=bool(alone) and value == alone,
        )
        for n, (value, label, chosen) in enumerate(rows)
    )


def number_control(spec: Numeric, value: Json) -> Control:
    """A segmented scale for a few whole numbers, else a number field."""
    segments = segments_of(spec)
    ends = (spec.min_label, spec.max_label) if spec.min_label or spec.max_label else None
    if segments:
        rows = [(str(n), str(n), not isinstance(value, bool) and value == n) for n in segments]
        return Control(kind="scale", choices=choices(rows), ends=ends)
    return Control(
        kind="number",
        ends=ends,
        text=as_text(value),
        low=as_number(spec.min_value),
        high=as_number(spec.max_value),
        step=as_number(spec.step) or ("1" if spec.scale == "ordinal" else "any"),
    )


def segments_of(spec: Numeric) -> list[int]:
    """Every value of a scale of 2 to 11 whole numbers; empty for every other number."""
    if spec.step is None and spec.scale != "ordinal":
        return []
    values = steps_between(spec.min_value, spec.max_value, spec.step or 1)
    if not 2 <= len(values) <= MOST_SEGMENTS or any(value != int(value) for value in values):
        return []
    return [int(value) for value in values]


def as_number(bound: float | None) -> str:
    """A bound as an HTML attribute writes it."""
    return "" if bound is None else repr(int(bound) if bound == int(bound) else bound)


def as_text(value: Json) -> str:
    """A value as it stands in a field."""
    if value is None:
        return ""
    return value if isinstance(value, str) else dumps(value)


def read_value(spec: Input, data: FormData, prefix: str) -> Json:
    """What the controls of a form sent; None when nothing was entered.

    A number that cannot be read stays the text that was typed, for the message beside the field.
    """
    name = f"{prefix}-value"
    match spec:
        case PassFail():
            return {"true": True, "false": False}.get(sent_text(data, name))
        case Categorical(multi_select=True):
            return [str(choice) for choice in data.getlist(name)] or None
        case Categorical():
            return sent_text(data, name) or None
        case Numeric():
            return read_number(sent_text(data, name).strip())
        case Text():
            return unix_lines(sent_text(data, name)).strip() or None
        case TextList():
            lines = unix_lines(sent_text(data, name)).split("\n")
            return [line.strip() for line in lines if line.strip()] or None
        case _:
            assert_never(spec)


def sent_text(data: FormData, name: str) -> str:
    """One field's text; empty when it was not sent."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def unix_lines(text: str) -> str:
    """Browsers send the line ends of Windows."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_number(text: str) -> Json:
    """A whole or decimal number, also with a decimal comma; other text as it is."""
    plain = text.replace(",", ".", 1)
    if WHOLE.fullmatch(plain):
        return int(plain)
    if DECIMAL.fullmatch(plain):
        return float(plain)
    return text or None
