"""The list of steps when it is long: alike ones become one line, deep ones fold away (UX §8.7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from traces.steps import Step

T = TypeVar("T")

FOLD_OVER = 200  # steps; a shorter list is shown as it is
FOLD_DEPTH = 3  # steps at this depth and deeper fold under the one above them


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A line of the list.

    step       what the line shows; of several alike the first, with the time from its start to
               the end of the last
    times      how many steps of this name the line stands for
    below      the steps folded under it, each of the alike among them; never more than fit
    n_folded   how many there are, shown or not
    """

    step: Step
    times: int = 1
    below: tuple[Step, ...] = ()
    n_folded: int = 0

    @property
    def has_failed_below(self) -> bool:
        """Whether the line must not stay folded, because a step that failed is in it."""
        return any(step.failure for step in self.below)

    @property
    def has_failed(self) -> bool:
        """Whether this step failed, or one under it."""
        return self.step.failure is not None or self.has_failed_below

    @property
    def n_shown(self) -> int:
        """How many of the trace's steps can be seen in this line."""
        return len(self.below) + (self.times == 1)


def fold(steps: Sequence[Step], n_shown: int) -> tuple[StepRow, ...]:
    """Steps in the order of a walk, parents first, as lines.

    n_shown   at most so many steps are given; those that failed come before the others
    """
    is_long = len(steps) > FOLD_OVER
    rows = list(_rows([*steps], 0)) if is_long else [StepRow(step=step) for step in steps]
    rows = _kept(rows, n_shown, lambda row: row.has_failed)
    left = n_shown - len(rows)
    for n in sorted(range(len(rows)), key=lambda n: not rows[n].has_failed_below):
        below = _kept(rows[n].below, left, lambda step: step.failure is not None)
        rows[n] = replace(rows[n], below=tuple(below))
        left -= len(below)
    return tuple(rows)


def _rows(steps: list[Step], depth: int) -> Iterator[StepRow]:
    """The lines of one level: trees of the same name and kind are taken together."""
    alike: dict[tuple[str, str], list[list[Step]]] = {}
    for tree in _trees(steps, depth):
        alike.setdefault((tree[0].name, tree[0].span_type), []).append(tree)
    for trees in alike.values():
        first, *inner = trees[0]
        if len(trees) > 1:
            below = [step for tree in trees for step in tree]
            yield StepRow(
                step=_together([tree[0] for tree in trees]),
                times=len(trees),
                below=tuple(below),
                n_folded=len(below),
            )
        elif depth + 1 >= FOLD_DEPTH:
            yield StepRow(step=first, below=tuple(inner), n_folded=len(inner))
        else:
            yield StepRow(step=first)
            yield from _rows(inner, depth + 1)


def _trees(steps: list[Step], depth: int) -> Iterator[list[Step]]:
    """The steps cut before each one of this depth."""
    starts = [n for n, step in enumerate(steps) if step.depth == depth]
    for start, end in pairwise([*starts, len(steps)]):
        yield steps[start:end]


def _together(steps: list[Step]) -> Step:
    start = min(step.start_ms for step in steps)
    ends = [step.start_ms + (step.duration_ms or 0) for step in steps]
    running = any(step.duration_ms is None for step in steps)
    return replace(
        steps[0], start_ms=start, duration_ms=None if running else max(ends) - start, failure=None
    )


def _kept(lines: Sequence[T], n_lines: int, has_failed: Callable[[T], bool]) -> list[T]:
    """So many of the lines in their order, those that failed before the others."""
    order = sorted(range(len(lines)), key=lambda n: not has_failed(lines[n]))
    return [lines[n] for n in sorted(order[: max(n_lines, 0)])]
