"""Public ids: their formats, how they are minted, and the two spellings OTLP has for them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets

TRACE_PREFIX = "tr-"

_TRACE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,249}", re.ASCII)
_MINTED_TRACE_ID = re.compile(r"(?:tr-)?([0-9a-f]{32})", re.ASCII)
_HEX_16 = re.compile(r"[0-9a-f]{16}", re.ASCII)
_HEX_32 = re.compile(r"[0-9a-f]{32}", re.ASCII)


class InvalidId(ValueError):
    """An id in a form that no client of ours sends."""


def mint(prefix: str) -> str:
    """A new random id: the prefix (`a-`, `ls-`, `i-`, …, or none) and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def mint_trace_id() -> str:
    """A new `tr-…` id."""
    return mint(TRACE_PREFIX)


def mint_run_id() -> str:
    """A new run id: 32 hexadecimal digits, as MLflow's."""
    return mint("")


def mint_span_id() -> str:
    """A new span id: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def is_trace_id(text: str) -> bool:
    """Whether it may name a trace: `tr-<32 hex>` or another URL-safe id, up to 250 characters."""
    return _TRACE_ID.fullmatch(text) is not None


def is_run_id(text: str) -> bool:
    """Whether it has the form of a run id, 32 lower-case hexadecimal digits."""
    return _HEX_32.fullmatch(text) is not None


def is_span_id(text: str) -> bool:
    """Whether it has the form of a span id, 16 lower-case hexadecimal digits."""
    return _HEX_16.fullmatch(text) is not None


def trace_id_of(otlp_trace_id: str) -> str:
    """The public id of an OTLP trace id of 32 hexadecimal digits.

    Source: mlflow 3.17.2, tracing/utils/__init__.py, generate_mlflow_trace_id_from_otel_trace_id.
    """
    return TRACE_PREFIX + otlp_trace_id


def otlp_trace_id(trace_id: str) -> str:
    """The 16 bytes, as 32 hexadecimal digits, under which a trace's spans travel.

    A `tr-…` id (or MLflow's older form without the prefix) carries them; another public id
    gets the first 16 bytes of its SHA-256, so that the same trace always answers the same.
    """
    found = _MINTED_TRACE_ID.fullmatch(trace_id)
    return found[1] if found else hashlib.sha256(trace_id.encode()).hexdigest()[:32]


def hex_from_base64(text: str, n_bytes: int) -> str:
    """OTLP bytes as protobuf's JSON writes them → hexadecimal. Raises InvalidId."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidId(f"{text[:40]!r} is not base64") from None
    return hex_from_bytes(raw, n_bytes)


def hex_from_bytes(raw: bytes, n_bytes: int) -> str:
    """An OTLP id of exactly `n_bytes` bytes, not all zero → hexadecimal. Raises InvalidId."""
    if len(raw) != n_bytes:
        raise InvalidId(f"the id has {len(raw)} bytes instead of {n_bytes}")
    if not any(raw):
        raise InvalidId("the id is all zero")
    return raw.hex()


def base64_from_hex(text: str) -> str:
    """A hexadecimal id → base64, as protobuf's JSON writes bytes."""
    return base64.b64encode(bytes.fromhex(text)).decode()


def is_followable(trace_id: bytes, span_id: bytes) -> bool:
    """Whether a link's ids have the sizes of OTLP; some programs link to wider ones.

    MLflow's client leaves such links out rather than losing the span, and so do we.
    Source: mlflow 3.17.2, entities/span.py, to_otel_proto.
    """
    return len(trace_id) == 16 and len(span_id) == 8
