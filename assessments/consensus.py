"""The combined answer of several reviewers to one question about one item.

Every function is symmetric: the order in which answers arrived changes nothing, and a tie stays a
tie. Which answers take part (submitted, standing, not "cannot judge") is the caller's decision.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from assessments.scales import answer_key, as_number, plain, positions, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from assessments.scales import Scale
    from traces.json_values import Json

Method = Literal[
    "majority",
    "median",
    "per_option_majority",
    "weighted_vote",
    "dawid_skene",
    "one_coin",
    "none",
]

METHOD_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What several answers come to.

    value       the combined answer; None when there is none (a tie, too few answers, free text).
                Numbers are spelt one way (4.0 is 4); a set lists its options in declared order.
    confidence  0 to 1, None without a value and for numbers.
                majority: share of the winner; median of ordered options: share that chose it;
                per option: mean, over the options anybody chose, of the share on the winning side;
                weighted vote: share of the weight; Dawid-Skene and one-coin: the posterior
    n           answers that took part in the decision
    votes       [{"value", "count"}]: every distinct answer; for sets every option anybody chose.
                In declared order, then numbers by size, then by JSON text: no ranking
    tied        the answers between which there is no decision; for sets the options that exactly
                half chose, for ordered options the two different middle ones
    """

    value: Json
    method: Method
    method_version: str
    confidence: float | None
    n: int
    votes: list[Json]
    tie: bool = False
    tied: list[Json] = field(default_factory=list)


def combine(
    scale: Scale, values: Sequence[Json], *, minimum: int, options: Sequence[Json] = ()
) -> Outcome:
    """Combine the answers of one item to one question; nulls are missing answers.

    nominal          the most frequent answer (a plurality is enough)
    ordinal          median over the declared options (without any: over numbers by size)
    interval, ratio  median; the mean of the middle two when their number is even
    set              every option that more than half chose; None when exactly half chose one
    none             no value, the distinct answers are listed

    minimum     fewer answers than this, or none, give value None, tie False, confidence None
    options     the declared options in their order, those nobody chose included
    An answer that does not fit the scale (an option of an older schema version, text where a
    number belongs) is missing for the decision; except for sets it stays in `votes`.
    """
    answers = [value for value in values if value is not None]
    outcome = _METHODS[scale](answers, options)
    if outcome.n >= max(minimum, 1):
        return outcome
    return replace(outcome, value=None, confidence=None, tie=False, tied=[])


def _majority(answers: Sequence[Json], options: Sequence[Json]) -> Outcome:
    """Plurality; all answers that share the highest count are tied."""
    votes = tally(answers, options)
    most = max((count for _, count in votes), default=0)
    winners = [value for value, count in votes if count == most]
    return _decide("majority", winners, n=len(answers), count=most, votes=votes)


def _ordered_median(answers: Sequence[Json], options: Sequence[Json]) -> Outcome:
    """The middle answer in declared order; two different middle answers are tied."""
    votes = tally(answers, options)
    places = places_in_order(votes, options)
    chosen = {places[key]: vote for vote in votes if (key := answer_key(vote[0])) in places}
    line = [place for place in sorted(chosen) for _ in range(chosen[place][1])]
    middle = {line[(len(line) - 1) // 2], line[len(line) // 2]} if line else set()
    winners = [chosen[place][0] for place in sorted(middle)]
    count = sum(chosen[place][1] for place in middle)
    return _decide("median", winners, n=len(line), count=count, votes=votes)


def _numeric_median(answers: Sequence[Json], options: Sequence[Json]) -> Outcome:
    """The middle number, halfway between the middle two when their number is even."""
    votes = tally(answers, options)
    line = sorted(number for number in map(as_number, answers) if number is not None)
    low, high = (line[(len(line) - 1) // 2], line[len(line) // 2]) if line else (0.0, 0.0)
    middle = low if low == high else low / 2 + high / 2  # the sum could leave the range of floats
    return Outcome(
        value=plain(middle),
        method="median",
        method_version=METHOD_VERSION,
        confidence=None,
        n=len(line),
        votes=_as_json(votes),
    )


def _per_option(answers: Sequence[Json], options: Sequence[Json]) -> Outcome:
    """Each option by itself; one option at exactly half leaves the whole value open."""
    chosen = [_members(answer) for answer in answers if isinstance(answer, list)]
    votes = tally([option for members in chosen for option in members], options)
    n = len(chosen)
    tied = [option for option, count in votes if 2 * count == n]
    winning = sum(max(count, n - count) for _, count in votes)
    share = winning / (n * len(votes)) if votes else 1.0
    return Outcome(
        value=None if tied else [option for option, count in votes if 2 * count > n],
        method="per_option_majority",
        method_version=METHOD_VERSION,
        confidence=None if tied else share,
        n=n,
        votes=_as_json(votes),
        tie=bool(tied),
        tied=tied,
    )


def _listed(answers: Sequence[Json], options: Sequence[Json]) -> Outcome:
    """Free text has no automatic consensus."""
    return Outcome(
        value=None,
        method="none",
        method_version=METHOD_VERSION,
        confidence=None,
        n=len(answers),
        votes=_as_json(tally(answers, options)),
    )


_METHODS: dict[Scale, Callable[[Sequence[Json], Sequence[Json]], Outcome]] = {
    "nominal": _majority,
    "ordinal": _ordered_median,
    "interval": _numeric_median,
    "ratio": _numeric_median,
    "set": _per_option,
    "none": _listed,
}


def _decide(
    method: Method, winners: list[Json], *, n: int, count: int, votes: list[tuple[Json, int]]
) -> Outcome:
    """One winner is the value, several are a tie; `count` answers chose the winner, of `n`."""
    decided = len(winners) == 1
    return Outcome(
        value=winners[0] if decided else None,
        method=method,
        method_version=METHOD_VERSION,
        confidence=count / n if decided else None,
        n=n,
        votes=_as_json(votes),
        tie=len(winners) > 1,
        tied=winners if len(winners) > 1 else [],
    )


def places_in_order(
    votes: Sequence[tuple[Json, int]], options: Sequence[Json]
) -> dict[Hashable, int]:
    """Answer key → place in the declared order; without one, the votes that are numbers, by size.

    votes   as `tally` gives them
    """
    return positions(options or [value for value, _ in votes if as_number(value) is not None])


def tally(answers: Sequence[Json], options: Sequence[Json]) -> list[tuple[Json, int]]:
    """Distinct answers with their counts, in declared order, then numbers by size, then by text."""
    spelling: dict[Hashable, Json] = {}
    keys = []
    for answer in answers:
        key = answer_key(answer)
        spelling.setdefault(key, answer)
        keys.append(key)
    counts = Counter(keys)
    declared = [key for key in positions(options) if key in counts]
    others = sorted(counts.keys() - declared, key=lambda key: _place(spelling[key]))
    return [(plain(spelling[key]), counts[key]) for key in (*declared, *others)]


def _place(answer: Json) -> tuple[bool, float, str]:
    """Sort key of an undeclared answer: numbers by size, then everything else by its text."""
    number = as_number(answer)
    return (number is None, number or 0.0, "" if number is not None else text_of(answer))


def _members(answer: list[Json]) -> list[Json]:
    """The chosen options, each once."""
    return list({answer_key(option): option for option in answer}.values())


def _as_json(votes: list[tuple[Json, int]]) -> list[Json]:
    return [{"value": value, "count": count} for value, count in votes]
