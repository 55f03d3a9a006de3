"""The time a search may take."""

import pytest
from django.db import connection
from django.db.models import F

from traces.models import Experiment
from traces.searching import SearchRefused, bounded
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
