"""Comparisons of times and durations with the whole milliseconds a filter writes."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, F, Func, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.db.models.sql.compiler import SQLCompiler

from traces import timestamps
from traces.filtering import Comparison
from traces.text_tests import Sql

MINIMUM_MS = timestamps.to_ms(datetime.min.replace(tzinfo=UTC))
MAXIMUM_MS = timestamps.to_ms(datetime.max.replace(tzinfo=UTC))


class EndMs(Func):
    """When a trace ended, in milliseconds since 1970; one that still runs ends where it began."""

    output_field = BigIntegerField()

    def __init__(self) -> None:
        super().__init__(F("requested_at"), F("duration_ms"))

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        """Extract gives an exact decimal."""
        began, took = self.columns(compiler)
        began_ms = f"FLOOR(EXTRACT(EPOCH FROM {began}) * 1000)::bigint"
        return f"({began_ms} + COALESCE({took}, 0))", ()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> Sql:
        """A moment is text there: `2026-11-20 21:59:08.390123`, without a fraction when it is 0."""
        began, took = self.columns(compiler)
        seconds = f"CAST(strftime('%%s', {began}) AS INTEGER)"
        fraction = f"CAST(SUBSTR({began} || '000', 21, 3) AS INTEGER)"
        return f"({seconds} * 1000 + {fraction} + COALESCE({took}, 0))", ()

    def columns(self, compiler: SQLCompiler) -> list[str]:
        """The two columns as SQL."""
        return [compiler.compile(source)[0] for source in self.get_source_expressions()]


def moment_test(comparison: Comparison, column: str = "requested_at") -> Q:
    """When something was, by default when the trace began."""
    low, high = bounds(comparison)
    found = Q()
    if low is not None:
        found &= Q((f"{column}__gte", timestamps.from_ms(clipped(low))))
    if high is not None:
        found &= Q((f"{column}__lt", timestamps.from_ms(clipped(high))))
    return ~found if comparison.operator == "!=" else found


def clipped(milliseconds: int) -> int:
    """The nearest moment of the calendar."""
    return min(max(milliseconds, MINIMUM_MS), MAXIMUM_MS)


def duration_test(comparison: Comparison) -> Q:
    """How long the trace took; one that still runs fulfils nothing."""
    low, high = bounds(comparison)
    found = Q()
    if low is not None:
        found &= Q(duration_ms__gte=low)
    if high is not None:
        found &= Q(duration_ms__lt=high)
    return Q(duration_ms__isnull=False) & (~found if comparison.operator == "!=" else found)


def end_test(comparison: Comparison) -> Q:
    """When the trace ended."""
    low, high = bounds(comparison)
    found = Q()
    if low is not None:
        found &= Q(GreaterThanOrEqual(EndMs(), low))
    if high is not None:
        found &= Q(LessThan(EndMs(), high))
    return ~found if comparison.operator == "!=" else found


def bounds(comparison: Comparison) -> tuple[int | None, int | None]:
    """The whole numbers that fulfil a comparison: from the first, below the second.

    For `!=` those that do not. A fraction equals no whole number.
    """
    value = comparison.value
    if not isinstance(value, int | float):
        raise TypeError(f"{comparison.key} is compared with a number")
    match comparison.operator:
        case ">":
            return math.floor(value) + 1, None
        case ">=":
            return math.ceil(value), None
        case "<":
            return None, math.ceil(value)
        case "<=":
            return None, math.floor(value) + 1
        case _:
            return math.ceil(value), math.floor(value) + 1
