"""The time a search may take."""

import pytest
from django.db import connection
from django.db.models import F

from tests.factories import make_trace
from traces.models import Experiment
from traces.reading import spans_of_one
from traces.searching import SearchRefused, bounded, by_index
from traces.text_tests import Search

ENDLESS = (
    "SELECT pg_sleep(5)"
    if connection.vendor == "postgresql"
    else "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
)


@pytest.mark.django_db
def test_a_search_without_end_is_stopped_and_the_connection_lives_on():
    with pytest.raises(SearchRefused, match=r"longer than 0\.05 s"), bounded(0.05):
        connection.cursor().execute(ENDLESS)

    assert Experiment.objects.exists()


@pytest.mark.django_db
def test_a_quick_search_answers_and_leaves_no_limit_behind():
    with bounded(0.05):
        assert Experiment.objects.exists()

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)
        else:
            cursor.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000)"
                "SELECT max(i) FROM n"
            )
            assert cursor.fetchone() == (500000,)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="RE2 takes what PostgreSQL does not")
def test_a_pattern_beyond_the_database_is_refused():
    with pytest.raises(SearchRefused, match="regular expression"), bounded():
        Experiment.objects.filter(Search(F("name"), "^*")).exists()


def shown(name):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no settings like these")
def test_outside_of_a_transaction_settings_last_for_a_statement():
    with bounded(0.05), by_index():
        inside = shown("statement_timeout"), shown("enable_seqscan")

    assert inside == ("50ms", "off")
    assert (shown("statement_timeout"), shown("enable_seqscan")) == ("0", "on")


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_a_search_without_end_is_stopped_as_well():
    with pytest.raises(SearchRefused), bounded(0.05):
        connection.cursor().execute(ENDLESS)

    assert Experiment.objects.exists()


@pytest.mark.django_db
def test_an_index_is_preferred_only_while_it_is_asked():
    with by_index():
        assert Experiment.objects.exists()

    assert connection.vendor != "postgresql" or shown("enable_seqscan") == "on"


@pytest.mark.django_db
def test_a_prepared_query_may_be_asked_within_the_time_too(experiment) -> None:
    trace = make_trace(experiment)

    with bounded():
        for _ in range(5):  # PostgreSQL keeps a statement from the fourth time on.
            assert len(spans_of_one(trace=trace.pk)) == 2
