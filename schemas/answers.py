"""PURE: values against inputs: what is accepted, on which scale, and which edits leave answers out.

Booleans are not numbers, NaN and infinities are refused, and an empty text is no answer.
"""

from __future__ import annotations

from typing import assert_never

from schemas.inputs import (
    Categorical,
    Input,
    InvalidValue,
    Numeric,
    PassFail,
    Scale,
    Text,
    TextList,
    is_number,
    steps_between,
)
from traces.json_values import Json

STEP_TOLERANCE = 1e-9
WHOLE_TO_READ = 1e15
SHORT = 6


def clean_value(name: str, spec: Input, value: Json) -> Json:
    """The value as it is stored: several choices in the order of the options, texts trimmed.

    name   of the label schema, for the message
    Raises InvalidValue.
    """
    match spec:
        case PassFail():
            return clean_pass_fail(name, spec, value)
        case Categorical(multi_select=True):
            return clean_choices(name, spec, value)
        case Categorical():
            return clean_choice(name, spec, value)
        case Numeric():
            return clean_number(name, spec, value)
        case Text():
            return clean_text(name, value, spec.max_length)
        case TextList():
            return clean_texts(name, spec, value)
        case _:
            assert_never(spec)


def missing_words(spec: Input) -> str:
    """What to do about a required question that was left open."""
    match spec:
        case Categorical(multi_select=True):
            return "Choose at least one to submit this item."
        case PassFail() | Categorical():
            return "Choose one to submit this item."
        case Numeric():
            return "Give a number to submit this item."
        case Text():
            return "Write something to submit this item."
        case TextList():
            return "Add at least one entry to submit this item."
        case _:
            assert_never(spec)


def clean_pass_fail(name: str, spec: PassFail, value: Json) -> bool:
    """True for the positive label, false for the negative one."""
    if not isinstance(value, bool):
        raise InvalidValue(
            name, f"Answer true ({spec.positive_label}) or false ({spec.negative_label})."
        )
    return value


def clean_choice(name: str, spec: Categorical, value: Json) -> str:
    """One of the options, to the letter."""
    if not isinstance(value, str) or value not in spec.options:
        raise InvalidValue(name, f"Choose one of: {', '.join(spec.options)}.")
    return value


def clean_choices(name: str, spec: Categorical, value: Json) -> list[Json]:
    """Some of the options, each once, at least one."""
    if not isinstance(value, list) or not value:
        raise InvalidValue(name, f"Choose at least one of: {', '.join(spec.options)}.")
    for choice in value:
        clean_choice(name, spec, choice)
    if len({str(choice) for choice in value}) != len(value):
        raise InvalidValue(name, "Choose each option once.")
    if spec.exclusive in value and len(value) > 1:
        raise InvalidValue(name, f"“{spec.exclusive}” cannot be chosen beside another option.")
    return [option for option in spec.options if option in value]


def clean_number(name: str, spec: Numeric, value: Json) -> int | float:
    """A number within the bounds, on the step."""
    if not is_number(value):
        raise InvalidValue(name, "Write a number.")
    if spec.min_value is not None and value < spec.min_value:
        raise InvalidValue(name, f"Write a number of at least {spec.min_value:g}.")
    if spec.max_value is not None and value > spec.max_value:
        raise InvalidValue(name, f"Write a number of at most {spec.max_value:g}.")
    step = spec.step or (1 if spec.scale == "ordinal" else None)
    if step is not None and not on_step(value, spec.min_value or 0, step):
        raise InvalidValue(name, f"Write a multiple of {step:g} from {spec.min_value or 0:g}.")
    return value


def on_step(value: float, start: float, step: float) -> bool:
    """Whether the value is a whole number of steps from the start, but for rounding."""
    steps = (value - start) / step
    return abs(steps - round(steps)) <= STEP_TOLERANCE * max(1.0, abs(steps))


