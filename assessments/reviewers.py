"""How each reviewer's answers to one question compare: with the others', with gold, with their own.

Figures, never words: `stands_out` says when there is enough to say something in words.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from assessments.coding import encode
from assessments.gold import gold_accuracy
from assessments.intervals import Interval, Share, median_interval, share_of
from assessments.others_consensus import OPEN, SAME, match_others
from assessments.scales import is_same
from assessments.tables import arrange, sums_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assessments.coding import Coding, Floats
    from assessments.scales import Scale
    from assessments.tables import Answers
    from traces.json_values import Json

Direction = Literal["below", "above"]

# With fewer cases nothing is said in words.
ENOUGH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A reviewer's share beside that of all other reviewers together; None where there is none.

    stands_out   the share lies below or above the peers': at least ten cases, and the interval
                 leaves the peers' figure out
    """

    share: Share
    peers: float | None
    stands_out: Direction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionShare:
    """How often a reviewer chose an option, and the others on the same items."""

    option: Json
    chosen: Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Median active seconds per review, its interval, and the median of the peers' reviews."""

    median: float | None
    interval: Interval | None
    n: int
    peers: float | None
    stands_out: Direction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerFigures:
    """One reviewer on one question.

    match     with what the others on the item come to (see `others_consensus`)
    gold      with the known answers
    repeats   with their own answer to the same trace; a trace counts once
    options   per option, nominal, ordinal and set only
    """

    reviewer: int
    n_answers: int
    match: Compared
    gold: Compared
    repeats: Compared
    options: list[OptionShare] = field(default_factory=list)


def reviewer_figures(
    scale: Scale,
    items: Sequence[int],
    reviewers: Sequence[int],
    values: Sequence[Json],
    *,
    options: Sequence[Json] = (),
    tolerance: float = 0.0,
    gold: Mapping[int, Json] | None = None,
    repeat_of: Mapping[int, int] | None = None,
) -> list[ReviewerFigures]:
    """Everybody who answered the question, by reviewer id.

    items, reviewers, values   one entry per answer, in any order; null is a missing answer, and
                an answer that does not fit the scale is one
    tolerance   how far two numbers may be apart and still be the same answer
    gold        the right answer by item
    repeat_of   what a repeated item shows, by item; items that show the same are the same question

    100,000 answers take about half a second.
    Raises ValueError when a reviewer answered an item twice.
    """
    coding = encode(scale, values, options)
    answers = arrange(items, reviewers, coding)
    who = answers.reviewer_ids.tolist()
    mark = match_others(scale, answers, coding, tolerance=tolerance)
    counted, same = (
        sums_by(answers.reviewer, flags.astype(np.float64), len(who))
        for flags in (mark != OPEN, mark == SAME)
    )
    matches = {one: share_of(same[i], int(counted[i])) for i, one in enumerate(who)}
    golden = gold_accuracy(scale, items, reviewers, values, gold or {}, tolerance=tolerance)
    repeated = _self_agreement(
        scale, items, reviewers, values, repeat_of or {}, tolerance=tolerance
    )
    n_answers = np.bincount(answers.reviewer, minlength=len(who))
    chosen = _option_shares(scale, answers, coding, options)
    return [
        ReviewerFigures(
            reviewer=one,
            n_answers=int(n_answers[i]),
            match=_among_peers(one, matches),
            gold=_among_peers(one, golden),
            repeats=_among_peers(one, repeated),
            options=chosen[i],
        )
        for i, one in enumerate(who)
    ]


def paces(seconds: Mapping[int, Sequence[float]]) -> dict[int, Pace]:
    """How long each reviewer works on a review, from the active seconds of their reviews."""
    everybody = np.array([second for mine in seconds.values() for second in mine], dtype=float)
    owner = np.repeat(np.array(list(seconds), dtype=np.int64), [len(s) for s in seconds.values()])
    found = {}
    for one, mine in seconds.items():
        others = everybody[owner != one]
        peers, interval = float(np.median(others)) if others.size else None, median_interval(mine)
        found[one] = Pace(
            median=float(np.median(mine)) if mine else None,
            interval=interval,
            n=len(mine),
            peers=peers,
            stands_out=stands_out(interval, peers, len(mine)),
        )
    return found


