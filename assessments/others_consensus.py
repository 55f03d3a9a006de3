"""Each answer against what the others on its item come to without it.

Compared with a consensus it is part of, an answer would in part be compared with itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assessments.tables import tabulate_items

if TYPE_CHECKING:
    from assessments.coding import Coding, Floats, Ints
    from assessments.scales import Scale
    from assessments.tables import Answers, Table

Marks = npt.NDArray[np.int8]

SAME, OTHER, OPEN = 1, 0, -1
# Cells of (answers × options) looked at together: 4 MB of floats.
PART = 2**19


def match_others(scale: Scale, answers: Answers, coding: Coding, *, tolerance: float) -> Marks:
    """SAME, OTHER or OPEN for each answer, (N,), in the order of `answers`.

    nominal           the majority of the others; OPEN when it is tied
    ordinal           the median of the others; OPEN when its two middle ones differ
    interval, ratio   within `tolerance` of the others' median
    set               the options that more than half of the others chose; OPEN when one is at half

    OPEN where nobody else answered, and throughout on the scale none.
    """
    match scale:
        case "nominal":
            return _against_majority(answers, coding.n_options)
        case "ordinal":
            low, high = _middles_of_others(answers)
            decided = np.where(low == answers.code, SAME, OTHER)
            return np.where((low == high) & (low >= 0), decided, OPEN).astype(np.int8)
        case "interval" | "ratio":
            return _near_median(answers, coding.numbers, tolerance)
        case "set":
            return _against_sets(answers, coding)
        case _:
            return np.full(answers.code.size, OPEN, dtype=np.int8)


def _against_majority(answers: Answers, n_options: int) -> Marks:
    table, pattern_of = tabulate_items(answers.item, answers.code, n_options)
    order = np.lexsort((-table.count, table.pattern))
    first = np.searchsorted(table.pattern, np.arange(table.items.size))
    rank = np.arange(order.size) - first[table.pattern[order]]
    most = np.zeros((3, table.items.size))
    for place in range(3):
        cell = order[rank == place]
        most[place, table.pattern[cell]] = table.count[cell]
    mark = np.full(order.size, OPEN, dtype=np.int8)
    pattern, own = table.pattern[order], table.count[order] - 1
    # The two highest counts among the other options.
    top = np.where(rank == 0, most[1, pattern], most[0, pattern])
    second = np.where(rank <= 1, most[2, pattern], most[1, pattern])
    mark[own > top] = SAME
    mark[(top > own) & (top > second)] = OTHER
    return _of_answers(answers, table, pattern_of, order, mark)


def _of_answers(
    answers: Answers, table: Table, pattern_of: Ints, order: Ints, mark: Marks
) -> Marks:
    """The mark of each answer from those of the cells in some order."""
    by_cell = np.empty(order.size, dtype=np.int8)
    by_cell[order] = mark
    cells = table.pattern * table.n_options + table.code
    return by_cell[
        np.searchsorted(cells, pattern_of[answers.item] * table.n_options + answers.code)
    ]


def _middles_of_others(answers: Answers) -> tuple[Ints, Ints]:
    """Codes of the two middle answers of the others on the item, -1 without others."""
    order = np.lexsort((answers.code, answers.item))
    code, size = answers.code[order], np.bincount(answers.item)
    start = np.cumsum(size) - size
    place = np.arange(code.size) - start[answers.item[order]]
    others = size[answers.item[order]] - 1
    found = []
    for middle in ((others - 1) // 2, others // 2):
        skipped = middle + (middle >= place)
        found.append(np.full(code.size, -1))
        there = others > 0
        at = start[answers.item[order]][there] + skipped[there]
        found[-1][order[there]] = code[at]
    return found[0], found[1]


def _near_median(answers: Answers, numbers: Floats, tolerance: float) -> Marks:
    low, high = _middles_of_others(answers)
    mark = np.full(low.size, OPEN, dtype=np.int8)
    there = low >= 0
    median = numbers[low[there]] / 2 + numbers[high[there]] / 2
    near = np.abs(numbers[answers.code[there]] - median) <= tolerance
    mark[there] = np.where(near, SAME, OTHER)
    return mark


def _against_sets(answers: Answers, coding: Coding) -> Marks:
    table, pattern_of = tabulate_items(answers.item, answers.code, coding.n_options)
    members = coding.members.astype(np.float64)
    chose = np.zeros((table.items.size, members.shape[1]))
    np.add.at(chose, table.pattern, table.count[:, None] * members[table.code])
    mark = np.full(table.code.size, OPEN, dtype=np.int8)
    rows = max(1, PART // max(1, members.shape[1]))
    for start in range(0, mark.size, rows):
        part = slice(start, start + rows)
        own = members[table.code[part]]
        others = (table.size[table.pattern[part]] - 1)[:, None]
        twice = 2 * (chose[table.pattern[part]] - own)
        same = ((twice > others) == (own > 0)).all(axis=1)
        is_open = (twice == others).any(axis=1) | (others[:, 0] == 0)
        mark[part] = np.where(is_open, OPEN, np.where(same, SAME, OTHER))
    return _of_answers(answers, table, pattern_of, np.arange(mark.size), mark)
