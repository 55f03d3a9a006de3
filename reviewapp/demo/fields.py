"""PURE: reads fields of hand-written JSON and says where it is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from traces.json_values import Json


class BadContent(ValueError):
    """Demo content that does not have the agreed form; `path` says where, such as `[3].root.ms`."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class Fields:
    """One JSON object, read field by field.

    value   what should be an object
    path    where it stands in its file, for messages
    known   every name it may have; another one is refused, so that a typing error is noticed
    """

    def __init__(self, value: Json, path: str, known: Iterable[str]) -> None:
        if not isinstance(value, dict):
            raise BadContent(path, "expected an object")
        for name in value:
            if name not in known:
                raise BadContent(f"{path}.{name}", "this field is not known")
        self.values = value
        self.path = path

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.values.get(name) is not None

    def json(self, name: str) -> Json:
        """Any value; null when absent."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(name, "expected a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, or None when absent or null."""
        return self.text(name) if self.has(name) else None

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """One of the allowed texts."""
        value = self.text(name)
        if value not in allowed:
            raise self.wrong(name, f"{value!r} is not one of: {', '.join(sorted(allowed))}")
        return value

    def whole(self, name: str) -> int:
        """A whole number from 0."""
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(name, "expected a whole number from 0")
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "expected true or false")
        return value

    def mapping(self, name: str) -> dict[str, Json]:
        """An object; empty when absent."""
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(name, "expected an object")
        return value

    def texts(self, name: str) -> dict[str, str]:
        """An object whose values are texts; empty when absent."""
        entries = self.mapping(name)
        return {key: Fields(entries, f"{self.path}.{name}", entries).text(key) for key in entries}

    def members(self, name: str) -> Iterator[tuple[Json, str]]:
        """Each member of a list with its path; nothing when absent."""
        yield from members(self.values.get(name, []), f"{self.path}.{name}")

    def wrong(self, name: str, reason: str) -> BadContent:
        """The error for one field."""
        return BadContent(f"{self.path}.{name}", reason)


def members(value: Json, path: str) -> Iterator[tuple[Json, str]]:
    """Each member of what should be a list, with its path."""
    if not isinstance(value, list):
        raise BadContent(path, "expected a list")
    for place, member in enumerate(value):
        yield member, f"{path}[{place}]"
