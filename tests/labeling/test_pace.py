"""When the rest of a session will be in: the forecast, its words, and its chart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from labeling.pace import Forecast, Stream, forecast, half_width
from labeling.pace_chart import anchor_at, chart_of, levels
from labeling.pace_words import words_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
BEGAN = NOW - timedelta(days=9)


def days(*counts: int) -> dict[date, int]:
    """Reviews of each day up to today, the last one today's."""
    return {
        TODAY - timedelta(days=len(counts) - 1 - n): count
        for n, count in enumerate(counts)
        if count
    }


def test_an_even_pace_ends_when_what_is_left_is_divided_by_it():
    began = datetime(2026, 11, 16, 0, tzinfo=UTC)
    stream = Stream(left=20, by_day=days(10, 10, 10, 10, 10, 5))

    found = forecast([stream], began=began, now=NOW)

    assert (found.reason, found.day) == ("", date(2026, 11, 23))
    assert (found.early, found.late) == (date(2026, 11, 23), date(2026, 11, 23))


def test_uneven_days_widen_the_interval():
    found = forecast(
        [Stream(left=39, by_day=days(8, 9, 9, 0, 1, 16, 14, 11, 13, 0))], began=BEGAN, now=NOW
    )

    assert found.day is not None
    assert found.early is not None
    assert found.late is not None
    assert found.early < found.day < found.late


def test_what_lies_before_the_last_two_weeks_does_not_count():
    long_ago = {TODAY - timedelta(days=40): 500}

    slow = forecast(
        [Stream(left=100, by_day=long_ago | days(*[1] * 14))],
        began=NOW - timedelta(days=40),
        now=NOW,
    )

    assert slow.day is not None
    assert (slow.day - TODAY).days > 80


def test_the_slowest_person_decides_where_items_are_dealt():
    amara = Stream(name="Amara", left=1, by_day=days(5, 5, 5, 5))
    priya = Stream(name="Priya", left=30, by_day=days(2, 2, 2, 2))

    found = forecast([amara, priya], began=NOW - timedelta(days=3), now=NOW)

    assert found.who == ("Priya",)
    assert found.day == date(2026, 12, 2)


@pytest.mark.parametrize(
    ("streams", "began", "reason", "who"),
    [
        ([], None, "done", ()),
        ([Stream(left=0, by_day=days(3))], BEGAN, "done", ()),
        ([Stream(left=5, by_day={})], None, "none", ()),
        ([Stream(left=5, by_day={})], BEGAN, "none", ()),
        ([Stream(left=5, by_day=days(9))], BEGAN, "early", ()),
        ([Stream(left=5, by_day=days(50))], NOW - timedelta(hours=23), "early", ()),
        (
            [Stream(name="A", left=5, by_day=days(20)), Stream(name="B", left=5, by_day={})],
            BEGAN,
            "waiting",
            ("B",),
        ),
        (
            [Stream(left=5, by_day={TODAY - timedelta(days=20): 40})],
            NOW - timedelta(days=20),
            "stalled",
            (),
        ),
        ([Stream(left=10_000, by_day=days(10, 0, 0, 0, 0, 0, 0, 0))], BEGAN, "far", ()),
    ],
)
def test_where_there_is_too_little_to_go_by_there_is_a_reason(streams, began, reason, who):
    found = forecast(streams, began=began, now=NOW)

    assert (found.reason, found.who, found.day) == (reason, who, None)


def test_two_days_are_too_few_for_an_interval():
    found = forecast([Stream(left=5, by_day=days(8, 8, 8))], began=NOW - timedelta(days=2), now=NOW)

    assert found.day is not None
    assert (found.early, found.late) == (None, None)
    assert half_width([1, 2]) is None


def test_the_interval_of_a_mean_is_students():
    """Mean 2, deviation 1, t of two degrees of freedom: 4.303 / √3."""
    assert half_width([1, 2, 3]) == pytest.approx(2.4843, abs=1e-4)


@pytest.mark.parametrize(
    ("found", "due", "state", "short", "long"),
    [
        (Forecast(reason="done"), None, "open", "All reviews are in", ""),
        (Forecast(reason="none"), None, "draft", "Not open yet", ""),
        (
            Forecast(reason="none"),
            date(2026, 11, 1),
            "draft",
            "Not open yet",
            "It was due on 1 Nov.",
        ),
        (Forecast(reason="none"), date(2026, 12, 1), "draft", "Not open yet", ""),
        (Forecast(day=TODAY), None, "closed", "Closed", ""),
        (Forecast(), None, "open", "No forecast", ""),
        (
            Forecast(reason="early"),
            None,
            "open",
            "No forecast",
            "It needs ten reviews over at least a day.",
        ),
        (Forecast(reason="none"), None, "open", "No forecast", "It begins with the first reviews."),
        (
            Forecast(reason="waiting", who=("Jonas",)),
            None,
            "open",
            "No forecast",
            "Jonas has not begun, so there is no telling when the last is in.",
        ),
        (
            Forecast(reason="stalled", who=("Jonas", "Priya", "Kwame", "Inês")),
            None,
            "open",
            "No forecast",
            "Jonas, Priya and 2 others have finished nothing within the last two weeks.",
        ),
        (
            Forecast(reason="stalled"),
            None,
            "open",
            "No forecast",
            "No review came in within the last two weeks.",
        ),
        (
            Forecast(reason="far"),
            None,
            "open",
            "No forecast",
            "At the pace of the last two weeks it takes more than a year.",
        ),
        (
            Forecast(reason="far", who=("Priya",)),
            None,
            "open",
            "No forecast",
            "At the pace of Priya of the last two weeks it takes more than a year.",
        ),
        (
            Forecast(day=date(2026, 11, 25)),
            date(2026, 11, 28),
            "open",
            "At this pace, done by 25 Nov",
            (
                "Roughly: there are too few days to say how sure that is. "
                "That is 3 days before it is due."
            ),
        ),
        (
            Forecast(day=date(2026, 11, 29), early=date(2026, 11, 26), late=date(2026, 12, 4)),
            date(2026, 11, 28),
            "open",
            "At this pace, done by 29 Nov",
            "Between 26 Nov and 4 Dec with 95 %. That is 1 day after it is due.",
        ),
        (
            Forecast(day=date(2026, 11, 28), early=date(2026, 11, 26), who=("Priya",)),
            date(2026, 11, 28),
            "open",
            "At this pace, done by 28 Nov",
            (
                "Priya comes last. Days differ much: 26 Nov at the earliest, or far later. "
                "That is the day it is due."
            ),
        ),
        (
            Forecast(day=TODAY, early=TODAY, late=TODAY),
            None,
            "open",
            "At this pace, done by 21 Nov",
            "",
        ),
    ],
)
def test_what_is_known_of_the_end_is_told_in_words(found, due, state, short, long):
    words = words_of(found, due=due, today=TODAY, state=state)

    assert (words.short, words.long) == (short, long)


