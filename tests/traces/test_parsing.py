from __future__ import annotations

import gzip
import zlib

import pytest

from traces import parsing
from traces.inflating import inflate
from traces.parsing import Malformed, Room, TooLarge

BODY = b"body " * 1000


def raw_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


@pytest.mark.parametrize(
    ("sent", "encoding"),
    [
        (BODY, None),
        (BODY, ""),
        (BODY, "identity"),
        (gzip.compress(BODY, mtime=0), "gzip"),
        (gzip.compress(BODY, mtime=0), " GZip "),
        (gzip.compress(BODY, mtime=0), "x-gzip"),
        (gzip.compress(BODY[:2500], mtime=0) + gzip.compress(BODY[2500:], mtime=0), "gzip"),
        (zlib.compress(BODY), "deflate"),
        (raw_deflate(BODY), "deflate"),
    ],
)
def test_a_body_is_inflated_whatever_its_encoding(sent, encoding) -> None:
    assert inflate(sent, encoding) == BODY


def test_an_empty_body_stays_empty() -> None:
    assert inflate(b"", "gzip") == b""


@pytest.mark.parametrize(
    ("sent", "encoding", "reason"),
    [
        (b"not gzip", "gzip", "cannot be inflated"),
        (gzip.compress(BODY, mtime=0)[:-10], "gzip", "ends before"),
        (gzip.compress(BODY, mtime=0) + b"rubbish", "gzip", "cannot be inflated"),
        (BODY, "br", "unknown Content-Encoding 'br'"),
        (b"\x78rubbish", "deflate", "cannot be inflated"),
    ],
)
def test_a_broken_body_is_refused(sent, encoding, reason) -> None:
    with pytest.raises(Malformed, match=reason):
        inflate(sent, encoding)


@pytest.mark.parametrize("member", [2**20 * 40, 2**20 * 65])
def test_a_bomb_is_refused_while_it_is_inflated(member) -> None:
    bomb = gzip.compress(bytes(member), compresslevel=1) * 2

    with pytest.raises(TooLarge, match="67108864 bytes when inflated"):
        inflate(bomb, "gzip")


def test_a_body_larger_than_the_limit_is_refused_as_it_is() -> None:
    with pytest.raises(TooLarge, match="20971520 bytes"):
        inflate(bytes(parsing.MAX_SENT_BYTES + 1), None)


def test_json_text_inside_a_value_is_decoded_and_other_text_stays() -> None:
    room = Room(20)

    assert room.read('{"a": [1]}') == {"a": [1]}
    assert room.read("hello") == "hello"
    assert room.read("[" * 70 + "]" * 70) == "[" * 70 + "]" * 70
    assert room.read("\ud800") == "\ud800"
    assert room.left == 17


def test_one_request_has_room_for_so_many_values() -> None:
    room = Room(3)
    room.take(3)

    with pytest.raises(TooLarge, match="1000000 values"):
        room.take()


@pytest.mark.parametrize(
    ("read", "value", "result"),
    [
        (parsing.mapping, {"a": 1}, {"a": 1}),
        (parsing.items, [1], [1]),
        (parsing.items, None, []),
        (parsing.text, "", ""),
        (parsing.optional_text, None, None),
        (parsing.optional_text, "a", "a"),
        (parsing.integer, 5, 5),
        (parsing.integer, "-5", -5),
        (parsing.integer, 5.0, 5),
        (parsing.integer, "9223372036854775807", 2**63 - 1),
        (parsing.optional_integer, None, None),
        (parsing.optional_integer, 7, 7),
        (parsing.texts, None, {}),
        (parsing.texts, {"a": "b"}, {"a": "b"}),
    ],
)
def test_a_value_of_the_right_kind_is_read(read, value, result) -> None:
    assert read(value, "x") == result


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (parsing.mapping, [], "x: is not an object"),
        (parsing.mapping, None, "x: is not an object"),
        (parsing.items, {}, "x: is not a list"),
        (parsing.text, None, "x: is missing"),
        (parsing.text, 1, "x: is not text"),
        (parsing.optional_text, 1, "x: is not text"),
        (parsing.integer, None, "x: is missing"),
        (parsing.integer, True, "x: is not a whole number"),
        (parsing.integer, 1.5, "x: is not a whole number"),
        (parsing.integer, "1.5", "x: is not a whole number"),
        (parsing.integer, "٣", "x: is not a whole number"),
        (parsing.integer, "9223372036854775808", "x: is an integer beyond 64 bits"),
        (parsing.integer, "9" * 10_000, "x: is an integer beyond 64 bits"),
        (parsing.integer, "-" + "9" * 10_000, "x: is an integer beyond 64 bits"),
        (parsing.integer, 1e300, "x: is an integer beyond 64 bits"),
        (parsing.texts, {"a": 1}, "x.a: is not text"),
        (parsing.texts, [], "x: is not an object"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_path(read, value, message) -> None:
    with pytest.raises(Malformed) as caught:
        read(value, "x")

    assert str(caught.value) == message
