"""Database expressions that spare work."""

import pytest
from django.db.models import F

from tests.factories import NOW, make_experiment, make_trace
from traces.columns import AsText, LookedUp, Moment, NewestTrace, OneOf, Rfc3339
from traces.models import Trace
from traces.reading import info_row, info_rows
from traces.timestamps import format_stored
from traces.trace_json import info_to_json

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("microsecond", [0, 390_000, 1, 123_456])
def test_a_moment_is_text_that_says_the_same(experiment, microsecond):
    moment = NOW.replace(microsecond=microsecond)
    trace = make_trace(experiment)
    Trace.objects.filter(pk=trace.pk).update(requested_at=moment)

    stored = Trace.objects.values_list(Moment("requested_at"), flat=True).get()

    assert isinstance(stored, str)
    assert format_stored(stored) == format_stored(moment)


@pytest.mark.parametrize("microsecond", [0, 390_000, 1, 123_456])
def test_a_moment_is_the_text_that_a_datetime_would_be(experiment, microsecond):
    moment = NOW.replace(microsecond=microsecond)
    trace = make_trace(experiment)
    Trace.objects.filter(pk=trace.pk).update(requested_at=moment)

    text = Trace.objects.values_list(Rfc3339("requested_at"), flat=True).get()

    assert text == moment.isoformat().replace("+00:00", "Z")


def test_json_comes_as_it_is_stored(experiment):
    trace = make_trace(experiment)
    Trace.objects.filter(pk=trace.pk).update(tags={"b": "2", "a": "ä"})

    assert Trace.objects.values_list(AsText("tags"), flat=True).get() == '{"b":"2","a":"ä"}'


@pytest.mark.parametrize("kind", [OneOf, LookedUp])
def test_many_keys_travel_as_one_value(experiment, django_assert_num_queries, kind):
    one, two, three = (make_trace(experiment, question=f"{n}?") for n in range(3))

    with django_assert_num_queries(1) as asked:
        found = set(Trace.objects.filter(kind(F("pk"), {one.pk, three.pk, 2**40})))

    assert found == {one, three}
    assert str(2**40) in asked.captured_queries[0]["sql"]
    assert two not in Trace.objects.filter(kind(F("pk"), ()))


def test_the_newest_key_is_that_of_all_traces(experiment):
    make_trace(experiment)
    newest = make_trace(make_experiment())

    assert set(Trace.objects.values_list(NewestTrace(), flat=True)) == {newest.pk}


def test_a_page_says_of_a_trace_what_a_loaded_row_says(experiment):
    bare = Trace.objects.create(trace_id="tr-bare", experiment=experiment, requested_at=NOW)
    full = Trace.objects.get(pk=make_trace(experiment).pk)

    rows, newest = info_rows(Trace.objects.order_by("pk"))

    assert (list(rows), newest) == ([bare.pk, full.pk], full.pk)
    assert info_to_json(rows[bare.pk], []) == info_to_json(info_row(bare), [])
    shown = info_to_json(rows[full.pk], [])
    assert shown.keys() == info_to_json(info_row(full), []).keys()
    assert shown["request_time"] == "2026-11-20T12:00:00Z"


def test_no_trace_has_no_newest_key():
    assert info_rows(Trace.objects.all()) == ({}, 0)
