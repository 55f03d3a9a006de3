"""PURE: what is unusual about a reviewer, in words, where there is enough to say so.

From figures of `assessments.reviewers`, whose `stands_out` wants at least ten cases and an interval
that leaves the others' figure out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessments.intervals import wilson_interval
from assessments.reviewers import Pace
from labeling.durations import of_seconds
from traces.json_values import Json

MUCH_FASTER = 0.5
NEARLY_ALWAYS = 0.95
ENOUGH = 10

Record = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How often a reviewer's answers are the same as some others, over all questions: what the
    others on the item come to, the known answer of a gold item, or their own first one.

    n   answers that could be compared
    """

    share: float
    low: float
    high: float
    n: int

    @property
    def is_enough(self) -> bool:
        """Whether it is more than a hint."""
        return self.n >= ENOUGH

    @property
    def percent(self) -> str:
        """The share as pages write it."""
        return f"{self.share:.0%}"

    @property
    def between(self) -> str:
        """Its interval."""
        return f"{100 * self.low:.0f} to {self.high:.0%}"


def match_of(records: Sequence[Record], against: str = "match") -> Match | None:
    """From a reviewer's record of each question; None when nothing could be compared.

    against   match (with the others), gold, or repeats
    """
    compared = [part(record, against) for record in records]
    n = sum(whole(each, "n") for each in compared)
    if not n:
        return None
    agreed = sum((number(each, "value") or 0.0) * whole(each, "n") for each in compared)
    low, high = wilson_interval(agreed, n) or (0.0, 1.0)
    return Match(share=agreed / n, low=low, high=high, n=n)


def warning_of(name: str, pace: Pace | None, questions: Sequence[tuple[str, Record]]) -> str:
    """A sentence that begins with the name, or nothing.

    questions   titles with the reviewer's record of each
    """
    found = [*too_fast(pace), *too_far(questions), *too_uniform(questions)]
    return f"{name} {' and '.join(found)}." if found else ""


def too_fast(pace: Pace | None) -> list[str]:
    """Half the others' time, or less."""
    if pace is None or pace.stands_out != "below" or pace.median is None or not pace.peers:
        return []
    if pace.median > MUCH_FASTER * pace.peers:
        return []
    mine, theirs = of_seconds(pace.median), of_seconds(pace.peers)
    return [f"answers much faster than the others ({mine}, they take {theirs})"]


def too_far(questions: Sequence[tuple[str, Record]]) -> list[str]:
    """Less often what the others come to, on the question where it is worst."""
    found = [
        (number(each, "value") or 0.0, number(each, "peers") or 0.0, title)
        for title, record in questions
        for each in [part(record, "match")]
        if each.get("stands_out") == "below"
    ]
    if not found:
        return []
    mine, theirs, title = min(found)
    return [f"agrees less often with the others on “{title}” ({mine:.0%}, they {theirs:.0%})"]


def too_uniform(questions: Sequence[tuple[str, Record]]) -> list[str]:
    """Nearly always the same answer where the others' differ."""
    found = []
    for title, record in questions:
        options = record.get("options")
        for option in options if isinstance(options, list) else []:
            chosen = part(option, "chosen") if isinstance(option, dict) else {}
            share = number(chosen, "value") or 0.0
            if chosen.get("stands_out") == "above" and share > NEARLY_ALWAYS:
                found.append((share, title))
    if not found:
        return []
    share, title = max(found)
    return [f"gives nearly always the same answer to “{title}” ({share:.0%})"]


def part(record: Record, name: str) -> Record:
    """A record within a record; empty when there is none."""
    found = record.get(name)
    return found if isinstance(found, dict) else {}


def number(record: Record, name: str) -> float | None:
    """A figure, if it is one."""
    found = record.get(name)
    return float(found) if isinstance(found, int | float) else None


def whole(record: Record, name: str) -> int:
    """A count, 0 when it is missing."""
    return int(number(record, name) or 0)
