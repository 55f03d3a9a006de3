"""Typed look-ups in JSON whose shape strangers chose: the first key that holds what is wanted."""

from __future__ import annotations

from traces.json_values import InvalidJson, Json, loads

MAX_DECODED = 2**20  # characters; a longer text is looked at as text, so that reading stays quick


def text_at(data: dict[str, Json], *keys: str) -> str | None:
    """The first of the keys that holds a text which is not blank."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, str) and value.strip():
            return value
    return None


def dict_at(data: dict[str, Json], *keys: str) -> dict[str, Json]:
    """The first of the keys that holds an object; an empty object when none does."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, dict):
            return value
    return {}


def list_at(data: dict[str, Json], *keys: str) -> list[Json]:
    """The first of the keys that holds a list; an empty list when none does."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, list):
            return value
    return []


def number_at(data: dict[str, Json], *keys: str) -> float | None:
    """The first of the keys that holds a number; true and false are none."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def decoded(value: Json) -> Json:
    """A text that holds a JSON object or list, read; every other value as it is."""
    if isinstance(value, str) and len(value) <= MAX_DECODED and value.lstrip()[:1] in {"{", "["}:
        try:
            return loads(value)
        except InvalidJson:
            return value
    return value
