"""What filters say about feedback and expectations → Q over traces, and whole filters of traces.

Only assessments that stand count: neither overridden nor retracted. An assessment of a whole
conversation (MLflow writes the session into its metadata) counts for each trace of that session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from assessments.models import Assessment
from assessments.session_index import SESSION, SESSION_KEY, OfSession
from traces.columns import AsText, OneOf
from traces.comparing import indexed_text_test
from traces.filter_fields import Family
from traces.filtering import Comparison, parse
from traces.found import FEW, Found, Tested, either, few_or
from traces.json_values import dumps
from traces.matching import Experiments, Kind, Matcher, entries, matching, own_entries
from traces.text_tests import SameStart

EXACT_FLOAT = 2**53
COLUMN = "text_value"


def traces_matching(text: str, *, experiments: Experiments) -> Q:
    """What a filter in MLflow's language picks among the traces of these experiments (by pk).

    Raises FilterSyntax.
    """
    return matching(parse(text), experiments=experiments, others=FAMILIES)


def of_assessments(comparison: Comparison, experiments: Experiments) -> Found:
    """Traces with a standing assessment of the name that fulfils the comparison."""
    said = Assessment.objects.standing().filter(
        experiment__in=experiments, kind=comparison.family, name=comparison.key
    )
    if comparison.operator == "IS NULL":
        return ~covered(said, experiments)
    if comparison.operator != "IS NOT NULL":
        said = said.filter(value_test(comparison))
    rows = list(said.values_list("trace_id", AsText("metadata"))[: FEW + 1])
    if len(rows) > FEW:
        return covered(said, experiments)
    about_sessions = [trace for trace, metadata in rows if SESSION_KEY in metadata]
    named = frozenset(trace for trace, _ in rows)
    return either(named, of_same_sessions(about_sessions, experiments))


def of_same_sessions(traces: Sequence[int], experiments: Experiments) -> Found:
    """Traces of the sessions that these traces (by primary key) belong to."""
    if not traces:
        return frozenset()
    members = entries(Kind.METADATA, SESSION, experiments)
    same = members.filter(value__in=sessions_of(traces, experiments))
    return few_or(same, lambda: Q(pk__in=same.values("trace")))


def sessions_of(traces: Sequence[int], experiments: Experiments) -> list[str]:
    """The sessions of these traces."""
    members = entries(Kind.METADATA, SESSION, experiments).filter(OneOf(F("trace"), traces))
    return list(members.values_list("value", flat=True).distinct())


def covered(said: QuerySet[Assessment], experiments: Experiments) -> Q:
    """A test of each trace: something of this was said about it, or about its session.

    Few sessions have assessments of their own, and an index holds just these.
    """
    direct = Q(Tested(said.filter(trace=OuterRef("pk"))))
    own_session = own_entries(Kind.METADATA, SESSION)
    about_sessions = list(said.filter(OfSession()).values_list("trace_id", flat=True)[: FEW + 1])
    if not about_sessions:
        return direct
    if len(about_sessions) <= FEW:
        sessions = sessions_of(about_sessions, experiments)
        return direct | Q(Tested(own_session.filter(value__in=sessions)))
    of_sibling = said.filter(OfSession(), trace=OuterRef("trace"))
    siblings = entries(Kind.METADATA, SESSION, experiments).filter(
        SameStart(F("value"), OuterRef("value")), Exists(of_sibling), value=OuterRef("value")
    )
    return direct | Q(Tested(own_session.filter(Exists(siblings))))


def value_test(comparison: Comparison) -> Q:
    """An assessment's value: ranges over numbers, everything else over its text."""
    match comparison.operator, comparison.value:
        case ">", value:
            return Q(number_value__gt=value)
        case ">=", value:
            return Q(number_value__gte=value)
        case "<", value:
            return Q(number_value__lt=value)
        case "<=", value:
            return Q(number_value__lte=value)
        case "=" | "!=", str(text):
            equal = indexed_text_test(COLUMN, in_spellings(comparison, text))
            return equal if comparison.operator == "=" else ~equal
        case _:
            return indexed_text_test(COLUMN, comparison)


def in_spellings(comparison: Comparison, text: str) -> Comparison:
    """The comparison with every text under which an equal value may be stored."""
    return Comparison(comparison.family, comparison.key, "IN", spellings(text), comparison.position)


def spellings(text: str) -> tuple[str, ...]:
    """A number is stored as it was written, and MLflow's client writes 3 as 3.0."""
    try:
        number = float(text)
    except ValueError:
        return (text,)
    if not abs(number) < EXACT_FLOAT:  # also for NaN
        return (text,)
    found = [text, dumps(number), *([str(int(number))] if number.is_integer() else [])]
    return tuple(dict.fromkeys(found))


FAMILIES: Mapping[Family, Matcher] = {"feedback": of_assessments, "expectation": of_assessments}
