"""The page on which what is left to a reviewer is given to the others, and the ways to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.aggregation import refresh
from labeling.dashboard import dashboard_of
from labeling.models import LabelingSession, Review
from tests.factories import make_session, submit

pytestmark = pytest.mark.django_db
PAGE = "reviewers/leaving/"


@pytest.fixture
def session(experiment, manager, reviewer, second_reviewer):
    people = (reviewer, second_reviewer)
    made = make_session(experiment, manager, traces=4, reviewers=people, assignment="balanced")
    submit(made, 1, reviewer, correct=True)
    return made


def path(session, *parts) -> str:
    return f"/e/{session.experiment_id}/sessions/{session.session_id}/" + "".join(parts)


def named(session) -> list[str]:
    rows = session.reviewers.filter(removed_at__isnull=True)
    return list(rows.values_list("user__email", flat=True))


def test_it_is_told_first_and_done_then(manage, session, reviewer, second_reviewer):
    overview = manage.get(path(session)).content.decode()
    told = manage.get(path(session, PAGE), {"reviewer": reviewer.email}).content.decode()
    before = named(session)

    done = manage.post(path(session, PAGE), {"reviewer": reviewer.email}, follow=True)

    assert f"{PAGE}?reviewer=" in overview
    assert "1 item dealt to" in told
    assert "1 review they gave stays." in told
    assert before == [reviewer.email, second_reviewer.email]
    assert named(session) == [second_reviewer.email]
    assert "The others get the rest." in done.content.decode()


@pytest.mark.parametrize(("wanted", "is_warned"), [(1, False), (2, True)])
def test_that_too_few_remain_is_told_before(manage, session, reviewer, wanted, is_warned):
    LabelingSession.objects.filter(pk=session.pk).update(reviews_required=wanted)

    told = manage.get(path(session, PAGE), {"reviewer": reviewer.email}).content.decode()

    assert ("Each item wants 2 reviews, and 1 person remains" in told) is is_warned


def test_the_only_one_has_nobody_to_give_it_to(manage, session, reviewer, second_reviewer):
    manage.post(path(session, PAGE), {"reviewer": second_reviewer.email})

    told = manage.get(path(session, PAGE), {"reviewer": reviewer.email})
    refused = manage.post(path(session, PAGE), {"reviewer": reviewer.email})

    assert "Reassign the rest</button>" not in told.content.decode()
    assert refused.status_code == 422
    assert "Nobody else is named." in refused.content.decode()
    assert named(session) == [reviewer.email]


@pytest.mark.parametrize("email", ["", "nobody@example.org", "a\0b"])
def test_who_is_not_named_leads_back(manage, session, email):
    answer = manage.post(path(session, PAGE), {"reviewer": email}, follow=True)

    assert answer.redirect_chain[-1][0] == path(session)
    assert "This person is not named for the session." in answer.content.decode()


def test_what_nobody_is_left_to_review_is_not_called_in(manage, session, reviewer, second_reviewer):
    """Each did their own items of two that all want both."""
    LabelingSession.objects.filter(pk=session.pk).update(reviews_required=2)
    session.items.update(reviews_required=2)
    for position, person in ((2, second_reviewer), (3, reviewer), (4, second_reviewer)):
        submit(session, position, person, correct=True)
    refresh(session.pk)
    undealt = manage.get(path(session)).content.decode()
    manage.post(path(session, PAGE), {"reviewer": reviewer.email})
    alone = manage.get(path(session)).content.decode()

    assert "What is left is dealt to nobody who is named" in undealt
    assert "Fewer people are named than reviews are wanted per trace" in alone
    assert "All reviews are in" not in undealt + alone


def absences(session, *, now) -> dict[str, str]:
    lines = dashboard_of(session, now=now, link="http://testserver/").reviewers
    return {line.progress.email: line.absence for line in lines if line.absence}


def test_who_has_been_away_for_a_week_is_told(manage, session, reviewer):
    now = timezone.now()
    Review.objects.filter(reviewer=reviewer).update(updated_at=now)

    assert absences(session, now=now + timedelta(days=6)) == {}
    assert absences(session, now=now + timedelta(days=8)) == {
        reviewer.email: f"{reviewer.display_name} was last here 8 days ago, "
        "and 1 item is left to them."
    }


def test_who_can_sign_in_no_more_is_told_where_something_is_left(
    manage, session, reviewer, second_reviewer
):
    second_reviewer.is_active = False
    second_reviewer.save(update_fields=["is_active"])

    shown = manage.get(path(session)).content.decode()

    words = f"{second_reviewer.display_name} cannot sign in any more, and 2 items are left to them."
    assert words in shown
    assert "Reassign the rest" in shown
    for position in (2, 4):
        submit(session, position, second_reviewer, correct=True)
    assert absences(session, now=timezone.now()) == {}
