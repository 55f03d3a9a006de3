"""What filters say about spans and their text → Q over traces.

Conditions on spans must all hold on one span, those on text on one span's text.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, OuterRef, Q

from traces.comparing import indexed_text_test, text_test
from traces.filter_fields import SPAN_ATTRIBUTE
from traces.filtering import MAX_PATTERN, Comparison, FilterSyntax
from traces.found import Found, Tested, few_or
from traces.json_values import dumps
from traces.models import Span, TraceText
from traces.searching import by_index
from traces.span_tests import AttributeText, Holds, SpanText
from traces.text_index import indexed
from traces.text_patterns import TextPattern

CONTENT = "content"
SPAN_COLUMNS = {"type": "span_type", "status": "status"}


def of_spans(comparisons: Sequence[Comparison]) -> list[Found]:
    """Traces with a span that fulfils all conditions, and with one whose text does."""
    texts = [one for one in comparisons if one.key == CONTENT]
    others = [one for one in comparisons if one.key != CONTENT]
    return [*([of_texts(texts)] if texts else []), *([of_span(others)] if others else [])]


def of_texts(comparisons: Sequence[Comparison]) -> Found:
    """Traces with a span whose text fits all patterns. The index is asked when it can answer.

    Raises FilterSyntax.
    """
    patterns = [pattern_of(one) for one in comparisons]
    fits = Q(SpanText(F("text"), patterns))
    of_index = indexed(patterns)

    def test() -> Q:
        return Q(Tested(TraceText.objects.filter(fits, trace=OuterRef("pk"))))

    if of_index is None:
        return test()
    with by_index():
        return few_or(TraceText.objects.filter(of_index & fits), test)


def pattern_of(comparison: Comparison) -> TextPattern:
    """What a condition looks for. Raises FilterSyntax for one that takes long to test."""
    pattern = TextPattern(str(comparison.value), is_caseless=comparison.operator == "ILIKE")
    if pattern.needle is None and len(pattern.pattern) > MAX_PATTERN:
        expected = f"a pattern of at most {MAX_PATTERN} characters, or one text as in '%text%'"
        found = f"{len(pattern.pattern)} characters"
        raise FilterSyntax(comparison.position, expected, found)
    return pattern


def of_span(comparisons: Sequence[Comparison]) -> Found:
    """Traces with a span that fulfils all; by the index of names when one is asked for."""
    rows = Span.objects.all()
    for number, comparison in enumerate(comparisons):
        if comparison.key.startswith(SPAN_ATTRIBUTE):
            name, key = f"attribute_{number}", comparison.key.removeprefix(SPAN_ATTRIBUTE)
            rows = rows.filter(Holds(F("attributes"), f"{dumps(key)}:"))
            rows = rows.alias(**{name: AttributeText(F("attributes"), key)})
            rows = rows.filter(text_test(name, comparison), **{f"{name}__isnull": False})
        else:
            rows = rows.filter(column_test(comparison))

    def test() -> Q:
        return Q(Tested(rows.filter(trace=OuterRef("pk"))))

    is_named = any(one.key == "name" and one.operator in {"=", "IN"} for one in comparisons)
    if not is_named:
        return test()
    with by_index():
        return few_or(rows, test)


def column_test(comparison: Comparison) -> Q:
    """A span's name, type or status."""
    if comparison.key == "name":
        return indexed_text_test("name", comparison)
    return text_test(SPAN_COLUMNS[comparison.key], comparison)