def test_two_are_named_with_and():
    found = Forecast(reason="waiting", who=("Jonas", "Priya"))

    words = words_of(found, due=None, today=TODAY, state="open")

    assert words.long.startswith("Jonas and Priya have not begun")


def test_the_chart_runs_from_the_first_day_to_the_day_it_is_due():
    chart = chart_of(
        days(10, 0, 20),
        Forecast(day=TODAY + timedelta(days=3)),
        places=60,
        first=TODAY - timedelta(days=2),
        due=TODAY + timedelta(days=7),
        today=TODAY,
    )

    assert chart is not None
    assert chart.line == "0.0,100.0 10.0,83.33 20.0,83.33 30.0,50.0"
    assert chart.area == f"{chart.line} 30.0,100 0,100"
    assert (chart.here, chart.end, chart.due) == ((30.0, 50.0), (60.0, 0.0), 100.0)
    assert [(mark.at, mark.words, mark.anchor) for mark in chart.days] == [
        (100.0, "28 Nov, due", "end"),
        (30.0, "today", "middle"),
        (0, "19 Nov", "start"),
    ]
    assert [mark.words for mark in chart.levels] == ["0", "15", "30", "45", "60"]
    assert chart.rows == [
        (TODAY, 20, 30),
        (TODAY - timedelta(days=2), 10, 10),
    ]
    assert chart.says == (
        "30 of 60 reviews after 3 days. At this pace the last is in on 24 Nov. "
        "That is 4 days before it is due."
    )


def test_without_a_forecast_the_chart_says_when_it_is_due():
    chart = chart_of(
        days(1),
        Forecast(reason="early"),
        places=7,
        first=TODAY,
        due=TODAY - timedelta(days=3),
        today=TODAY,
    )

    assert chart is not None
    assert (chart.end, chart.due, chart.here) == (None, 0.0, (100.0, 85.71))
    assert chart.says == "1 of 7 reviews after 1 day. It is due on 18 Nov."
    assert [mark.words for mark in chart.days] == ["18 Nov, due", "today"]


def test_a_chart_of_more_than_a_year_begins_with_what_was_in_before():
    by_day = {TODAY - timedelta(days=n): 1 for n in range(0, 500, 10)}

    chart = chart_of(
        by_day,
        Forecast(day=TODAY + timedelta(days=2000)),
        places=50,
        first=TODAY - timedelta(days=490),
        due=None,
        today=TODAY,
    )

    assert chart is not None
    assert chart.line.startswith("0.0,74.0 ")
    assert chart.end == (100.0, 0.0)
    assert (len(chart.rows), chart.n_earlier) == (31, 19)
    assert [mark.words for mark in chart.days] == ["today", "20 Nov"]


def test_words_that_would_stand_on_each_other_are_left_out():
    chart = chart_of(
        days(1, 1, 1),
        Forecast(reason="early"),
        places=3,
        first=TODAY - timedelta(days=2),
        due=TODAY,
        today=TODAY,
    )
    closed = chart_of(
        days(3), Forecast(reason="closed"), places=3, first=TODAY, due=None, today=TODAY
    )

    assert chart is not None
    assert closed is not None
    assert [mark.words for mark in chart.days] == ["21 Nov, due", "19 Nov"]
    assert closed.says == "3 of 3 reviews after 1 day."


def test_nothing_finished_is_nothing_to_draw():
    found = Forecast(reason="none")

    assert chart_of({}, found, places=3, first=TODAY, due=None, today=TODAY) is None


@pytest.mark.parametrize(
    ("top", "lines"),
    [(120, [0, 30, 60, 90, 120]), (9, [0, 3, 6, 9]), (10, [0, 5, 10]), (7, [0, 7]), (1, [0, 1])],
)
def test_the_lines_across_are_even(top, lines):
    assert levels(top) == lines


@pytest.mark.parametrize(("place", "anchor"), [(3, "start"), (50, "middle"), (95, "end")])
def test_words_do_not_leave_the_chart(place, anchor):
    assert anchor_at(place) == anchor
