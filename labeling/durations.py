"""PURE: spans of time in words and figures."""

from __future__ import annotations


def of_seconds(seconds: float) -> str:
    """How long a person took: 45 s, 1 min 24 s, 1 h 5 min."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s"


def of_milliseconds(milliseconds: float) -> str:
    """How long a machine took: 610 ms, 4.21 s, from a minute on as for people."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.2f} s"
    return of_seconds(milliseconds / 1000)
