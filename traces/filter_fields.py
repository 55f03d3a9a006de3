"""What can be compared in a trace filter: one row per field with its operators and kind of value.

Source: mlflow 3.17.2, mlflow/utils/search_utils.py, SearchTraceUtils. Filters of runs, experiments
and datasets are other tables of the same form, in `search_fields`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "attribute", "tag", "metadata", "span", "feedback", "expectation", "issue",
    "metric", "param", "dataset",
]  # fmt: skip
Operator = Literal[
    "=", "!=", ">", ">=", "<", "<=",
    "IN", "NOT IN", "LIKE", "ILIKE", "RLIKE", "IS NULL", "IS NOT NULL",
]  # fmt: skip
ValueKind = Literal["text", "number", "assessment"]

PREFIXES: dict[str, Family] = {
    "attribute": "attribute",
    "attributes": "attribute",
    "trace": "attribute",
    "tag": "tag",
    "tags": "tag",
    "metadata": "metadata",
    "request_metadata": "metadata",
    "span": "span",
    "feedback": "feedback",
    "expectation": "expectation",
    "issue": "issue",
}

EQUALS: tuple[Operator, ...] = ("=", "!=")
RANGES: tuple[Operator, ...] = (">", ">=", "<", "<=")
LISTS: tuple[Operator, ...] = ("IN", "NOT IN")
PATTERNS: tuple[Operator, ...] = ("LIKE", "ILIKE", "RLIKE")
NULLS: tuple[Operator, ...] = ("IS NULL", "IS NOT NULL")
OPERATORS: tuple[Operator, ...] = EQUALS + RANGES + LISTS + PATTERNS + NULLS


@dataclass(frozen=True, slots=True)
class Field:
    """Something a filter can compare; `key` is the canonical name, whatever alias was written.

    value   "assessment" is a text for equality and patterns and a number for ranges
    """

    family: Family
    key: str
    operators: tuple[Operator, ...]
    value: ValueKind = "text"


def _number(key: str) -> Field:
    return Field("attribute", key, EQUALS + RANGES, "number")


_STATUS = Field("attribute", "status", EQUALS + LISTS + PATTERNS)
_TRACE_ID = Field("attribute", "trace_id", EQUALS + LISTS + PATTERNS)
_CLIENT_REQUEST_ID = Field("attribute", "client_request_id", EQUALS + LISTS + PATTERNS)
# MLflow's server advertises IN for these two and then refuses it; here it works.
_NAME = Field("attribute", "name", EQUALS + LISTS + PATTERNS + NULLS)
_RUN_ID = Field("attribute", "run_id", EQUALS + LISTS + PATTERNS + NULLS)
_CONTENT = Field("span", "content", ("LIKE", "ILIKE"))

ATTRIBUTES: dict[str, Field] = {
    "status": _STATUS,
    "request_id": _TRACE_ID,
    "trace_id": _TRACE_ID,
    "client_request_id": _CLIENT_REQUEST_ID,
    "name": _NAME,
    "run_id": _RUN_ID,
    "timestamp": _number("timestamp_ms"),
    "timestamp_ms": _number("timestamp_ms"),
    "execution_time": _number("execution_time_ms"),
    "execution_time_ms": _number("execution_time_ms"),
    "end_time": _number("end_time_ms"),
    "end_time_ms": _number("end_time_ms"),
    "text": _CONTENT,
}
SPAN_COLUMNS: dict[str, Field] = {
    "name": Field("span", "name", EQUALS + LISTS + PATTERNS),
    "type": Field("span", "type", EQUALS + LISTS + PATTERNS),
    "status": Field("span", "status", EQUALS + LISTS + PATTERNS),
    "content": _CONTENT,
}
SPAN_ATTRIBUTE = "attributes."

# Families in which the person chooses the key.
OPEN_FAMILIES: dict[Family, tuple[tuple[Operator, ...], ValueKind]] = {
    "tag": (EQUALS + PATTERNS + NULLS, "text"),
    "metadata": (EQUALS + PATTERNS + NULLS, "text"),
    "feedback": (EQUALS + PATTERNS + RANGES + NULLS, "assessment"),
    "expectation": (EQUALS + PATTERNS + RANGES + NULLS, "assessment"),
}

ORDER_ATTRIBUTES: dict[str, str] = {
    "timestamp": "timestamp_ms",
    "timestamp_ms": "timestamp_ms",
    "execution_time": "execution_time_ms",
    "execution_time_ms": "execution_time_ms",
    "end_time": "end_time_ms",
    "end_time_ms": "end_time_ms",
    "status": "status",
    "request_id": "trace_id",
    "trace_id": "trace_id",
    "experiment_id": "experiment_id",
    "name": "name",
    "run_id": "run_id",
}


def field(family: Family, key: str) -> Field | None:
    """The row for a family and the key as it was written; None when there is no such field."""
    if family in OPEN_FAMILIES:
        operators, value = OPEN_FAMILIES[family]
        return Field(family, key, operators, value) if key else None
    if family == "attribute":
        return ATTRIBUTES.get(key)
    if family == "issue":
        return Field("issue", "id", ("=",)) if key == "id" else None
    if key.startswith(SPAN_ATTRIBUTE) and key != SPAN_ATTRIBUTE:
        return Field("span", key, EQUALS + LISTS + PATTERNS)
    return SPAN_COLUMNS.get(key)


def expected_keys(family: Family) -> str:
    """What could have stood after the family's dot, as an error message says it."""
    if family in OPEN_FAMILIES:
        return "a name after the dot"
    keys = {"attribute": sorted(ATTRIBUTES), "span": [*sorted(SPAN_COLUMNS), "attributes.<name>"]}
    return f"one of these {family} fields: {', '.join(keys.get(family, ['id']))}"


def order_key(family: Family, key: str) -> str:
    """The canonical key that traces are sorted by; empty when they cannot be sorted by it."""
    if family == "attribute":
        return ORDER_ATTRIBUTES.get(key, "")
    return key if family in {"tag", "metadata"} else ""


@dataclass(frozen=True, slots=True)
class Language:
    """What the filters and orderings of one kind of thing may name.

    prefixes        what may stand before a dot, and the family it means
    field           the row for a family and a key as written; None when there is none
    expected_keys   what could have stood after a family's dot
    order_key       the canonical key to sort by, empty when there is none
    order_keys      what can be sorted by, for an error message
    example         a field, for an error message
    """

    prefixes: Mapping[str, Family]
    field: Callable[[Family, str], Field | None]
    expected_keys: Callable[[Family], str]
    order_key: Callable[[Family, str], str]
    order_keys: str
    example: str


TRACES = Language(
    prefixes=PREFIXES,
    field=field,
    expected_keys=expected_keys,
    order_key=order_key,
    order_keys=", ".join([*ORDER_ATTRIBUTES, "tag.<key>", "metadata.<key>"]),
    example="status",
)
