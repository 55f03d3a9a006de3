"""Comparisons of a filter → Q over traces: the only meeting of the filter language and the ORM.

The plan is ours, not the planner's (docs/adr/0003): what an index can answer is asked for at most
1,001 traces. Up to 1,000 are named; more are tested one by one while the traces are walked in
order until the page is full. Each half is cheap where the other is dear.
Feedback and expectations are known above this floor: their families arrive as functions
(`assessments.matching`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any, TypeAlias

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from traces.filter_fields import Family, Operator
from traces.filtering import Comparison, FilterSyntax
from traces.models import TraceKeyword, TraceRunLink
from traces.number_tests import duration_test, end_test, moment_test
from traces.portable_patterns import NotPortable, to_postgres
from traces.text_tests import CaselessLike, Like, Search, StartIs, WholeIs

# mlflow 3.17.2, tracing/constant.py.
TRACE_NAME = "mlflow.traceName"
SOURCE_RUN = "mlflow.sourceRun"

TEXT_COLUMNS = {
    "status": "state",
    "trace_id": "trace_id",
    "client_request_id": "client_request_id",
    "name": "name",
}
FEW = 1000

Kind = TraceKeyword.Kind
Experiments: TypeAlias = Sequence[int]
# Primary keys when they are few, else what to test each trace by.
Found: TypeAlias = Q | frozenset[int]
Matcher: TypeAlias = Callable[[Comparison, Experiments], Found]


def matching(
    comparisons: Sequence[Comparison],
    *,
    experiments: Experiments,
    others: Mapping[Family, Matcher],
) -> Q:
    """What fulfils every comparison, among the traces of these experiments (by primary key).

    others   how families known above this floor are matched
    Raises FilterSyntax for a field that cannot be searched.
    Cost: up to two queries for each comparison of tags, metadata, runs or assessments.
    """
    tests, few = Q(), None
    for comparison in comparisons:
        found = others.get(comparison.family, of_traces)(comparison, experiments)
        if isinstance(found, Q):
            tests &= found
        else:
            few = found if few is None else few & found
    return tests if few is None else tests & Q(pk__in=few)


def few_or(rows: QuerySet[Any, Any], test: Q) -> Found:  # Any: rows of whichever table
    """The traces of these rows when they are few, else the test."""
    pks = list(rows.values_list("trace_id", flat=True)[: FEW + 1])
    return frozenset(pks) if len(pks) <= FEW else test


def either(one: Found, other: Found) -> Found:
    """What fulfils one of two conditions."""
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one | other
    return as_q(one) | as_q(other)


def as_q(found: Found) -> Q:
    """A condition, whichever form it has."""
    return found if isinstance(found, Q) else Q(pk__in=found)


def of_traces(comparison: Comparison, experiments: Experiments) -> Found:
    """One comparison of a family this floor knows."""
    match comparison.family:
        case "tag":
            return of_keyword(Kind.TAG, comparison, experiments)
        case "metadata":
            return of_keyword(Kind.METADATA, comparison, experiments)
        case "attribute":
            return of_attribute(comparison, experiments)
        case family:
            raise FilterSyntax(
                comparison.position,
                "a field of the trace, its tags, metadata, feedback or expectations",
                f"{family}.{comparison.key}, which cannot be searched yet",
            )


def of_attribute(comparison: Comparison, experiments: Experiments) -> Found:
    """A column of the trace, its name or its runs."""
    match comparison.key:
        case "timestamp_ms":
            return moment_test(comparison)
        case "execution_time_ms":
            return duration_test(comparison)
        case "end_time_ms":
            return end_test(comparison)
        case "run_id":
            return of_run(comparison, experiments)
        case "name":
            return of_name(comparison, experiments)
        case "client_request_id":
            return ~Q(client_request_id="") & text_test("client_request_id", comparison)
        case key:
            return text_test(TEXT_COLUMNS[key], comparison)


def of_name(comparison: Comparison, experiments: Experiments) -> Found:
    """The trace's name, which is also its tag mlflow.traceName; an empty one is none."""
    match comparison.operator:
        case "=" | "IN":
            return with_keyword(Kind.TAG, TRACE_NAME, comparison, experiments)
        case "IS NULL":
            return Q(name="")
        case "IS NOT NULL":
            return ~Q(name="")
        case _:
            return ~Q(name="") & text_test("name", comparison)


DENIALS: Mapping[Operator, Operator] = {"!=": "=", "NOT IN": "IN"}


def of_run(comparison: Comparison, experiments: Experiments) -> Found:
    """The runs a trace was made in (metadata) or linked to; any of them may fulfil the condition.

    What is said with `!=` and `NOT IN` must hold for all of them, of which there must be one.
    """
    some = Q(Exists(linked(None).filter(trace=OuterRef("pk")))) | Q(
        Exists(own_entries(Kind.METADATA, SOURCE_RUN))
    )
    match comparison.operator:
        case "IS NOT NULL":
            return some
        case "IS NULL":
            return ~some
        case "!=" | "NOT IN":
            asserted = replace(comparison, operator=DENIALS[comparison.operator])
            return some & ~as_q(of_run(asserted, experiments))
        case _:
            links = linked(comparison).filter(run__experiment__in=experiments)
            test = Q(Exists(linked(comparison).filter(trace=OuterRef("pk"))))
            made = with_keyword(Kind.METADATA, SOURCE_RUN, comparison, experiments)
            return either(few_or(links, test), made)


def linked(comparison: Comparison | None) -> QuerySet[TraceRunLink]:
    """Links to runs; with a comparison, to those that fulfil it."""
    links = TraceRunLink.objects.all()
    return links if comparison is None else links.filter(text_test("run__run_id", comparison))


def of_keyword(kind: Kind, comparison: Comparison, experiments: Experiments) -> Found:
    """A tag or a metadata entry; every operator but IS NULL needs the key to be there."""
    if comparison.operator == "IS NULL":
        return Q(~Exists(own_entries(kind, comparison.key)))
    return with_keyword(kind, comparison.key, comparison, experiments)


def with_keyword(kind: Kind, key: str, comparison: Comparison, experiments: Experiments) -> Found:
    """Traces whose entry under the key fulfils the comparison."""
    is_there = comparison.operator == "IS NOT NULL"
    test = Q() if is_there else indexed_text_test("value", comparison)
    rows = entries(kind, key, experiments).filter(test)
    return few_or(rows, Q(Exists(own_entries(kind, key).filter(test))))


def entries(kind: Kind, key: str, experiments: Experiments) -> QuerySet[TraceKeyword]:
    """All entries under one key."""
    return TraceKeyword.objects.filter(experiment__in=experiments, kind=kind, key=key)


def own_entries(kind: Kind, key: str) -> QuerySet[TraceKeyword]:
    """The trace's own entry under one key, for a subquery."""
    return TraceKeyword.objects.filter(trace=OuterRef("pk"), kind=kind, key=key)


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
