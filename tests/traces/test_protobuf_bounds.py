from __future__ import annotations

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from traces import protobuf_bounds
from traces.parsing import Malformed, TooLarge
from traces.protobuf_bounds import refuse_crowds


def message(field: int, payload: bytes) -> bytes:
    length = len(payload)
    digits = bytearray()
    while length >= 0x80:
        digits.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([field << 3 | 2, *digits, length]) + payload


def export(spans: bytes) -> bytes:
    return message(1, message(2, spans))


@pytest.fixture
def small_limits(monkeypatch) -> None:
    monkeypatch.setattr(protobuf_bounds, "HARMLESS_BYTES", 0)
    monkeypatch.setattr(protobuf_bounds, "MAX_REQUEST_NODES", 1000)


BOMBS = {
    "empty spans": export(b"\x12\x00" * 1000),
    "empty resources": b"\x0a\x00" * 1001,
    "empty attributes": export(message(2, b"\x4a\x00" * 1000)),
    "empty array items": export(message(2, message(9, message(2, message(5, b"\x0a\x00" * 1000))))),
    "values of many parents": export(message(2, b"\x4a\x02\x12\x00" * 300)) * 2,
}


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("bomb", list(BOMBS))
def test_a_request_of_too_many_messages_is_refused(bomb) -> None:
    with pytest.raises(TooLarge, match="1000 values"):
        refuse_crowds(BOMBS[bomb])


def test_a_small_request_is_left_to_the_parser() -> None:
    refuse_crowds(b"\x0a\x00" * 1_000_001)


@pytest.mark.slow
def test_a_large_request_of_tiny_messages_is_refused() -> None:
    with pytest.raises(TooLarge, match="1000000 values"):
        refuse_crowds(export(b"\x12\x00" * 4_500_000))


@pytest.mark.usefixtures("small_limits")
def test_messages_nested_beyond_the_parser_are_refused() -> None:
    value = b""
    for _ in range(60):
        value = message(5, message(1, value))

    with pytest.raises(Malformed, match="nested too deeply"):
        refuse_crowds(export(message(2, message(9, message(2, value)))))


def test_a_large_request_of_few_messages_passes() -> None:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.start_time_unix_nano = 1795219612114821568
    span.flags = 257
    span.attributes.add(key="a").value.string_value = "a" * protobuf_bounds.HARMLESS_BYTES
    span.attributes.add(key="b").value.int_value = -1

    refuse_crowds(request.SerializeToString())


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    "data",
    [
        b"\x0a\x05abc",
        b"\x0a",
        b"\x0a\x80",
        b"\x0a" + b"\xff" * 11,
        b"\x0b",
        b"\x0c\x00",
        b"\x09abc",
        b"\x80",
    ],
)
def test_bytes_that_are_no_protobuf_are_refused(data) -> None:
    with pytest.raises(Malformed, match="is not protobuf"):
        refuse_crowds(data)


@pytest.mark.usefixtures("small_limits")
def test_fields_that_hold_no_messages_are_passed_over() -> None:
    refuse_crowds(b"\x10\xac\x02" + b"\x19" + bytes(8) + b"\x25" + bytes(4) + message(7, b"\xff"))
