"""PURE: what each reviewer of a session answered so far, from what the worker counted.

Only for readers of the experiment: nothing here knows about blind reviewers. `progress` has the
counts of items and reviews, `disagreements` where they differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from labeling.questions import Asked
from schemas.answers import label_of
from schemas.inputs import kind_of
from traces.json_values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One reviewer's answers to one question; `reviewer` is their e-mail, `name` what pages say.

    counts   how often each option of the question was chosen, in the options' order
    n        answers; with several choices the counts may add up to more
    """

    reviewer: str
    name: str
    n: int
    counts: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersSoFar:
    """The answers to one question, per reviewer. Without options only how many there are.

    options   in the words a reader sees; empty for numbers without steps and for texts
    low, high, mean   of the numbers, when there are no options and the question asks for one
    """

    schema: str
    title: str
    kind: str
    options: list[str]
    tallies: list[Tally]
    n: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None

    @property
    def is_pass_fail(self) -> bool:
        """Whether the two options mean pass and fail."""
        return self.kind == "pass_fail"

    @property
    def is_numeric(self) -> bool:
        """Whether the options are the steps of a scale of numbers."""
        return self.kind == "numeric"

    @property
    def is_text(self) -> bool:
        """Whether the answers are to be read rather than counted."""
        return self.kind in ("text", "text_list")


def answers_so_far(
    questions: Sequence[Asked], results: Mapping[int, Mapping[str, Json]], names: Mapping[str, str]
) -> list[AnswersSoFar]:
    """What submitted reviews answered, per question in order.

    results   stored per question, by the key of its label schema
    names     of people, by their e-mail
    """
    return [so_far(each, results.get(each.schema.pk, {}), names) for each in questions]


def so_far(each: Asked, result: Mapping[str, Json], names: Mapping[str, str]) -> AnswersSoFar:
    """One question's record; nothing stored is nothing answered."""
    stored = result.get("answers")
    record = stored if isinstance(stored, dict) else {}
    spec = each.version.spec
    options = cast("list[Json]", record.get("options") or [])
    rows = cast("list[dict[str, Json]]", record.get("reviewers") or [])
    return AnswersSoFar(
        schema=each.schema.name,
        title=each.version.title,
        kind=kind_of(spec),
        options=[label_of(spec, option) for option in options],
        tallies=[tally_of(row, names) for row in rows],
        n=cast("int", record.get("n", 0)),
        low=cast("float | None", record.get("low")),
        high=cast("float | None", record.get("high")),
        mean=cast("float | None", record.get("mean")),
    )


def tally_of(row: Mapping[str, Json], names: Mapping[str, str]) -> Tally:
    """One reviewer's counts."""
    email = str(row["reviewer"])
    return Tally(
        reviewer=email,
        name=names.get(email, email),
        n=cast("int", row["n"]),
        counts=cast("list[int]", row["counts"]),
    )
