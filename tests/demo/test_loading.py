"""The demo in the database: written through the verbs, whole, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken, User
from assessments.models import Assessment, StaleMark
from labeling import aggregation
from labeling.models import Agreement, LabelingSession, QueueItem, Review
from reviewapp.demo.loading import load_demo
from traces.models import Experiment, Trace


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker) -> Iterator[Experiment]:
    """The loaded demo, once for the whole file because it takes a second; then rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        owner = User.objects.create_superuser("owner@localhost")
        yield load_demo(owner, now=timezone.now())
        transaction.set_rollback(True)


@pytest.fixture
def operator(demo) -> User:
    """The owner of the first start."""
    return User.objects.get(email="owner@localhost")


def test_every_trace_is_readable(demo) -> None:
    traces = Trace.objects.filter(experiment=demo)

    assert traces.count() == 37
    assert not traces.filter(request_preview="").exists()
    assert {trace.metadata.get("mlflow.trace.user") for trace in traces} >= {"u-1042"}


def test_what_was_said_names_who_said_it(demo, operator) -> None:
    said = Assessment.objects.filter(experiment=demo, run=None)

    assert {row.source_type for row in said} == {"HUMAN", "LLM_JUDGE", "CODE"}
    assert not said.filter(source_type="HUMAN", source_id=operator.email).exists()
    assert all(row.author == operator for row in said)


def test_the_token_that_passed_it_on_is_revoked(demo) -> None:
    assert [token.revoked_at is None for token in ApiToken.objects.all()] == [False]


def test_the_finished_session_is_complete_and_closed(demo) -> None:
    session = LabelingSession.objects.get(experiment=demo, state="closed")
    reviews = Review.objects.filter(item__session=session)

    assert set(session.items.values_list("status", flat=True)) == {QueueItem.Status.COMPLETE}
    assert reviews.filter(state="submitted").count() == 46
    assert reviews.filter(state="cannot_judge").count() == 2
    assert not reviews.filter(active_ms=0).exists()


def test_its_agreement_is_computed_and_equals_a_recomputation(demo) -> None:
    session = LabelingSession.objects.get(experiment=demo, state="closed")

    aggregation.sweep()

    assert Agreement.objects.filter(session=session).count() == 5
    assert not StaleMark.objects.exists()
    assert list(aggregation.differences(LabelingSession.objects.all())) == []


def test_the_open_session_waits_for_the_owner(demo, operator) -> None:
    session = LabelingSession.objects.get(experiment=demo, state="open")

    assert session.items.pending().count() == 12
    assert LabelingSession.objects.for_reviewer(operator).filter(pk=session.pk).exists()


def test_sample_reviewers_cannot_sign_in(demo) -> None:
    people = User.objects.filter(email__endswith="@example.org")

    assert people.count() == 3
    assert all(person.joined_at is None for person in people)
    assert not any(person.check_password("") for person in people)
    assert not any(person.sign_in_links.exists() for person in people)


def test_loading_again_changes_nothing(demo, operator) -> None:
    load_demo(operator, now=timezone.now())

    assert Experiment.objects.filter(name="Demo").count() == 1
    assert Trace.objects.count() == 37
    assert LabelingSession.objects.count() == 2
