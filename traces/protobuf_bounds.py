"""Counting the messages inside protobuf bytes before they are parsed.

A parsed message takes many times the two bytes that an empty one takes on the wire, so tens of
megabytes of them would fill the memory; nothing can be refused once the parser has begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from traces.parsing import MAX_REQUEST_NODES, Malformed, TooLarge

# field number → the fields of the message in it
Fields: TypeAlias = dict[int, "Fields"]
# where its bytes begin and end, and the messages within
_Message: TypeAlias = tuple[int, int, Fields]

# Measured: two megabytes of empty spans, the largest message for its bytes, become 170 MB.
HARMLESS_BYTES = 2 * 1024 * 1024
# The parser itself gives up at this depth.
_MAX_DEPTH = 100

# opentelemetry-proto, common/v1/common.proto, trace/v1/trace.proto and
# collector/trace/v1/trace_service.proto: which fields hold messages.
_ANY_VALUE: Fields = {}
_KEY_VALUE: Fields = {2: _ANY_VALUE}
_ANY_VALUE.update({5: {1: _ANY_VALUE}, 6: {1: _KEY_VALUE}})
_SPAN: Fields = {9: _KEY_VALUE, 11: {3: _KEY_VALUE}, 13: {4: _KEY_VALUE}, 15: {}}
_SCOPE_SPANS: Fields = {1: {3: _KEY_VALUE}, 2: _SPAN}
_RESOURCE_SPANS: Fields = {1: {1: _KEY_VALUE, 3: {}}, 2: _SCOPE_SPANS}
EXPORT_REQUEST: Fields = {1: _RESOURCE_SPANS}


def refuse_crowds(data: bytes, fields: Fields = EXPORT_REQUEST) -> None:
    """Refuse a large request that is made of too many messages, or nested beyond the parser.

    Takes about two seconds for the largest request that passes.
    Raises TooLarge, and Malformed for bytes that are not protobuf.
    """
    if len(data) <= HARMLESS_BYTES:
        return
    n_messages = 0
    inside = [_messages(data, 0, len(data), fields)]
    while inside:
        for start, end, inner in inside[-1]:
            n_messages += 1
            if n_messages > MAX_REQUEST_NODES:
                raise TooLarge(f"the request has more than {MAX_REQUEST_NODES} values")
            if start < end and inner:
                inside.append(_messages(data, start, end, inner))
                break
        else:
            inside.pop()
        if len(inside) > _MAX_DEPTH:
            raise Malformed("", "is nested too deeply")


def _messages(data: bytes, start: int, end: int, fields: Fields) -> Iterator[_Message]:
    while start < end:
        tag, start = _varint(data, start, end) if data[start] > 0x7F else (data[start], start + 1)
        wire_type = tag & 7
        if wire_type == 2 and start < end and data[start] < 0x80:
            length, start = data[start], start + 1
        else:
            length, start = _length(data, start, end, wire_type)
        if length > end - start:
            raise Malformed("", "is not protobuf")
        if wire_type == 2 and (inner := fields.get(tag >> 3)) is not None:
            yield start, start + length, inner
        start += length


def _length(data: bytes, start: int, end: int, wire_type: int) -> tuple[int, int]:
    """Bytes that the field's value takes from `start` on, behind its length if it has one."""
    match wire_type:
        case 0:
            return 0, _varint(data, start, end)[1]
        case 1:
            return 8, start
        case 2:
            return _varint(data, start, end)
        case 5:
            return 4, start
        case _:
            raise Malformed("", "is not protobuf")


def _varint(data: bytes, start: int, end: int) -> tuple[int, int]:
    value = shift = 0
    for position in range(start, min(end, start + 10)):
        byte = data[position]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position + 1
        shift += 7
    raise Malformed("", "is not protobuf")
