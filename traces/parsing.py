"""What every reader of foreign spans shares: errors with a path, and typed readers.

The readers themselves live beside it: `otlp`, `any_values`, `span_json`, `trace_json`.
"""

from __future__ import annotations

from traces.json_values import InvalidJson, Json, join, nodes_at_most
from traces.legible import legible_number, legible_text, loads_legibly

# Limits of the shared trust rules (section 3, "Hostile content").
MAX_SENT_BYTES = 20 * 1024 * 1024
MAX_INFLATED_BYTES = 64 * 1024 * 1024
# Of one request; one span's own limit is json_values.MAX_NODES.
MAX_REQUEST_NODES = 1_000_000


class Malformed(InvalidJson):
    """A request, trace or span of the wrong shape, with the path of the fault and its reason."""


class TooLarge(ValueError):
    """More than we take in one request, compressed, inflated or counted in values."""


class Room:
    """How many more values one request may bring; shared by everything that decodes it.

    n_respelled  how many of them were put into letters (`traces.legible`)
    """

    __slots__ = ("left", "n_respelled")

    def __init__(self, left: int = MAX_REQUEST_NODES) -> None:
        self.left = left
        self.n_respelled = 0

    def text(self, text: str) -> str:
        """The text as it can be kept."""
        if "\0" not in text:
            return text
        self.n_respelled += 1
        return legible_text(text)

    def number(self, number: float) -> float | str:
        """The number as it can be kept."""
        kept = legible_number(number)
        self.n_respelled += isinstance(kept, str)
        return kept

    def take(self, n_values: int = 1) -> None:
        """Use some of the room up. Raises TooLarge when it is gone."""
        self.left -= n_values
        if self.left < 0:
            raise TooLarge(f"the request has more than {MAX_REQUEST_NODES} values")

    def read(self, text: str) -> Json:
        """Decode JSON text found inside a value; text that is not JSON stays as it is.

        Raises TooLarge.
        """
        try:
            raw = text.encode()
            n_values = nodes_at_most(raw)
            value = loads_legibly(raw)
        except (InvalidJson, UnicodeEncodeError):
            return text
        self.take(n_values)
        return value


def mapping(value: Json, path: str) -> dict[str, Json]:
    """An object. Raises Malformed."""
    if not isinstance(value, dict):
        raise Malformed(path, "is not an object")
    return value


def items(value: Json, path: str) -> list[Json]:
    """A list; a missing one is empty. Raises Malformed."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(path, "is not a list")
    return value


def text(value: Json, path: str) -> str:
    """Text. Raises Malformed."""
    if not isinstance(value, str):
        raise Malformed(path, "is missing" if value is None else "is not text")
    return value


def optional_text(value: Json, path: str) -> str | None:
    """Text or nothing. Raises Malformed."""
    return None if value is None else text(value, path)


def integer(value: Json, path: str) -> int:
    """A whole number, or decimal text as protobuf's JSON spells int64. Raises Malformed."""
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and value.isascii():
        value = _integer_of(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(path, "is missing" if value is None else "is not a whole number")
    if not -(2**63) <= value < 2**63:
        raise Malformed(path, "is an integer beyond 64 bits")
    return value


def optional_integer(value: Json, path: str) -> int | None:
    """A whole number or nothing. Raises Malformed."""
    return None if value is None else integer(value, path)


def texts(value: Json, path: str) -> dict[str, str]:
    """An object whose values are text; a missing one is empty. Raises Malformed."""
    if value is None:
        return {}
    return {key: text(item, join(path, key)) for key, item in mapping(value, path).items()}


def _integer_of(digits: str) -> int:
    # What 64 bits cannot hold is refused by the caller; reading it in full could take for ever.
    return int(digits) if len(digits) <= 20 else 2**63
