"""Times as they travel: milliseconds, nanoseconds, RFC 3339 text and duration text.

Inside the house a moment is an aware datetime in UTC; only span clocks stay nanoseconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NS = 1_000_000_000
_NS_PER_MS = 1_000_000
# google/protobuf/duration.proto: ten thousand years either way.
_MAX_DURATION_SECONDS = 315_576_000_000
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
_DURATION = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,9}))?s", re.ASCII)


class InvalidTime(ValueError):
    """A moment or a duration that cannot be read, or that lies outside the years 1 to 9999."""


def from_ms(milliseconds: int) -> datetime:
    """The moment so many milliseconds after 1970, in UTC. Raises InvalidTime."""
    return _after_epoch(milliseconds=milliseconds)


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_ns(nanoseconds: int) -> datetime:
    """The moment so many nanoseconds after 1970, rounded down to the microsecond.

    Raises InvalidTime.
    """
    return _after_epoch(microseconds=nanoseconds // 1000)


def to_ns(moment: datetime) -> int:
    """Nanoseconds since 1970; the last three digits are zero."""
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


def ns_to_ms(nanoseconds: int) -> int:
    """Whole milliseconds, rounded down, as the MLflow server derives them from span clocks."""
    return nanoseconds // _NS_PER_MS


def parse_rfc3339(text: str) -> datetime:
    """Read `2026-11-20T21:59:08.390Z`, with any offset; rounded down to the microsecond.

    Raises InvalidTime.
    """
    return from_ns(parse_rfc3339_ns(text))


def parse_rfc3339_ns(text: str) -> int:
    """Read RFC 3339 text with up to nine fraction digits into nanoseconds since 1970.

    Raises InvalidTime.
    """
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise InvalidTime(f"{text[:40]!r} is not an RFC 3339 time")
    fields = [int(part) for part in found.groups()[:6]]
    try:
        moment = datetime(*fields, tzinfo=UTC) - _offset(found[8])  # type: ignore[arg-type,misc]  # six integers
    except (ValueError, OverflowError):
        raise InvalidTime(f"{text[:40]!r} is not a time of the calendar") from None
    return to_ns(moment) + _fraction_ns(found[7])


def format_rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC with 0, 3 or 6 fraction digits, as protobuf's JSON mapping writes it."""
    fraction = moment.microsecond
    digits = "microseconds" if fraction % 1000 else "milliseconds" if fraction else "seconds"
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec=digits)[: -len("+00:00")] + "Z"


def format_stored(moment: datetime | str) -> str:
    """RFC 3339 of a moment or of a database's text of one in UTC, `2026-11-20 21:59:08.390000`.

    A fraction of 0 may be left out of that text.
    """
    if not isinstance(moment, str):
        return format_rfc3339(moment)
    seconds, _, fraction = moment.partition(".")
    shown = seconds.replace(" ", "T", 1)
    if not fraction.strip("0"):
        return f"{shown}Z"
    return f"{shown}.{fraction.removesuffix('000')}Z"


def parse_duration(text: str) -> int:
    """Read protobuf's duration text, `0.173s`, into whole milliseconds (towards zero).

    Raises InvalidTime.
    """
    found = _DURATION.fullmatch(text)
    if found is None or int(found[2]) > _MAX_DURATION_SECONDS:
        raise InvalidTime(f"{text[:40]!r} is not a duration such as 0.173s")
    milliseconds = int(found[2]) * 1000 + _fraction_ns(found[3]) // _NS_PER_MS
    return -milliseconds if found[1] else milliseconds


def format_duration(milliseconds: int) -> str:
    """Protobuf's duration text: 173 → `0.173s`, 1500 → `1.500s`, 2000 → `2s`."""
    seconds, rest = divmod(abs(milliseconds), 1000)
    return f"{'-' if milliseconds < 0 else ''}{seconds}{_digits(rest * _NS_PER_MS)}s"


def _after_epoch(**units: int) -> datetime:
    try:
        return EPOCH + timedelta(**units)
    except OverflowError:
        raise InvalidTime("the time lies outside the years 1 to 9999") from None


def _offset(text: str) -> timedelta:
    if text in "Zz":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if text[0] == "-" else offset


def _fraction_ns(digits: str | None) -> int:
    return int(digits.ljust(9, "0")) if digits else 0


def _digits(fraction_ns: int) -> str:
    if not fraction_ns:
        return ""
    digits = f"{fraction_ns:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}"
