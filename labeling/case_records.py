"""PURE: one item with everybody's answers, as an adjudicator's page shows it; `cases` reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from labeling.disagreements import GivenAnswer
from labeling.list_union import UnionEntry
from schemas.answer_fields import Control
from traces.json_values import Json

SOMETHING_ELSE = "other"
MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One reviewer's answer as an adjudicator sees it.

    key      what the form sends to choose it: the assessment's id; empty for "can't judge"
    number   its place among those that can be chosen, from 1; 0 of the others
    initials empty while names are hidden
    """

    key: str
    number: int = 0
    name: str
    initials: str
    given: GivenAnswer

    @property
    def rationale(self) -> str:
        """Why they answered so, or could not."""
        return self.given.rationale or self.given.cannot_judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a judge, a program or an end user said under the same name."""

    words: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What stands settled; `key` is what the form sends back as seen."""

    key: int
    words: str
    tone: str
    rationale: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a refused form held for one question.

    kept   entries of the merged list that were ticked
    """

    pick: str = ""
    value: Json = None
    kept: tuple[str, ...] = ()
    rationale: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry of the merged lists, and whether it is ticked."""

    entry: UnionEntry
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuestion:
    """One question on which the answers differ, that is settled, or that too few could answer.

    merged      of several lists of texts every entry once; empty for other answers
    is_short    nobody differs: somebody has to decide because nobody else can be asked
    """

    number: int
    prefix: str
    name: str
    title: str
    positions: tuple[Position, ...]
    references: tuple[Reference, ...]
    control: Control
    decided: Decided | None
    merged: tuple[Kept, ...] = ()
    is_short: bool = False
    typed: Typed = field(default_factory=Typed)

    @property
    def merged_number(self) -> int:
        """The number of the merged list among the choices, behind the answers."""
        return 1 + sum(bool(each.key) for each in self.positions)

    @property
    def other_number(self) -> int:
        """The number of "something else", the last choice."""
        return self.merged_number + bool(self.merged)

    @property
    def is_open(self) -> bool:
        """Whether a choice can be made: not decided yet, or by somebody else meanwhile."""
        return self.decided is None or bool(self.typed.pick)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A question that everybody who could answered alike, two people at least."""

    title: str
    words: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncompared:
    """A question of which nobody can tell whether people agree, and why, in words."""

    title: str
    why: str
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An item to settle.

    people          who submitted, for sending back: (e-mail, name)
    also_reviewed   the reader reviewed it too
    """

    questions: tuple[CaseQuestion, ...]
    agreed: tuple[Agreed, ...]
    uncompared: tuple[Uncompared, ...]
    people: tuple[tuple[str, str], ...]
    n_reviews: int
    also_reviewed: bool

    @property
    def n_open(self) -> int:
        """Questions that wait for a decision."""
        return sum(question.decided is None for question in self.questions)

    @property
    def heading(self) -> str:
        """How it stands with the item, in words."""
        if self.n_open and all(each.is_short for each in self.questions if each.decided is None):
            return "Too few could judge it"
        if self.n_open:
            return f"{'Two' if self.n_reviews == 2 else self.n_reviews} reviewers differ"
        if self.questions:
            return "Settled"
        if self.agreed:
            return "They agree"
        return "Nothing to compare" if self.n_reviews else "No reviews yet"

    @property
    def first_open(self) -> int:
        """The number of the question to begin with; 0 when all are settled."""
        return next((each.number for each in self.questions if each.is_open), 0)