def stands_out(interval: Interval | None, peers: float | None, n: int) -> Direction | None:
    """On which side of the peers' figure the interval lies; None when it holds it, or n < 10."""
    if interval is None or peers is None or n < ENOUGH:
        return None
    low, high = interval
    if high < peers:
        return "below"
    return "above" if low > peers else None


def _among_peers(reviewer: int, shares: Mapping[int, Share]) -> Compared:
    """A reviewer's share beside the share of all others together."""
    share = shares.get(reviewer) or share_of(0, 0)
    others = [one for other, one in shares.items() if other != reviewer]
    n = sum(one.n for one in others)
    peers = sum((one.value or 0.0) * one.n for one in others) / n if n else None
    return Compared(share=share, peers=peers, stands_out=stands_out(share.interval, peers, share.n))


def _self_agreement(
    scale: Scale,
    items: Sequence[int],
    reviewers: Sequence[int],
    values: Sequence[Json],
    repeat_of: Mapping[int, int],
    *,
    tolerance: float,
) -> dict[int, Share]:
    """Share of equal pairs among a reviewer's answers to the same trace, a mean over traces."""
    given: dict[tuple[int, int], list[Json]] = defaultdict(list)
    for item, reviewer, value in zip(items, reviewers, values, strict=True):
        fits = is_same(scale, value, value) is not None
        if item in repeat_of and fits:
            given[reviewer, repeat_of[item]].append(value)
    agreed: dict[int, list[float]] = defaultdict(list)
    for (reviewer, _), said in given.items():
        pairs = [
            bool(is_same(scale, one, other, tolerance=tolerance))
            for place, one in enumerate(said)
            for other in said[:place]
        ]
        if pairs:
            agreed[reviewer].append(sum(pairs) / len(pairs))
    return {one: share_of(sum(shares), len(shares)) for one, shares in agreed.items()}


def _option_shares(
    scale: Scale,
    answers: Answers,
    coding: Coding,
    options: Sequence[Json],
) -> list[list[OptionShare]]:
    """Per reviewer and declared option, over the items somebody else answered too.

    Cost: a pass over the answers per option.
    """
    n_reviewers = answers.reviewer_ids.size
    found: list[list[OptionShare]] = [[] for _ in range(n_reviewers)]
    if scale not in ("nominal", "ordinal", "set"):
        return found
    size = np.bincount(answers.item)[answers.item]
    shared = size > 1
    n = np.bincount(answers.reviewer[shared], minlength=n_reviewers)
    for place, option in enumerate(options):
        chose = _chose(coding, place, scale)[answers.code]
        all_chose = sums_by(answers.item, chose, answers.item_ids.size)[answers.item]
        others = (all_chose - chose)[shared] / (size[shared] - 1)
        mine = sums_by(answers.reviewer[shared], chose[shared], n_reviewers)
        theirs = sums_by(answers.reviewer[shared], others, n_reviewers)
        for one in range(n_reviewers):
            share = share_of(mine[one], int(n[one]))
            peers = float(theirs[one]) / int(n[one]) if n[one] else None
            out = stands_out(share.interval, peers, share.n)
            compared = Compared(share=share, peers=peers, stands_out=out)
            found[one].append(OptionShare(option=option, chosen=compared))
    return found


def _chose(coding: Coding, place: int, scale: Scale) -> Floats:
    """Which codes hold the option at a place, (n_options,)."""
    if scale == "set":
        held: Floats = coding.members[:, place].astype(np.float64)
        return held
    only: Floats = (np.arange(coding.n_options) == place).astype(np.float64)
    return only
