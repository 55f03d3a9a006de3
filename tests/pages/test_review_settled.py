"""A reviewer's page once an adjudicator has decided, and after a review was sent back."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from labeling.adjudicating import Decision, send_back, settle
from labeling.models import Review
from tests.factories import make_session, submit


@pytest.fixture
def reviewed(experiment, manager, reviewer, second_reviewer):
    """A function that makes a session with one item on which Amara and Jonas differ."""

    def make(**plan):
        people = (reviewer, second_reviewer)
        session = make_session(
            experiment, manager, traces=1, reviewers=people, reviews_required=2, **plan
        )
        submit(session, 1, reviewer, correct=True)
        submit(session, 1, second_reviewer, correct=False)
        return session

    return make


@pytest.fixture
def boss(manager):
    manager.name = "Dana Whitfield"
    manager.save(update_fields=["name"])
    return Credential(user=manager)


def page_of(client, reviewer, session) -> str:
    client.force_login(reviewer)
    page: str = client.get(f"/r/{session.session_id}/1/").content.decode()
    return page


def decide(session, boss) -> None:
    said = Decision(schema="correct", value=False, rationale="Page two says four.")
    settle(session.items.get(), said, by=boss)


def test_the_final_answer_is_told_with_its_reason(client, reviewer, reviewed, boss):
    session = reviewed()
    decide(session, boss)

    page = page_of(client, reviewer, session)

    assert "Dana Whitfield set the final answer." in page
    assert "Dana Whitfield: Incorrect" in page
    assert "“Page two says four.”" in page
    assert 'href="?edit"' not in page


def test_where_nothing_of_others_is_shown_only_that_it_was_decided(
    client, reviewer, reviewed, boss
):
    session = reviewed(blind="always")
    decide(session, boss)

    page = page_of(client, reviewer, session)

    assert "Dana Whitfield set the final answer." in page
    assert "Page two says four." not in page
    assert "Dana Whitfield: " not in page


def test_who_has_not_submitted_is_told_nothing(client, reviewer, reviewed, boss, outsider):
    session = reviewed()
    session.reviewers.create(user=outsider)
    session.items.update(status="pending", finished_at=None, reviews_required=3)
    decide(session, boss)

    page = page_of(client, outsider, session)

    assert "Dana" not in page
    assert "Page two" not in page


def test_a_change_to_what_is_settled_is_refused_in_words(client, reviewer, reviewed, boss):
    session = reviewed()
    decide(session, boss)
    client.force_login(reviewer)
    prefix = session.questions.get().label_schema.schema_id
    version = Review.objects.get(reviewer=reviewer).version
    said = {"act": "submit", "version": version, f"{prefix}-value": "false", f"{prefix}-why": "Oh."}

    answer = client.post(f"/r/{session.session_id}/1/", said)

    assert answer.status_code == 409
    assert "Dana Whitfield set the final answer to" in answer.content.decode()


@pytest.mark.parametrize(
    ("note", "shown"), [("Look at page two.", "Look at page two."), ("", "look at it again")]
)
def test_what_came_back_says_so(client, reviewer, reviewed, boss, note, shown):
    session = reviewed()
    send_back(session.items.get(), [reviewer.email], note, by=boss)

    page = page_of(client, reviewer, session)

    assert "This came back to you." in page
    assert shown in page
