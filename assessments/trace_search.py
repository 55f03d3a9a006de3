"""Traces of an experiment by filter and order, ready to be paged by keyset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.db.models.functions import Left

from assessments.matching import traces_matching
from traces.filtering import OrderTerm, parse_order
from traces.models import Experiment, Trace
from traces.models.traces import TraceQuerySet
from traces.ordering import order_column

# Page tokens travel in URLs, so texts are sorted by their start.
SORTED_LENGTH = 200
NEWEST_FIRST = ("-requested_at", "trace_id")


def matching_traces(experiment: Experiment, text: str) -> TraceQuerySet:
    """What a filter in MLflow's language picks; an empty one everything. Raises FilterSyntax.

    May look at the database: call it within `traces.searching.bounded`.
    """
    found = Trace.objects.filter(experiment=experiment)
    return found.filter(traces_matching(text, experiments=[experiment.pk])) if text else found


def order_clauses(texts: Iterable[str]) -> list[str]:
    """Clauses of repeated parameters, or of one with commas unless it quotes a key."""
    found = [part for text in texts for part in ([text] if "`" in text else text.split(","))]
    return [clause.strip() for clause in found if clause.strip()]


def arranged(
    found: QuerySet[Trace], clauses: Sequence[str]
) -> tuple[QuerySet[Trace], tuple[str, ...], frozenset[str]]:
    """The traces with their sort keys, the keyset, and which of its columns may be empty.

    Empty values come last, ties newest first. Raises FilterSyntax.
    """
    terms = parse_order(clauses)
    names = [f"order_{number}" for number in range(len(terms))]
    found = found.annotate(**{n: sort_key(term) for n, term in zip(names, terms, strict=True)})
    keys = [f"-{n}" if term.descending else n for n, term in zip(names, terms, strict=True)]
    return found, (*keys, *NEWEST_FIRST), frozenset(names)


def sort_key(term: OrderTerm) -> object:
    """What one term sorts by; times and durations as they are, texts by their start."""
    column = order_column(term)
    is_text = term.family != "attribute" or term.key in ("name", "run_id")
    return Left(column, SORTED_LENGTH) if is_text else column
