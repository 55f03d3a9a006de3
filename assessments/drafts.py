"""PURE: an assessment before it is written, and the columns searches compare."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from traces.json_values import InvalidJson, Json, check, dumps

MAXIMUM_NAME_LENGTH = 250
MAXIMUM_SOURCE_LENGTH = 254
MAXIMUM_SEARCH_TEXT = 4096
DEFAULT_SOURCE_ID = "default"
SPAN_ID = re.compile(r"[0-9A-Za-z_-]{0,50}", re.ASCII)

Kind = Literal["feedback", "expectation"]
SourceType = Literal["HUMAN", "LLM_JUDGE", "CODE"]


class InvalidDraft(ValueError):
    """Something about a draft cannot be stored; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to say.

    value           any JSON; None together with no error is feedback without a value
    error           {"error_code", "error_message", "stack_trace"} instead of a value
    source_id       empty or "default" stands for the account that writes
    client_created  the creation time an MLflow client sent, as text; kept raw
    """

    name: str
    kind: Kind
    value: Json = None
    error: Mapping[str, str] | None = None
    rationale: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    span_id: str = ""
    source_type: SourceType = "HUMAN"
    source_id: str = ""
    client_created: str = ""
    client_updated: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a revision changes; None leaves a part as it is.

    `replaces_value` says that value and error are replaced together. Metadata is merged.
    """

    name: str | None = None
    replaces_value: bool = False
    value: Json = None
    error: Mapping[str, str] | None = None
    rationale: str | None = None
    metadata: Mapping[str, str] | None = None


def check_draft(draft: Draft) -> None:
    """Lengths, kinds and JSON that can be stored exactly. Raises InvalidDraft."""
    check_name(draft.name)
    if draft.kind == "expectation" and (draft.error is not None or draft.value is None):
        raise InvalidDraft("value", "An expectation needs a value.")
    check_outcome(draft.value, draft.error)
    if len(draft.source_id) > MAXIMUM_SOURCE_LENGTH:
        raise InvalidDraft("source.source_id", f"At most {MAXIMUM_SOURCE_LENGTH} characters.")
    if not SPAN_ID.fullmatch(draft.span_id):
        raise InvalidDraft("span_id", "Not the id of a span.")
    check_content("metadata", dict(draft.metadata))
    for part, text in (
        ("rationale", draft.rationale),
        ("source.source_id", draft.source_id),
        ("client_created", draft.client_created),
    ):
        check_content(part, text)


def check_changes(changes: Changes) -> None:
    """As `check_draft`, for the parts that change. Raises InvalidDraft."""
    if changes.name is not None:
        check_name(changes.name)
    check_outcome(changes.value, changes.error)
    check_content("metadata", dict(changes.metadata or {}))
    check_content("rationale", changes.rationale)


def check_outcome(value: Json, error: Mapping[str, str] | None) -> None:
    """One of the two, or neither, within the limits. Raises InvalidDraft."""
    if error is not None and value is not None:
        raise InvalidDraft("error", "Give a value or an error, not both.")
    check_content("value", value)
    check_content("error", dict(error) if error is not None else None)


def check_name(name: str) -> None:
    """1 to 250 characters."""
    if not 1 <= len(name.strip()) <= MAXIMUM_NAME_LENGTH:
        raise InvalidDraft("name", f"Write 1 to {MAXIMUM_NAME_LENGTH} characters.")
    check_content("name", name)


def check_content(part: str, value: Json) -> None:
    """JSON within the limits, without NUL and lone surrogates. Raises InvalidDraft."""
    try:
        check(value)
    except InvalidJson as error:
        raise InvalidDraft(error.under(part).path, error.reason) from error


def search_text(value: Json) -> str:
    """A value as searches compare it: true, false, numbers as written, texts, else JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:MAXIMUM_SEARCH_TEXT]
    return dumps(value)[:MAXIMUM_SEARCH_TEXT]


def search_number(value: Json) -> float | None:
    """A value as ranges compare it; None when it is not a number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def digest(token_pk: int, trace_id: str, draft: Draft, target_pk: int | None) -> str | None:
    """What makes two requests of one token the same assessment; None without a client time.

    TRUST, section 1: MLflow's client retries without a key, but sends its own creation time. That
    counts milliseconds, in which a program may well say two different things about one trace.
    """
    if not draft.client_created:
        return None
    parts = [
        str(token_pk),
        trace_id,
        draft.name,
        draft.kind,
        draft.source_type,
        draft.source_id,
        draft.span_id,
        draft.client_created,
        dumps(draft.value),
        dumps(dict(draft.error) if draft.error is not None else None),
        draft.rationale,
        dumps(dict(draft.metadata)),
        str(target_pk),
    ]
    return hashlib.sha256(dumps(list(parts)).encode()).hexdigest()
