"""PURE: the forecast of a session in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from labeling.pace import Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`short` stands beside the heading, `long` below the chart."""

    short: str
    long: str


def words_of(found: Forecast, *, due: date | None, today: date, state: str) -> Words:
    """What is known of the end. `state` is the session's: draft, open or closed."""
    if found.reason == "done":
        return Words(short="All reviews are in", long="")
    if state != "open":
        short = "Not open yet" if state == "draft" else "Closed"
        return Words(short=short, long=overdue(due, today) if state == "draft" else "")
    if found.reason:
        return Words(short="No forecast", long=WHY[found.reason](found.who))
    if found.day is None:
        return Words(short="No forecast", long="")
    short = f"At this pace, done by {day_words(found.day)}"
    return Words(short=short, long=" ".join(filter(None, [doubt(found), against(found, due)])))


def overdue(due: date | None, today: date) -> str:
    """A draft whose due day has passed."""
    return f"It was due on {day_words(due)}." if due is not None and due < today else ""


def people(names: Sequence[str], many: str, one: str) -> str:
    """Amara and Jonas have, Priya has, Amara, Jonas and 3 others have."""
    shown = list(names[:2])
    if len(names) > 2:
        shown.append(f"{len(names) - 2} other{'s' if len(names) > 3 else ''}")
    listed = ", ".join(shown[:-1]) + (" and " if len(shown) > 1 else "") + shown[-1]
    return f"{listed} {one if len(names) == 1 else many}"


def waiting_words(names: Sequence[str]) -> str:
    """Somebody who has not begun cannot be reckoned with."""
    return f"{people(names, 'have', 'has')} not begun, so there is no telling when the last is in."


def stalled_words(names: Sequence[str]) -> str:
    """Nothing in two weeks, by everybody or by some."""
    if not names:
        return "No review came in within the last two weeks."
    return f"{people(names, 'have', 'has')} finished nothing within the last two weeks."


def far_words(names: Sequence[str]) -> str:
    """Too slow to name a day."""
    of_whom = f" of {names[0]}" if names else ""
    return f"At the pace{of_whom} of the last two weeks it takes more than a year."


WHY: Mapping[str, Callable[[Sequence[str]], str]] = {
    "none": lambda _: "It begins with the first reviews.",
    "uncounted": lambda _: "It is worked out with the next computation.",
    "early": lambda _: "It needs ten reviews over at least a day.",
    "waiting": waiting_words,
    "stalled": stalled_words,
    "far": far_words,
    "undealt": lambda _: "What is left is dealt to nobody who is named, so that it cannot come in.",
    "alone": lambda _: (
        "Fewer people are named than reviews are wanted per trace, "
        "so that not all reviews can come in."
    ),
}


def doubt(found: Forecast) -> str:
    """How sure the day is, and whose reviews come last."""
    last = f"{found.who[0]} comes last. " if found.who else ""
    if found.early is None:
        return f"{last}Roughly: there are too few days to say how sure that is."
    if found.late is None:
        return f"{last}Days differ much: {day_words(found.early)} at the earliest, or far later."
    if found.early == found.late:
        return last.strip()
    return f"{last}Between {day_words(found.early)} and {day_words(found.late)} with 95 %."


def against(found: Forecast, due: date | None) -> str:
    """The day beside the one it is due."""
    if due is None or found.day is None:
        return ""
    days = (due - found.day).days
    if days == 0:
        return "That is the day it is due."
    counted = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"That is {counted} {'before' if days > 0 else 'after'} it is due."


def day_words(day: date) -> str:
    """28 Nov, as the other dates of these pages; the year where it is not plain."""
    return f"{day.day} {day:%b}"
