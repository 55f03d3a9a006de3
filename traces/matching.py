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
from typing import TypeAlias

from django.db.models import OuterRef, Q, QuerySet

from traces.comparing import indexed_text_test, text_test
from traces.filter_fields import Family, Operator
from traces.filtering import Comparison
from traces.found import Found, Tested, as_q, either, few_or
from traces.models import TraceKeyword, TraceRunLink
from traces.number_tests import duration_test, end_test, moment_test
from traces.span_matching import of_spans

# mlflow 3.17.2, tracing/constant.py.
TRACE_NAME = "mlflow.traceName"
SOURCE_RUN = "mlflow.sourceRun"

TEXT_COLUMNS = {
    "status": "state",
    "trace_id": "trace_id",
    "client_request_id": "client_request_id",
    "name": "name",
}

Kind = TraceKeyword.Kind
Experiments: TypeAlias = Sequence[int]
Matcher: TypeAlias = Callable[[Comparison, Experiments], Found]


def matching(
    comparisons: Sequence[Comparison],
    *,
    experiments: Experiments,
    others: Mapping[Family, Matcher],
) -> Q:
    """What fulfils every comparison, among the traces of these experiments (by primary key).

    others   how families known above this floor are matched
    Raises FilterSyntax for a pattern that not every database can evaluate.
    Cost: up to two queries for each comparison of tags, metadata, runs or assessments, and for
    those of spans and of text together.
    """
    tests, few = Q(), None
    of_one_span = [one for one in comparisons if one.family == "span"]
    picked = of_spans(of_one_span)
    for comparison in comparisons:
        if comparison.family != "span":
            picked.append(others.get(comparison.family, of_traces)(comparison, experiments))
    for found in picked:
        if isinstance(found, Q):
            tests &= found
        else:
            few = found if few is None else few & found
    return tests if few is None else tests & as_q(few)


def of_traces(comparison: Comparison, experiments: Experiments) -> Found:
    """One comparison of a family this floor knows."""
    match comparison.family:
        case "tag":
            return of_keyword(Kind.TAG, comparison, experiments)
        case "metadata":
            return of_keyword(Kind.METADATA, comparison, experiments)
        case "attribute":
            return of_attribute(comparison, experiments)
        case "issue":  # There are none here, and MLflow's server finds nothing then.
            return frozenset()
        case family:
            raise TypeError(f"{family} is matched elsewhere")


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
    match comparison.operator:
        case "IS NOT NULL":
            return has_run()
        case "IS NULL":
            return ~has_run()
        case "!=" | "NOT IN":
            asserted = replace(comparison, operator=DENIALS[comparison.operator])
            return has_run() & ~as_q(of_run(asserted, experiments))
        case _:
            links = linked(comparison)
            made = with_keyword(Kind.METADATA, SOURCE_RUN, comparison, experiments)
            of_links = few_or(
                links.filter(run__experiment__in=experiments),
                lambda: Q(Tested(links.filter(trace=OuterRef("pk")))),
            )
            return either(of_links, made)


def has_run() -> Q:
    """A test of each trace: it was made in a run or is linked to one."""
    is_linked = Q(Tested(linked(None).filter(trace=OuterRef("pk"))))
    return is_linked | Q(Tested(own_entries(Kind.METADATA, SOURCE_RUN)))


def linked(comparison: Comparison | None) -> QuerySet[TraceRunLink]:
    """Links to runs; with a comparison, to those that fulfil it."""
    links = TraceRunLink.objects.all()
    return links if comparison is None else links.filter(text_test("run__run_id", comparison))


def of_keyword(kind: Kind, comparison: Comparison, experiments: Experiments) -> Found:
    """A tag or a metadata entry; every operator but IS NULL needs the key to be there."""
    if comparison.operator == "IS NULL":
        return Q(~Tested(own_entries(kind, comparison.key)))
    return with_keyword(kind, comparison.key, comparison, experiments)


def with_keyword(kind: Kind, key: str, comparison: Comparison, experiments: Experiments) -> Found:
    """Traces whose entry under the key fulfils the comparison."""
    is_there = comparison.operator == "IS NOT NULL"
    test = Q() if is_there else indexed_text_test("value", comparison)
    rows = entries(kind, key, experiments).filter(test)
    return few_or(rows, lambda: Q(Tested(own_entries(kind, key).filter(test))))


def entries(kind: Kind, key: str, experiments: Experiments) -> QuerySet[TraceKeyword]:
    """All entries under one key."""
    return TraceKeyword.objects.filter(experiment__in=experiments, kind=kind, key=key)


def own_entries(kind: Kind, key: str) -> QuerySet[TraceKeyword]:
    """The trace's own entry under one key, for a subquery."""
    return TraceKeyword.objects.filter(trace=OuterRef("pk"), kind=kind, key=key)
