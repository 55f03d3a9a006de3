"""PURE: what may be entered for a label schema, and what of it is accepted.

A closed set of kinds: adding one makes the type checker point at every `match` below.
The JSON shapes and their names are fixed by the native API; MLflow's names where MLflow has them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeGuard, assert_never, cast, get_args

from traces.json_values import Json

MAXIMUM_OPTIONS = 100
MAXIMUM_OPTION_LENGTH = 64
MAXIMUM_TEXT_LENGTH = 100_000
MAXIMUM_LIST_COUNT = 1_000
NONE_OF_THESE = "None of these"

NumericScale: TypeAlias = Literal["interval", "ratio", "ordinal"]
Scale: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio", "set", "none"]


class InvalidInput(ValueError):
    """A description of an input that cannot be used; `field` names the part."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class InvalidValue(ValueError):
    """An answer that its label schema does not accept."""

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        self.reason = message
        super().__init__(f"{name}: {message}")


@dataclass(frozen=True, slots=True)
class PassFail:
    """Two buttons; stored as true or false."""

    positive_label: str = "Pass"
    negative_label: str = "Fail"


@dataclass(frozen=True, slots=True)
class Categorical:
    """One of several options, or several of them; `ordered` when their order means more or less."""

    options: tuple[str, ...]
    multi_select: bool = False
    ordered: bool = False

    @property
    def exclusive(self) -> str:
        """The option that stands alone among several, when it is there: "None of these"."""
        alone = NONE_OF_THESE.casefold()
        found = (option for option in self.options if option.casefold() == alone)
        return next(found, "") if self.multi_select else ""


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number within bounds, on a step counted from the minimum (or from 0).

    The labels say in words what the lowest and the highest value mean; they need their bound.
    tolerance   how far apart answers still say the same; None: `assessments.disputes.tolerance`
    """

    min_value: float | None = None
    max_value: float | None = None
    step: float | None = None
    scale: NumericScale = "interval"
    min_label: str = ""
    max_label: str = ""
    tolerance: float | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Free text."""

    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class TextList:
    """Several short texts, such as the facts a right answer must mention."""

    max_length_each: int | None = None
    max_count: int | None = None


Input: TypeAlias = PassFail | Categorical | Numeric | Text | TextList


def parse_input(description: Json) -> Input:
    """The input of a description such as `{"categorical": {"options": ["a", "b"]}}`.

    Raises InvalidInput: exactly one known kind, and known fields only.
    """
    if not isinstance(description, dict) or len(description) != 1:
        raise InvalidInput("input", f"Give exactly one of: {', '.join(READERS)}.")
    (kind, fields), *_ = description.items()
    if kind not in READERS:
        raise InvalidInput(
            "input", f"There is no input {kind!r}; use one of: {', '.join(READERS)}."
        )
    if not isinstance(fields, dict):
        raise InvalidInput(f"input.{kind}", "Write an object.")
    reader, known = READERS[kind]
    unknown = sorted(set(fields) - known)
    if unknown:
        raise InvalidInput(f"input.{kind}.{unknown[0]}", "This field is not known.")
    return reader(fields)


def read_pass_fail(fields: Mapping[str, Json]) -> PassFail:
    """Two distinct labels of 1 to 64 characters."""
    positive = read_label(fields, "pass_fail", "positive_label", "Pass")
    negative = read_label(fields, "pass_fail", "negative_label", "Fail")
    if positive == negative:
        raise InvalidInput("input.pass_fail.negative_label", "The two labels must differ.")
    return PassFail(positive, negative)


def read_label(fields: Mapping[str, Json], kind: str, field: str, default: str) -> str:
    """One button's words."""
    label = fields.get(field, default)
    if not isinstance(label, str) or not 1 <= len(label.strip()) <= MAXIMUM_OPTION_LENGTH:
        raise InvalidInput(f"input.{kind}.{field}", "Write 1 to 64 characters.")
    return label.strip()


def read_categorical(fields: Mapping[str, Json]) -> Categorical:
    """1 to 100 distinct options of 1 to 64 characters."""
    where = "input.categorical.options"
    options = fields.get("options")
    if not isinstance(options, list) or not 1 <= len(options) <= MAXIMUM_OPTIONS:
        raise InvalidInput(where, f"Give a list of 1 to {MAXIMUM_OPTIONS} options.")
    texts = [option.strip() for option in options if isinstance(option, str)]
    if len(texts) != len(options) or not all(1 <= len(t) <= MAXIMUM_OPTION_LENGTH for t in texts):
        raise InvalidInput(where, "Each option is a text of 1 to 64 characters.")
    if len(set(texts)) != len(texts):
        raise InvalidInput(where, "The options must be distinct.")
    return Categorical(
        tuple(texts),
        multi_select=read_flag(fields, "multi_select"),
        ordered=read_flag(fields, "ordered"),
    )


def read_flag(fields: Mapping[str, Json], field: str) -> bool:
    """True or false; absent means false."""
    value = fields.get(field, False)
    if not isinstance(value, bool):
        raise InvalidInput(f"input.categorical.{field}", "Write true or false.")
    return value


