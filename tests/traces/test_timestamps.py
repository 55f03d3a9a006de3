from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traces import timestamps
from traces.timestamps import InvalidTime

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


def test_milliseconds_and_moments_are_the_same_both_ways() -> None:
    assert timestamps.from_ms(1795219612114) == datetime(2026, 11, 21, 0, 6, 52, 114000, tzinfo=UTC)
    assert timestamps.to_ms(NOON + timedelta(microseconds=1999)) == 1795176000001
    assert timestamps.from_ms(-1) == datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
    assert timestamps.to_ms(timestamps.from_ms(-1)) == -1


def test_nanoseconds_are_rounded_down_to_the_microsecond() -> None:
    assert timestamps.from_ns(1795219612114821568).microsecond == 114821
    assert timestamps.to_ns(NOON) == 1795176000000000000
    assert timestamps.ns_to_ms(1795219612114999999) == 1795219612114


@pytest.mark.parametrize("far", [10**18, -(10**18), 10**40, -(10**40)])
def test_a_moment_outside_the_calendar_is_refused(far) -> None:
    with pytest.raises(InvalidTime, match="years 1 to 9999"):
        timestamps.from_ms(far)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_390_000_000, "1970-01-01T00:00:01.390Z"),
        (1_000_001_000, "1970-01-01T00:00:01.000001Z"),
        (-1_000_000, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_has_as_many_fraction_digits_as_protobuf_writes(nanoseconds, text) -> None:
    assert timestamps.format_rfc3339(timestamps.from_ns(nanoseconds)) == text
    assert timestamps.parse_rfc3339_ns(text) == nanoseconds


def test_nine_fraction_digits_are_read() -> None:
    assert timestamps.parse_rfc3339_ns("1970-01-01T00:00:01.000000001Z") == 1_000_000_001


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("2026-11-20 21:59:08", "2026-11-20T21:59:08Z"),
        ("2026-11-20 21:59:08.000000", "2026-11-20T21:59:08Z"),
        ("2026-11-20 21:59:08.390000", "2026-11-20T21:59:08.390Z"),
        ("2026-11-20 21:59:08.390001", "2026-11-20T21:59:08.390001Z"),
        (datetime(2026, 11, 20, 21, 59, 8, 1, UTC), "2026-11-20T21:59:08.000001Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
    ],
)
def test_what_a_database_says_of_a_moment_is_written_alike(stored, text) -> None:
    assert timestamps.format_stored(stored) == text


def test_a_moment_in_another_zone_is_written_in_utc() -> None:
    berlin = datetime(2026, 11, 20, 13, 0, 0, 500000, tzinfo=timezone(timedelta(hours=1)))

    assert timestamps.format_rfc3339(berlin) == "2026-11-20T12:00:00.500Z"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T12:00:00Z", NOON),
        ("2026-11-20t12:00:00z", NOON),
        ("2026-11-20T14:30:00+02:30", NOON),
        ("2026-11-20T04:00:00-08:00", NOON),
        ("2026-11-20T12:00:00.1Z", NOON + timedelta(milliseconds=100)),
        ("2026-11-20T12:00:00.123456789Z", NOON + timedelta(microseconds=123456)),
    ],
)
def test_rfc_3339_is_read_with_any_offset_and_fraction(text, moment) -> None:
    assert timestamps.parse_rfc3339(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-20",
        "2026-11-20 12:00:00Z",
        "2026-11-20T12:00:00",
        "2026-13-20T12:00:00Z",
        "2026-11-20T25:00:00Z",
        "2026-11-20T12:00:00.1234567890Z",
        "2026-11-20T12:00:00+24:00",
        "2026-11-20T12:00:00+01:60",
        "0001-01-01T00:00:00+01:00",
        "٢٠٢٦-11-20T12:00:00Z",
    ],
)
def test_what_is_no_time_is_refused(text) -> None:
    with pytest.raises(InvalidTime):
        timestamps.parse_rfc3339(text)


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(173, "0.173s"), (1500, "1.500s"), (2000, "2s"), (0, "0s"), (-250, "-0.250s")],
)
def test_a_duration_is_written_as_protobuf_writes_it(milliseconds, text) -> None:
    assert timestamps.format_duration(milliseconds) == text
    assert timestamps.parse_duration(text) == milliseconds


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("1.5s", 1500), ("0.0019s", 1), ("-0.0019s", -1), ("3.000001s", 3000)],
)
def test_a_duration_is_rounded_towards_zero(text, milliseconds) -> None:
    assert timestamps.parse_duration(text) == milliseconds


@pytest.mark.parametrize("text", ["", "1", "1.5", "s", "1.s", "+1s", "1e3s", "999999999999s"])
def test_what_is_no_duration_is_refused(text) -> None:
    with pytest.raises(InvalidTime):
        timestamps.parse_duration(text)


@settings(deadline=None)
@given(st.integers(-62_135_596_800, 253_402_300_799), st.integers(0, 999_999))
def test_every_microsecond_of_the_calendar_survives_its_text(seconds, fraction) -> None:
    nanoseconds = seconds * 10**9 + fraction * 1000
    moment = timestamps.from_ns(nanoseconds)

    assert timestamps.parse_rfc3339_ns(timestamps.format_rfc3339(moment)) == nanoseconds
