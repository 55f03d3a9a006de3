"""The body of a request piece by piece, never whole in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from django.http import HttpRequest, UnreadablePostError

from traces.parsing import Malformed, TooLarge

PIECE_BYTES = 256 * 1024
MOST_DISCARDED = 64 * 1024 * 1024


def pieces(request: HttpRequest, *, most: int) -> Iterator[bytes]:
    """The body's bytes in order, as they were sent.

    most    bytes that are read; what a header announces beyond it is refused before reading
    Raises TooLarge, and Malformed when the client hung up.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    is_chunked = not announced and bool(request.META.get("wsgi.input_terminated"))
    # Django reads nothing of a body whose length was not announced; the server ends such a one.
    source = request.META["wsgi.input"] if is_chunked else request
    n_read = 0
    if announced.isdigit() and int(announced) > most:
        raise too_large(most)
    while piece := read(source):
        n_read += len(piece)
        if n_read > most:
            raise too_large(most)
        yield piece
    if announced.isdigit() and n_read < int(announced):
        raise Malformed("", "The body ended too early.")


def discard(request: HttpRequest) -> None:
    """Read what a refusal has left of a body, so that the connection serves the next request.

    Beyond MOST_DISCARDED bytes the connection is left to be closed.
    """
    with suppress(TooLarge, Malformed):
        for _ in pieces(request, most=MOST_DISCARDED):
            pass


def read(source: object) -> bytes:
    """The next piece, empty at the end. Raises Malformed."""
    try:
        found: bytes = source.read(PIECE_BYTES)  # type: ignore[attr-defined]  # a file or a request
    except (UnreadablePostError, OSError):
        raise Malformed("", "The body ended too early.") from None
    return found


def too_large(most: int) -> TooLarge:
    """The refusal of a body beyond its limit."""
    return TooLarge(f"the request has more than {most} bytes")