def read_numeric(fields: Mapping[str, Json]) -> Numeric:
    """Bounds in order, a positive step, a known scale."""
    low, high = read_number(fields, "min_value"), read_number(fields, "max_value")
    step = read_number(fields, "step")
    if low is not None and high is not None and low >= high:
        raise InvalidInput("input.numeric.max_value", "The maximum must be above the minimum.")
    if step is not None and step <= 0:
        raise InvalidInput("input.numeric.step", "The step must be above zero.")
    scale = read_scale(fields.get("scale", "interval"))
    if scale == "ordinal" and len(steps_between(low, high, step or 1)) < 2:
        raise InvalidInput(
            "input.numeric.scale",
            f"An ordinal scale needs a minimum, a maximum and 2 to {MAXIMUM_OPTIONS} steps.",
        )
    min_label = read_end_label(fields, "min_label", low)
    max_label = read_end_label(fields, "max_label", high)
    tolerance = read_number(fields, "tolerance")
    if tolerance is not None and tolerance < 0:
        raise InvalidInput("input.numeric.tolerance", "The tolerance is 0 or more.")
    return Numeric(low, high, step, scale, min_label, max_label, tolerance)


def read_end_label(fields: Mapping[str, Json], field: str, bound: float | None) -> str:
    """What one end of a scale means, in up to 64 characters; empty when it is not said."""
    label = fields.get(field, "")
    if not isinstance(label, str) or len(label.strip()) > MAXIMUM_OPTION_LENGTH:
        raise InvalidInput(f"input.numeric.{field}", "Write at most 64 characters.")
    if label.strip() and bound is None:
        raise InvalidInput(f"input.numeric.{field}", "An end without a bound has no words.")
    return label.strip()


def read_scale(value: Json) -> NumericScale:
    """How far apart two numbers are."""
    for scale in get_args(NumericScale):
        if value == scale:
            return cast("NumericScale", scale)  # one of its own arguments
    raise InvalidInput("input.numeric.scale", "Use interval, ratio or ordinal.")


def read_number(fields: Mapping[str, Json], field: str) -> float | None:
    """A finite number, or None when absent."""
    value = fields.get(field)
    if value is None:
        return None
    if not is_number(value):
        raise InvalidInput(f"input.numeric.{field}", "Write a number.")
    return value


def read_text(fields: Mapping[str, Json]) -> Text:
    """An optional greatest length."""
    return Text(read_count(fields, "text", "max_length", MAXIMUM_TEXT_LENGTH))


def read_text_list(fields: Mapping[str, Json]) -> TextList:
    """An optional greatest length of each and an optional greatest count."""
    return TextList(
        read_count(fields, "text_list", "max_length_each", MAXIMUM_TEXT_LENGTH),
        read_count(fields, "text_list", "max_count", MAXIMUM_LIST_COUNT),
    )


def read_count(fields: Mapping[str, Json], kind: str, field: str, most: int) -> int | None:
    """A whole number from 1, or None when absent."""
    value = fields.get(field)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise InvalidInput(f"input.{kind}.{field}", f"Write a whole number from 1 to {most}.")
    return value


READERS: dict[str, tuple[Callable[[Mapping[str, Json]], Input], set[str]]] = {
    "pass_fail": (read_pass_fail, {"positive_label", "negative_label"}),
    "categorical": (read_categorical, {"options", "multi_select", "ordered"}),
    "numeric": (
        read_numeric,
        {"min_value", "max_value", "step", "scale", "min_label", "max_label", "tolerance"},
    ),
    "text": (read_text, {"max_length"}),
    "text_list": (read_text_list, {"max_length_each", "max_count"}),
}


def describe_input(spec: Input) -> dict[str, Json]:
    """The description `parse_input` reads back into an equal input."""
    match spec:
        case PassFail(positive, negative):
            return {"pass_fail": {"positive_label": positive, "negative_label": negative}}
        case Categorical(options, multi_select, ordered):
            return {
                "categorical": {
                    "options": list(options),
                    "multi_select": multi_select,
                    "ordered": ordered,
                }
            }
        case Numeric():
            return {"numeric": describe_numeric(spec)}
        case Text(max_length):
            return {"text": {} if max_length is None else {"max_length": max_length}}
        case TextList(max_length_each, max_count):
            limits: dict[str, Json] = {"max_length_each": max_length_each, "max_count": max_count}
            return {"text_list": {name: n for name, n in limits.items() if n is not None}}
        case _:
            assert_never(spec)


def describe_numeric(spec: Numeric) -> dict[str, Json]:
    """The fields of a number that say something."""
    numbers = ("min_value", "max_value", "step", "tolerance")
    labels: dict[str, Json] = {"min_label": spec.min_label, "max_label": spec.max_label}
    given = {name: n for name in numbers if (n := getattr(spec, name)) is not None}
    said = {name: label for name, label in labels.items() if label}
    return {**given, "scale": spec.scale, **said}


def kind_of(spec: Input) -> str:
    """The name of the input's kind, as in its description."""
    return next(iter(describe_input(spec)))


def is_number(value: Json) -> TypeGuard[int | float]:
    """A finite number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def steps_between(low: float | None, high: float | None, step: float) -> list[float]:
    """Every value of a bounded scale; empty when it is unbounded or has more than 100 values."""
    if low is None or high is None or (high - low) / step >= MAXIMUM_OPTIONS:
        return []
    count = math.floor((high - low) / step + 1e-9) + 1
    return [low + n * step for n in range(count)]
