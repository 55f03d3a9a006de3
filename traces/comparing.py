"""A text column against the value of a comparison, as Q."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import F, Q

from traces.filtering import Comparison, FilterSyntax
from traces.portable_patterns import NotPortable, to_postgres
from traces.text_tests import CaselessLike, Like, Search, StartIs, WholeIs


def indexed_text_test(column: str, comparison: Comparison) -> Q:
    """As `text_test`, for columns of which the start is indexed."""
    match comparison.operator, comparison.value:
        case "=", str(text):
            return is_text(column, text)
        case "IN", tuple(texts):
            return reduce(or_, (is_text(column, text) for text in texts))
        case _:
            return text_test(column, comparison)


def is_text(column: str, text: str) -> Q:
    """Equality through the index on the column's start, which alone decides for short texts."""
    start = Q(StartIs(F(column), text))
    return start if len(text) < StartIs.LENGTH else start & Q(WholeIs(F(column), text))


def text_test(column: str, comparison: Comparison) -> Q:
    """A text column against a comparison's value."""
    match comparison.operator, comparison.value:
        case "=", text:
            return Q((column, text))
        case "!=", text:
            return ~Q((column, text))
        case "IN", texts:
            return Q((f"{column}__in", texts))
        case "NOT IN", texts:
            return ~Q((f"{column}__in", texts))
        case "LIKE", str(pattern):
            return Q(Like(F(column), pattern))
        case "ILIKE", str(pattern):
            return Q(CaselessLike(F(column), pattern))
        case "RLIKE", str(pattern):
            return Q(Search(F(column), portable(pattern, comparison.position)))
        case operator, _:
            raise TypeError(f"{operator} does not compare texts")


def portable(pattern: str, position: int) -> str:
    """The pattern, when every database we serve has a word for it. Raises FilterSyntax."""
    try:
        to_postgres(pattern)
    except NotPortable as fault:
        expected = "a regular expression without inline flags, \\p, \\Q, \\x and repeats over 255"
        raise FilterSyntax(position, expected, fault.piece) from None
    return pattern