def clean_text(name: str, value: Json, max_length: int | None) -> str:
    """Trimmed, not empty, not too long."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(name, "Write some text.")
    text = value.strip()
    if max_length is not None and len(text) > max_length:
        raise InvalidValue(name, f"Write at most {max_length} characters; this has {len(text)}.")
    return text


def clean_texts(name: str, spec: TextList, value: Json) -> list[Json]:
    """One or more texts, each trimmed and not too long."""
    if not isinstance(value, list) or not value:
        raise InvalidValue(name, "Write at least one entry.")
    if spec.max_count is not None and len(value) > spec.max_count:
        raise InvalidValue(name, f"Write at most {spec.max_count} entries; there are {len(value)}.")
    return [clean_entry(name, n, text, spec) for n, text in enumerate(value, start=1)]


def clean_entry(name: str, number: int, text: Json, spec: TextList) -> str:
    """One text of a list; the message names it by its number."""
    try:
        return clean_text(name, text, spec.max_length_each)
    except InvalidValue as error:
        raise InvalidValue(name, f"Entry {number}: {error.reason}") from error


def scale_of(spec: Input) -> Scale:
    """The scale on which answers are compared (AGREEMENT, section 1)."""
    match spec:
        case Categorical(multi_select=True):
            return "set"
        case Categorical(ordered=True):
            return "ordinal"
        case PassFail() | Categorical():
            return "nominal"
        case Numeric():
            return spec.scale
        case Text() | TextList():
            return "none"
        case _:
            assert_never(spec)


def declared_options(spec: Input) -> list[Json]:
    """Every possible answer in its declared order, empty when there is no such list."""
    match spec:
        case PassFail():
            return [True, False]
        case Categorical():
            return list(spec.options)
        case Numeric(scale="ordinal"):
            return list(steps_between(spec.min_value, spec.max_value, spec.step or 1))
        case Numeric() | Text() | TextList():
            return []
        case _:
            assert_never(spec)


def label_of(spec: Input, value: Json) -> str:
    """A value in the words a reader sees."""
    if isinstance(value, bool) and isinstance(spec, PassFail):
        return spec.positive_label if value else spec.negative_label
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_words(value)
    return str(value)


def number_words(value: float, *, digits: int = 15) -> str:
    """A number to be read: `4`, `4.25`, `2.04794e+286`; with at most so many digits."""
    if float(value).is_integer() and abs(value) < WHOLE_TO_READ:
        return str(int(value))
    return f"{value:.{digits if abs(value) < WHOLE_TO_READ else SHORT}g}"


def tone_of(value: Json) -> str:
    """pass or fail, as the style sheet colours them; empty for everything else."""
    if not isinstance(value, bool):
        return ""
    return "pass" if value else "fail"


def is_same_variant(old: Input, new: Input) -> bool:
    """Whether the kind of input stays: only then is an edit a new version of the same question."""
    if isinstance(old, Categorical) and isinstance(new, Categorical):
        return old.multi_select == new.multi_select
    return type(old) is type(new)


def keeps_answers(old: Input, new: Input) -> bool:
    """Whether every answer the old input accepted is still accepted: if not, they become stale."""
    if isinstance(old, Categorical) and isinstance(new, Categorical):
        return set(old.options) <= set(new.options)
    if isinstance(old, Numeric) and isinstance(new, Numeric):
        return keeps_numbers(old, new)
    if isinstance(old, Text) and isinstance(new, Text):
        return not_tighter(old.max_length, new.max_length)
    if isinstance(old, TextList) and isinstance(new, TextList):
        return not_tighter(old.max_length_each, new.max_length_each) and not_tighter(
            old.max_count, new.max_count
        )
    return isinstance(old, PassFail) and isinstance(new, PassFail)


def keeps_numbers(old: Numeric, new: Numeric) -> bool:
    """Bounds may widen and a step may go; another step or start leaves answers out."""
    floor_kept = new.min_value is None or (
        old.min_value is not None and new.min_value <= old.min_value
    )
    same_grid = new.step is None or (
        old.step == new.step and on_step((old.min_value or 0) - (new.min_value or 0), 0, new.step)
    )
    return floor_kept and not_tighter(old.max_value, new.max_value) and same_grid


def not_tighter(old: float | None, new: float | None) -> bool:
    """Whether an upper limit stayed or rose; None is no limit."""
    return new is None or (old is not None and new >= old)
