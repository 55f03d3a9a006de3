"""Bounded inflating of what was sent: as a whole, or piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from traces.parsing import MAX_INFLATED_BYTES, MAX_SENT_BYTES, Malformed, TooLarge

STEP_BYTES = 1024 * 1024
GZIP = ("gzip", "x-gzip")


def inflate(data: bytes, encoding: str | None) -> bytes:
    """The body behind `Content-Encoding`: gzip, deflate (with or without zlib's frame) or none.

    Raises TooLarge while inflating, as soon as the limit is passed, and Malformed.
    """
    if len(data) > MAX_SENT_BYTES:
        raise TooLarge(f"the request has more than {MAX_SENT_BYTES} bytes")
    return b"".join(inflated([data], encoding, most=MAX_INFLATED_BYTES))


def inflated(pieces: Iterable[bytes], encoding: str | None, *, most: int) -> Iterator[bytes]:
    """The same, piece by piece; at most a megabyte more than a piece is in memory.

    most    bytes of the inflated body; what is not compressed is passed on uncounted
    Raises TooLarge and Malformed, and what reading the pieces raises.
    """
    named = (encoding or "identity").strip().lower()
    if named == "identity":
        yield from pieces
        return
    if named not in (*GZIP, "deflate"):
        raise Malformed("", f"has the unknown Content-Encoding {named[:40]!r}")
    left = most
    for part in _steps(pieces, is_gzip=named in GZIP):
        left -= len(part)
        if left < 0:
            raise TooLarge(f"the request has more than {most} bytes when inflated")
        yield part


def _steps(pieces: Iterable[bytes], *, is_gzip: bool) -> Iterator[bytes]:
    """What each piece inflates to, a step at a time; several members follow one another."""
    inflater = None
    for piece in pieces:
        rest = piece
        while rest:
            inflater = inflater or zlib.decompressobj(_window(rest, is_gzip=is_gzip))
            yield _step(inflater, rest)
            rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            inflater = None if inflater.eof else inflater
    while inflater is not None and (part := _step(inflater, b"")):
        yield part
    if inflater is not None and not inflater.eof:
        raise Malformed("", "ends before its compressed data do")


def _window(start: bytes, *, is_gzip: bool) -> int:
    if is_gzip:
        return 16 + zlib.MAX_WBITS
    # A zlib frame begins with 0x78; RFC 9110 wants it, some senders leave it out.
    return zlib.MAX_WBITS if start[:1] == b"\x78" else -zlib.MAX_WBITS


def _step(inflater: zlib._Decompress, data: bytes) -> bytes:
    try:
        return inflater.decompress(data, STEP_BYTES)
    except zlib.error:
        raise Malformed("", "cannot be inflated") from None
