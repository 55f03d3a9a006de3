"""MLflow's filter language: text to a bounded conjunction of comparisons, and orderings.

Source: mlflow 3.17.2, mlflow/utils/search_utils.py, SearchTraceUtils. Everything its server can
answer is accepted; two conditions without AND between them, or a last AND without a condition, are
refused, because nobody can tell what was meant. `matching` turns the comparisons into a query.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import re2

from traces.filter_fields import (
    LISTS,
    NULLS,
    OPERATORS,
    RANGES,
    TRACES,
    Family,
    Field,
    Language,
    Operator,
)
from traces.filter_tokens import FilterSyntax, Reader, Token, clipped

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Comparison", "FilterSyntax", "OrderTerm", "parse", "parse_order"]

MAX_TERMS = 50  # TRUST §3
MAX_PATTERN = 256  # characters of an RLIKE pattern, and of a text's LIKE with wildcards inside

Value: TypeAlias = str | float | int | tuple[str, ...] | None
Key: TypeAlias = tuple[Family, str, Token]

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_QUIET = re2.Options()
_QUIET.log_errors = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition of a filter, which the operator table allows.

    key        canonical: trace_id, timestamp_ms, ...; the person's own name for tag, metadata,
               feedback and expectation; name, type, status, content or attributes.<name> for span;
               `trace.text` arrives as span content
    value      a tuple for IN and NOT IN, None for IS NULL and IS NOT NULL, a number for
               times and for > >= < <=, otherwise a text
    position   column of the field in the filter, counted from 1
    """

    family: Family
    key: str
    operator: Operator
    value: Value
    position: int


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One key to sort by; of traces `family` is attribute, tag or metadata."""

    family: Family
    key: str
    descending: bool


def parse(text: str, language: Language = TRACES) -> tuple[Comparison, ...]:
    """All conditions a trace (or what the language is about) has to fulfil; empty for a blank one.

    At most 4 KB and 50 conditions. Raises FilterSyntax with the place of the first mistake.
    """
    reader = Reader(text)
    found: list[Comparison] = []
    while reader.more:
        if len(found) == MAX_TERMS:
            raise reader.error(f"at most {MAX_TERMS} conditions")
        found.append(_comparison(reader, language))
        if reader.more:
            reader.take_word("AND", hint=" (there is no OR, NOT or grouping)")
            reader.demand("a condition after AND")
    return tuple(found)


def parse_order(clauses: Sequence[str], language: Language = TRACES) -> tuple[OrderTerm, ...]:
    """Sort keys such as `timestamp_ms DESC` or ``tag.`my key` ``; ascending unless DESC is said.

    Raises FilterSyntax, also when a key is named twice or there are more than 50.
    """
    if len(clauses) > MAX_TERMS:
        raise FilterSyntax(1, f"at most {MAX_TERMS} keys", f"{len(clauses)} keys", where="order_by")
    terms: list[OrderTerm] = []
    for number, clause in enumerate(clauses, start=1):
        reader = Reader(clause, where=f"order_by {number}")
        term = _order_term(reader, language)
        if any((term.family, term.key) == (earlier.family, earlier.key) for earlier in terms):
            raise FilterSyntax(1, "a key not named before", clipped(clause), where=reader.where)
        terms.append(term)
    return tuple(terms)


def _comparison(reader: Reader, language: Language) -> Comparison:
    family, key, start = _key(reader, language)
    found = language.field(family, key)
    if found is None:
        raise reader.error(language.expected_keys(family), start)
    operator = _operator(reader, found)
    return Comparison(
        family=found.family,
        key=found.key,
        operator=operator,
        value=_value(reader, found, operator),
        position=start.start + 1,
    )


def _key(reader: Reader, language: Language) -> Key:
    """Read a field: words and quoted parts that touch each other, split at the first dot."""
    expected = f"a field such as {language.example}"
    start = reader.take(expected, lambda token: token.kind in {"word", "backtick"})
    parts = [start]
    while reader.next is not None and _touches(parts[-1], reader.next):
        parts.append(reader.next)
        reader.index += 1
    for number, part in enumerate(parts):
        if part.kind == "word" and "." in part.text:
            head, _, tail = part.text.partition(".")
            prefix = "".join(earlier.text for earlier in parts[:number]) + head
            rest = tail + "".join(later.text for later in parts[number + 1 :])
            return _family(reader, prefix, start, language), rest, start
    return "attribute", start.text, start


def _touches(left: Token, right: Token) -> bool:
    if left.end != right.start:
        return False
    if right.kind == "word":
        return left.kind in {"string", "backtick"} and right.text.startswith(".")
    return left.kind == "word" and left.text.endswith(".") and right.kind in {"string", "backtick"}


def _family(reader: Reader, prefix: str, start: Token, language: Language) -> Family:
    if prefix not in language.prefixes:
        known = ", ".join(language.prefixes)
        raise reader.error(f"a field that starts with one of {known}", start)
    return language.prefixes[prefix]


def _operator(reader: Reader, compared: Field) -> Operator:
    expected = f"one of {', '.join(compared.operators)} after {compared.key}"
    start = reader.demand(expected)
    written = _spelling(reader, start)
    if written not in compared.operators:
        raise reader.error(expected, start)
    return written


def _spelling(reader: Reader, start: Token) -> str:
    """The longest operator that begins at `start`, in capitals and with single spaces."""
    reader.index += 1
    written = start.text.upper() if start.kind in {"word", "operator"} else ""
    while (token := reader.next) is not None and token.kind == "word":
        longer = f"{written} {token.text.upper()}"
        if not any(operator.startswith(longer) for operator in OPERATORS):
            break
        written = longer
        reader.index += 1
    return written


def _value(reader: Reader, compared: Field, operator: Operator) -> Value:
    if operator in NULLS:
        return None
    if operator in LISTS:
        return _list(reader)
    if compared.value == "number" or operator in RANGES:
        return _number(reader)
    if compared.value == "assessment":
        return _assessment_text(reader, operator)
    return _text(reader, operator)


def _list(reader: Reader) -> tuple[str, ...]:
    reader.take_mark("(")
    values = [_string(reader).text]
    while reader.take_mark(",)").text == ",":
        if reader.skip(lambda token: token.raw == ")"):
            break
        values.append(_string(reader).text)
    return tuple(values)


def _string(reader: Reader) -> Token:
    return reader.take("a text in quotes, such as 'OK'", lambda token: token.kind == "string")


def _text(reader: Reader, operator: Operator) -> str:
    token = _string(reader)
    if operator == "RLIKE":
        _check_pattern(reader, token)
    return token.text


def _check_pattern(reader: Reader, token: Token) -> None:
    """Only patterns that a linear-time engine accepts: nothing may hang on `^(a+)+$`."""
    if len(token.text) > MAX_PATTERN:
        raise reader.error(f"a pattern of at most {MAX_PATTERN} characters", token)
    try:
        re2.compile(token.text, options=_QUIET)
    except re2.error:
        raise reader.error("a regular expression that RE2 accepts", token) from None


def _assessment_text(reader: Reader, operator: Operator) -> str:
    """Equality with an assessment: quoted, or a bare number, true or false, as its text."""
    token = reader.demand("a text in quotes, a number, true or false")
    if token.kind == "word" and operator in {"=", "!="}:
        if token.is_word("TRUE", "FALSE"):
            reader.index += 1
            return token.text.lower()
        _number(reader)
        return token.text
    return _text(reader, operator)


def _number(reader: Reader) -> float:
    expected = "a number without quotes"
    token = reader.take(
        expected, lambda token: token.kind == "word" and bool(_NUMBER.fullmatch(token.text))
    )
    value = int(token.text) if _INTEGER.fullmatch(token.text) else float(token.text)
    if not -(2**63) <= value < 2**63 or not math.isfinite(value):
        raise reader.error("a number of at most 64 bits", token)
    return value


def _order_term(reader: Reader, language: Language) -> OrderTerm:
    family, written, start = _key(reader, language)
    key = language.order_key(family, written)
    if not key:
        raise reader.error(f"one of these keys: {language.order_keys}", start)
    descending = reader.skip(lambda token: token.is_word("DESC"))
    if not descending:
        reader.skip(lambda token: token.is_word("ASC"))
    if reader.more:
        raise reader.error("ASC, DESC or the end")
    return OrderTerm(family=family, key=key, descending=descending)
