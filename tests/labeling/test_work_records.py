"""When reviews came in and how long they took, read, stored and read back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import orjson
import pytest

from accounts.credentials import Credential
from labeling.answering import Reply, Submission
from labeling.models import LabelingSession, Review
from labeling.pacing import pace_of
from labeling.progress import progress_of
from labeling.reviewing import cannot_judge, save_draft, submit
from labeling.stocking import remove_items
from labeling.work_records import Work, record_of, work_in, work_of
from tests.factories import LEASE, NOW, make_session

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)


@pytest.fixture
def session(experiment, manager, reviewer, second_reviewer) -> LabelingSession:
    """Four items; one reviewer did three of them, of which one was taken out, the other began."""
    people = (reviewer, second_reviewer)
    made = make_session(experiment, manager, traces=4, reviewers=people, reviews_required=2)
    by = Credential(user=reviewer)
    answer = {"correct": Reply(value=True)}
    for position, milliseconds in ((1, 20_000), (2, 40_000)):
        said = Submission(replies=answer, active_ms=milliseconds)
        submit(made.items.get(position=position), said, by=by, lease=LEASE)
    cannot_judge(made.items.get(position=3), Submission(reason="Empty"), by=by, lease=LEASE)
    begun = Submission(active_ms=1_000)
    other = Credential(user=second_reviewer)
    save_draft(made.items.get(position=4), begun, by=other, lease=LEASE)
    remove_items(made, [made.items.get(position=2).item_id], now=NOW)
    Review.objects.filter(first_submitted_at__isnull=False).update(first_submitted_at=FIRST)
    return made


def test_finished_reviews_of_present_items_count(session, reviewer):
    found = work_of(session)

    assert (found.began, found.seconds, found.n_timed) == (FIRST, 20.0, 1)
    (who,) = found.reviewers
    assert who == reviewer.pk
    assert found.reviewers[who].by_day == {date(2026, 11, 2): 2}
    assert found.reviewers[who].pace.median == 20.0


def test_what_is_stored_is_read_back(session):
    for position in (1, 3):
        Review.objects.filter(item__position=position).update(active_ms=position * 7_000)
    found = work_of(session)

    assert work_in(orjson.loads(orjson.dumps(record_of(found)))) == found
    assert work_in({}) == Work()


@pytest.mark.parametrize(("n", "typical"), [(4, None), (5, 30.0)])
def test_a_few_times_are_not_typical(n, typical):
    assert Work(seconds=30.0, n_timed=n).typical_seconds == typical


def test_reading_costs_two_queries(session, django_assert_num_queries):
    with django_assert_num_queries(2):
        work_of(session)


def test_before_the_first_computation_no_forecast_is_pretended(session):
    pace = pace_of(session, progress_of(session), now=NOW)

    assert pace.words.short == "No forecast"
    assert pace.words.long == "It is worked out with the next computation."
    assert pace.chart is None
