"""PURE: which of the matching traces go into a session. The seed is kept, so a draw can be told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

How = Literal["newest", "random"]
MAXIMUM_SAMPLE = 100_000


class InvalidSample(ValueError):
    """A description of a sample that cannot be drawn; `field` names the part."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How many of the matching traces, and which."""

    n: int
    how: How = "newest"
    seed: int = 0


def parse_sample(n: object, how: object, seed: object) -> Sample:
    """Read a sample's parts. Raises InvalidSample."""
    if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= MAXIMUM_SAMPLE:
        raise InvalidSample("sample.n", f"Write a whole number from 1 to {MAXIMUM_SAMPLE}.")
    if how not in ("newest", "random"):
        raise InvalidSample("sample.how", "Use newest or random.")
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        raise InvalidSample("sample.seed", "Write a whole number from 0.")
    return Sample(n=n, how=how, seed=seed)


def draw(trace_ids: Sequence[str], sample: Sample) -> list[str]:
    """The sample of ids that are given newest first; equal input and seed give an equal draw."""
    if sample.how == "newest":
        return list(trace_ids[: sample.n])
    generator = random.Random(sample.seed)  # noqa: S311 - a draw to be repeated, not a secret
    return generator.sample(sorted(trace_ids), min(sample.n, len(trace_ids)))
