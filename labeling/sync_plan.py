"""PURE: which expectations a dataset may take: those that are settled and contradict nothing.

Values are remembered by their digest only, so that a session of any size fits in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assessments.consensus import combine
from assessments.scales import Scale, answer_key, text_of
from traces.json_values import Json

Outcome = Literal["inserted", "updated", "unchanged"]
# Of what is left out so many are listed; the rest is counted.
MOST_LISTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How the answers to one question are combined.

    by_model   by a model of the reviewers, which needs all items: what was computed is taken
    """

    name: str
    scale: Scale
    options: Sequence[Json] = ()
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class Differing:
    """Valid answers that differ and have no consensus, each once."""

    values: list[Json]


def settled(
    asking: Asking, values: Sequence[Json], *, minimum: int, computed: Json = None
) -> Json | Differing:
    """The one value of an item's valid answers: the only one, all equal, or their consensus.

    values    at least one
    minimum   how many answers a consensus needs
    computed  the consensus of the item by a model of the reviewers, null without one
    """
    distinct = {answer_key(value): value for value in values}
    if len(distinct) == 1:
        return values[0]
    combined = computed
    if not asking.by_model:
        combined = combine(asking.scale, values, minimum=minimum, options=asking.options).value
    return Differing(list(distinct.values())) if combined is None else combined


@dataclass(slots=True)
class Heard:
    """What the session says of each (digest of inputs, name), and where it contradicts itself."""

    said: dict[tuple[str, str], str] = field(default_factory=dict)
    disputed: set[tuple[str, str]] = field(default_factory=set)

    def hear(self, digest: str, expectations: Mapping[str, Json]) -> None:
        """Take note of one item."""
        for name, value in expectations.items():
            spelled = spelling(value)
            if self.said.setdefault((digest, name), spelled) != spelled:
                self.disputed.add((digest, name))

    def agrees(self, digest: str, name: str, value: Json) -> bool:
        """Whether this is the one value that was heard."""
        key = (digest, name)
        return key not in self.disputed and self.said.get(key) == spelling(value)


def spelling(value: Json) -> str:
    """Equal for equal values: 4.0 is 4, and the order of an object's keys does not count."""
    return hashlib.sha256(text_of(value).encode()).hexdigest()


def same(one: Json, other: Json) -> bool:
    """Whether two values say the same."""
    return text_of(one) == text_of(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Values under one name that contradict each other, for equal inputs; each value once."""

    inputs: Mapping[str, Json]
    name: str
    values: list[Json] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of a sync. Lists hold the first 1,000; `n_…` count all.

    conflicts      by (digest of inputs, name); `contradicted` has all of these keys
    skipped        items whose trace has no object as inputs
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    unresolved: list[dict[str, Json]] = field(default_factory=list)
    n_unresolved: int = 0
    conflicts: dict[tuple[str, str], Conflict] = field(default_factory=dict)
    contradicted: set[tuple[str, str]] = field(default_factory=set)
    skipped: list[dict[str, Json]] = field(default_factory=list)
    n_skipped: int = 0

    @property
    def n_conflicts(self) -> int:
        """How many expectations contradict each other."""
        return len(self.contradicted)

    def wrote(self, digest: str, outcome: Outcome) -> None:
        """What became of a record; a later word about it counts when it says that more changed."""
        if self.outcomes.get(digest, "unchanged") == "unchanged":
            self.outcomes[digest] = outcome

    def count(self, outcome: Outcome) -> int:
        """How many records."""
        return sum(found == outcome for found in self.outcomes.values())

    def leave_unresolved(self, item: Mapping[str, Json], name: str, values: list[Json]) -> None:
        """Answers that differ without a consensus."""
        self.n_unresolved += 1
        if len(self.unresolved) < MOST_LISTED:
            self.unresolved.append({**item, "schema": name, "values": values})

    def leave_out(
        self, key: tuple[str, str], inputs: Mapping[str, Json], values: Sequence[Json]
    ) -> None:
        """Expectations that contradict each other."""
        self.contradicted.add(key)
        if key not in self.conflicts:
            if len(self.conflicts) == MOST_LISTED:
                return
            self.conflicts[key] = Conflict(inputs=inputs, name=key[1])
        listed = self.conflicts[key].values
        listed += [one for one in values if not any(same(one, other) for other in listed)]

    def skip(self, item: Mapping[str, Json]) -> None:
        """An item without inputs."""
        self.n_skipped += 1
        if len(self.skipped) < MOST_LISTED:
            self.skipped.append(dict(item))
