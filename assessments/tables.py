"""Answers arranged for computing: by item and reviewer, and as counts per distinct pattern."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assessments.coding import MISFIT, Coding, Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers that fit the scale, sorted by item, then reviewer; all columns are (N,).

    item                     place in `item_ids`
    reviewer                 place in `reviewer_ids`
    code                     place of the answer among the options
    item_ids, reviewer_ids   the caller's ids, ascending
    """

    item: Ints
    reviewer: Ints
    code: Ints
    item_ids: Ints
    reviewer_ids: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How often each option was chosen, items with the same counts stored once (a pattern).

    pattern, code, count   (T,) sorted by pattern, then code; count > 0 answers chose the option
    items                  (P,) items that have the pattern
    size                   (P,) answers on each of those items
    n_options              options that could be chosen, chosen or not
    """

    pattern: Ints
    code: Ints
    count: Floats
    items: Ints
    size: Floats
    n_options: int

    def pairable(self) -> Table:
        """The part with at least two answers per item; only those can agree or disagree."""
        kept = self.size >= 2
        cells = kept[self.pattern]
        return Table(
            pattern=(np.cumsum(kept) - 1)[self.pattern[cells]],
            code=self.code[cells],
            count=self.count[cells],
            items=self.items[kept],
            size=self.size[kept],
            n_options=self.n_options,
        )

    def compact(self) -> tuple[Table, Ints]:
        """The same counts over the options somebody chose, and the codes of those options."""
        codes, code = np.unique(self.code, return_inverse=True)
        return replace(self, code=code, n_options=codes.size), codes

    def per_pattern(self, cells: Floats) -> Floats:
        """Sums of a (T,) column for each pattern, (P,)."""
        return sums_by(self.pattern, cells, self.items.size)

    def totals(self) -> Floats:
        """Answers per option over all items, (n_options,)."""
        times = self.items[self.pattern] * self.count
        return sums_by(self.code, times, self.n_options)

    def matrix(self) -> Floats:
        """Answers per pattern and option, (P, n_options)."""
        cells = self.items.size * self.n_options
        flat = sums_by(self.pattern * self.n_options + self.code, self.count, cells)
        return flat.reshape(self.items.size, self.n_options)

    def mean_over_items(self, share: Floats) -> float | None:
        """Mean of a (P,) column in which every item counts once; None without items."""
        n_items = int(self.items.sum())
        return float(self.items @ share) / n_items if n_items else None


def arrange(items: Sequence[int], reviewers: Sequence[int], coding: Coding) -> Answers:
    """Sort the fitting answers by item and reviewer.

    items, reviewers   (N,) integer ids, parallel to the coded values
    Raises ValueError when a reviewer answers an item twice (a repeat is an item of its own), and
    on columns of unequal lengths.
    """
    if not len(items) == len(reviewers) == coding.code.size:
        raise ValueError("Items, reviewers and values must be equally many.")
    fits = coding.code != MISFIT
    item_ids, item = np.unique(_ids(items)[fits], return_inverse=True)
    reviewer_ids, reviewer = np.unique(_ids(reviewers)[fits], return_inverse=True)
    place = item * reviewer_ids.size + reviewer
    order = np.argsort(place, kind="stable")
    repeated = np.flatnonzero(np.diff(place[order]) == 0)
    if repeated.size:
        row = order[repeated[0]]
        who, what = reviewer_ids[reviewer[row]], item_ids[item[row]]
        raise ValueError(f"Reviewer {who} has more than one answer on item {what}.")
    return Answers(
        item=item[order],
        reviewer=reviewer[order],
        code=coding.code[fits][order],
        item_ids=item_ids,
        reviewer_ids=reviewer_ids,
    )


def tabulate(item: Ints, code: Ints, n_options: int) -> Table:
    """Count the answers per item and option, then store equal items once.

    item, code   (N,) in any order; items are 0 … number of items - 1, each with an answer
    """
    return tabulate_items(item, code, n_options)[0]


def tabulate_items(item: Ints, code: Ints, n_options: int) -> tuple[Table, Ints]:
    """As `tabulate`, and the pattern of each item, (number of items,)."""
    cells, count = np.unique(item * n_options + code, return_counts=True)
    owner, option = np.divmod(cells, max(n_options, 1))
    first, items, pattern_of = _distinct(owner, option * (count.max(initial=0) + 1) + count)
    kept = np.isin(owner, first)
    pattern = np.searchsorted(first, owner[kept])
    table = Table(
        pattern=pattern,
        code=option[kept],
        count=count[kept].astype(np.float64),
        items=items,
        size=sums_by(pattern, count[kept].astype(np.float64), first.size),
        n_options=n_options,
    )
    return table, pattern_of


def sums_by(group: Ints, values: Floats, n_groups: int) -> Floats:
    """Sum of the values of each group, (n_groups,)."""
    return np.bincount(group, values, minlength=n_groups).astype(np.float64, copy=False)


def neighbours(group: Ints) -> Iterator[tuple[Ints, Ints]]:
    """All pairs of entries of one group, as two index columns (i < j), a batch per distance.

    group   (N,) ascending. A batch holds at most N pairs, so memory stays flat.
    """
    end = np.searchsorted(group, group, side="right")
    left = np.arange(group.size)
    distance = 1
    while (left := left[left + distance < end[left]]).size:
        yield left, left + distance
        distance += 1


def _distinct(owner: Ints, mark: Ints) -> tuple[Ints, Ints, Ints]:
    """The first owner of every distinct sequence of marks, ascending, how many share it, and
    which of those sequences each owner has.

    owner   (T,) ascending, 0 … number of owners - 1; mark (T,) non-negative
    Exact, by naming ever longer beginnings: equal beginnings get equal names.
    """
    marks, mark = np.unique(mark, return_inverse=True)
    start = np.flatnonzero(np.diff(owner, prepend=-1))
    length = np.diff(start, append=owner.size)
    name = np.zeros(start.size, dtype=np.int64)
    longer, used, step = np.arange(start.size), 1, 0
    while (longer := longer[length[longer] > step]).size:
        beginning = name[longer] * marks.size + mark[start[longer] + step]
        names, position = np.unique(beginning, return_inverse=True)
        name[longer] = used + position
        used, step = used + names.size, step + 1
    _, first, has, shared = np.unique(
        name, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first)
    return first[order], shared[order], np.argsort(order)[has]


def _ids(column: Sequence[int]) -> Ints:
    return np.asarray(column, dtype=np.int64)
