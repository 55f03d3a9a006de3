"""How much of a long walk is walked: all of it in CI, elsewhere a share that is new in each run.

A walk through every field, value and caller is thousands of requests; what one of them would find
is found by CI in any case, and here within a few runs. pytest-randomly seeds the choice, so that
its option `--randomly-seed` repeats it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from typing import TypeVar

Case = TypeVar("Case")
WALKS_ALL = "CI" in os.environ


def drawn(one_in: int) -> bool:
    """Always true in CI, elsewhere once in so many calls on average."""
    return WALKS_ALL or random.randrange(one_in) == 0


def some(cases: Iterable[Case], one_in: int) -> Iterator[Case]:
    """Every case in CI, elsewhere one in so many."""
    return (case for case in cases if drawn(one_in))
