from __future__ import annotations

import pytest

from traces import ids
from traces.ids import InvalidId

HEX_32 = "0123456789abcdef" * 2
HEX_16 = "0123456789abcdef"


def test_minted_ids_have_their_prefix_and_are_never_the_same() -> None:
    assessment_ids = {ids.mint("a-") for _ in range(100)}

    assert len(assessment_ids) == 100
    assert all(each.startswith("a-") and len(each) == 34 for each in assessment_ids)


def test_each_kind_of_minted_id_has_its_own_form() -> None:
    assert ids.is_trace_id(ids.mint_trace_id())
    assert ids.mint_trace_id().startswith("tr-")
    assert ids.is_run_id(ids.mint_run_id())
    assert ids.is_span_id(ids.mint_span_id())


@pytest.mark.parametrize("text", [f"tr-{HEX_32}", HEX_32, "my-trace_1.0:a", "a" * 250])
def test_a_url_safe_id_may_name_a_trace(text) -> None:
    assert ids.is_trace_id(text)


@pytest.mark.parametrize("text", ["", "a" * 251, "a/b", "a b", "../x", "é", "a\n", "-a", "a?b"])
def test_an_id_that_would_break_a_url_may_not(text) -> None:
    assert not ids.is_trace_id(text)


@pytest.mark.parametrize("text", ["", HEX_16.upper(), HEX_16 + "0", "g" * 16, HEX_16 + "\n"])
def test_what_is_not_sixteen_hexadecimal_digits_is_no_span_id(text) -> None:
    assert not ids.is_span_id(text)
    assert not ids.is_run_id(text + text)


@pytest.mark.parametrize(
    ("trace_id", "otlp"),
    [
        (f"tr-{HEX_32}", HEX_32),
        (HEX_32, HEX_32),
        ("mine", "3fd30542fe3f61b14bd4a4b2dc0b6fb3"),
    ],
)
def test_a_public_id_always_travels_under_the_same_bytes(trace_id, otlp) -> None:
    assert ids.otlp_trace_id(trace_id) == otlp


def test_hexadecimal_and_base64_name_the_same_bytes() -> None:
    assert ids.base64_from_hex(HEX_16) == "ASNFZ4mrze8="
    assert ids.hex_from_base64("ASNFZ4mrze8=", 8) == HEX_16
    assert ids.trace_id_of(HEX_32) == f"tr-{HEX_32}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ASNFZ4mrzQ==", "7 bytes instead of 8"),
        ("AAAAAAAAAAA=", "all zero"),
        ("not base64!", "is not base64"),
        ("é", "is not base64"),
    ],
)
def test_bytes_that_are_no_id_are_refused(text, reason) -> None:
    with pytest.raises(InvalidId, match=reason):
        ids.hex_from_base64(text, 8)
