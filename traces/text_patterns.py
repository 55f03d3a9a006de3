"""PURE: a LIKE pattern over the text of spans: what an index can be asked, what must be tested.

`%` and `_` are wildcards and nothing is an escape, as in MLflow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Between the spans of one row of search text; never within one.
SEPARATOR = "\x1f"
GRAM = 3
# More of them make the question longer and the answer hardly smaller.
MOST_GRAMS = 12
SIGNS = {"%": ".*", "_": "."}

_WILDCARDS = re.compile(r"[%_]+")
_RUN = re.compile(r"[^\W_]{3}")
# Alphabets whose cases are pairs of single letters: for these, SQLite's index and Python agree.
_LAST_PAIRED = 0x52F  # the end of Cyrillic
_UNPAIRED = frozenset("ςσΣ")


@dataclass(frozen=True, slots=True)
class TextPattern:
    """One LIKE (or ILIKE, when `is_caseless`) of a span's text."""

    pattern: str
    is_caseless: bool

    @property
    def pieces(self) -> list[str]:
        """What stands between the wildcards."""
        return [piece for piece in _WILDCARDS.split(self.pattern) if piece]

    @property
    def needle(self) -> str | None:
        """The text when the pattern is `%text%`, which may be looked for in many spans at once."""
        inner = self.pattern[1:-1]
        is_wrapped = len(self.pattern) > 2 and self.pattern[0] == self.pattern[-1] == "%"
        return inner if is_wrapped and not re.search(rf"[%_{SEPARATOR}]", inner) else None

    @property
    def expression(self) -> str:
        """RE2's expression of the whole span; of its lower case when the case does not count."""
        pattern = self.pattern.lower() if self.is_caseless else self.pattern
        parts = (SIGNS.get(sign) or re.escape(sign) for sign in pattern)
        return f"(?s)\\A{''.join(parts)}\\z"


def has_word(patterns: Sequence[TextPattern]) -> bool:
    """Whether three letters or digits follow each other, which is what PostgreSQL's index knows."""
    return any(_RUN.search(piece) for pattern in patterns for piece in pattern.pieces)


def grams(patterns: Sequence[TextPattern]) -> list[str]:
    """Three characters each that a matching text holds, in any case; none when all are short."""
    found = dict.fromkeys(
        gram for pattern in patterns for piece in pattern.pieces for gram in _grams(piece)
    )
    step = -(-len(found) // MOST_GRAMS) or 1
    return list(found)[::step]


def _grams(piece: str) -> Iterator[str]:
    for start in range(len(piece) - GRAM + 1):
        gram = piece[start : start + GRAM]
        if all(_folds_alike(letter) for letter in gram):
            yield gram


def _folds_alike(letter: str) -> bool:
    """Whether the index and `str.lower` agree on what else this letter may be."""
    lower, upper = letter.lower(), letter.upper()
    if lower == upper:
        return letter != SEPARATOR
    is_pair = len(lower) == len(upper) == 1 and upper.lower() == lower and lower.upper() == upper
    return is_pair and ord(letter) <= _LAST_PAIRED and letter not in _UNPAIRED
