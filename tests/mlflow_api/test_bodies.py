"""Bodies piece by piece: within their limit, to their end, however they were sent."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest

from reviewapp import bodies
from reviewapp.bodies import discard, pieces
from traces.parsing import Malformed, TooLarge


def request_of(sent: Any, **environ: Any) -> WSGIRequest:
    """A request as a server hands it over."""
    source = sent if hasattr(sent, "read") else BytesIO(sent)
    return WSGIRequest({"REQUEST_METHOD": "PUT", "wsgi.input": source, **environ})


class Broken:
    """A connection that was cut."""

    def read(self, *_: object) -> bytes:
        raise OSError("reset")

    readline = read


def test_a_body_comes_in_pieces(monkeypatch) -> None:
    monkeypatch.setattr(bodies, "PIECE_BYTES", 4)

    assert list(pieces(request_of(b"123456", CONTENT_LENGTH="6"), most=6)) == [b"1234", b"56"]
    assert list(pieces(request_of(b"123456", CONTENT_LENGTH="5"), most=6)) == [b"1234", b"5"]
    assert list(pieces(request_of(b""), most=6)) == []


def test_a_body_of_unknown_length_is_read_to_its_end() -> None:
    chunked = request_of(b"123456", **{"wsgi.input_terminated": True})

    assert b"".join(pieces(chunked, most=6)) == b"123456"


def test_too_large_is_refused_before_it_is_read_or_while_it_is() -> None:
    with pytest.raises(TooLarge):
        next(pieces(request_of(Broken(), CONTENT_LENGTH="7"), most=6))
    with pytest.raises(TooLarge):
        list(pieces(request_of(b"1234567", **{"wsgi.input_terminated": True}), most=6))


@pytest.mark.parametrize("sent", [b"half", Broken()])
def test_a_body_that_ends_too_early_is_refused(sent) -> None:
    with pytest.raises(Malformed, match="ended too early"):
        list(pieces(request_of(sent, CONTENT_LENGTH="8"), most=8))


def test_what_a_refusal_left_is_read(client) -> None:
    left = BytesIO(b"x" * 600_000)

    response = client.generic(
        "POST", "/api/2.0/mlflow/none", b"", **{"wsgi.input": left, "CONTENT_LENGTH": "600000"}
    )

    assert (response.status_code, left.read()) == (404, b"")


def test_a_body_beyond_all_limits_is_left(monkeypatch) -> None:
    monkeypatch.setattr(bodies, "MOST_DISCARDED", 3)
    left = BytesIO(b"four")

    discard(request_of(left, CONTENT_LENGTH="4"))
    discard(request_of(Broken(), CONTENT_LENGTH="3"))

    assert left.read() == b"four"
