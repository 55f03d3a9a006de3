"""Asking one more reviewer by itself: in a session's forms, its heading, and the disagreements."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from assessments.escalation import Rule
from labeling import aggregation
from labeling.answering import Reply, Submission
from labeling.models import LabelingSession, Settlement
from labeling.reviewing import cannot_judge, submit
from tests.factories import LEASE, make_session, make_user
from tests.pages.forms import form_of


@pytest.fixture
def session(session_of_two):
    return session_of_two(
        traces=1, escalation=Rule(when="low_agreement", min_agreement=0.6, max_reviews=4)
    )


def place(session: LabelingSession, rest: str = "") -> str:
    return f"/e/{session.experiment_id}/sessions/{session.session_id}/{rest}"


def form(session: LabelingSession, **changes: object) -> dict[str, object]:
    schema_id = session.experiment.label_schemas.get().schema_id
    return {
        "name": "Again",
        "reviews_required": 2,
        "assignment": "pool",
        "blind": "",
        "reviewers": "\n".join(session.reviewers.values_list("user__email", flat=True)),
        f"{schema_id}-ask": "on",
        f"{schema_id}-required": "on",
        **changes,
    }


def disagree(session: LabelingSession, *people) -> None:
    item = session.items.get()
    for n, person in enumerate(people):
        replies = {"correct": Reply(value=n % 2 == 0)}
        submit(item, Submission(replies=replies), by=Credential(user=person), lease=LEASE)
    aggregation.sweep()


class TestForms:
    """The fields beside the number of reviews."""

    def test_a_new_session_asks_nobody_by_itself(self, manage, experiment):
        page = manage.get(f"/e/{experiment.pk}/sessions/new/").content.decode()

        assert 'name="escalation" value="off"' in page
        assert "Ask one more reviewer by itself" in page

    def test_the_setup_shows_the_rule_and_keeps_it(self, manage, session):
        page = manage.get(place(session, "setup/")).content.decode()
        assert 'name="escalation_percent" value="60"' in page

        sent = form(
            session, escalation="low_agreement", escalation_percent=60, escalation_reviews=4
        )
        assert manage.post(place(session, "setup/plan/"), sent).status_code == 302
        session.refresh_from_db()
        assert session.escalation_rule == Rule(
            when="low_agreement", min_agreement=0.6, max_reviews=4
        )

    def test_a_share_to_repeat_is_kept(self, manage, session):
        sent = form(session, repeat_percent=15)
        assert manage.post(place(session, "setup/plan/"), sent).status_code == 302

        page = manage.get(place(session, "setup/")).content.decode()
        assert 'name="repeat_percent" value="15"' in page
        assert "15% come to their reviewers twice." in page

    def test_numbers_left_out_are_the_usual_ones(self, manage, session):
        manage.post(place(session, "setup/plan/"), form(session, escalation="tie"))

        session.refresh_from_db()
        assert session.escalation_rule == Rule(when="tie", min_agreement=0.75, max_reviews=5)

    def test_a_form_without_the_fields_turns_it_off(self, manage, session):
        manage.post(place(session, "setup/plan/"), form(session))

        session.refresh_from_db()
        assert session.escalation_rule is None

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"escalation": "tie", "escalation_reviews": 2}, "above the 2 that each gets"),
            ({"escalation": "tie", "reviews_required": 1}, "two or more"),
            ({"escalation": "tie", "escalation_reviews": 51}, "less than or equal to 50"),
            ({"escalation": "low_agreement", "escalation_percent": 0}, "greater than or equal"),
            ({"repeat_percent": 101}, "less than or equal to 100"),
            ({"escalation": "sometimes"}, "not one of the available choices"),
        ],
    )
    def test_what_cannot_work_is_said_beside_it(self, manage, session, changes, words):
        answer = manage.post(place(session, "setup/plan/"), form(session, **changes))

        assert answer.status_code == 200
        assert words in answer.content.decode()
        session.refresh_from_db()
        assert session.escalation_reviews == 4


class TestHeading:
    """What the session does, in a sentence."""

    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            (Rule(when="tie", max_reviews=4), "no combined answer, one more is asked, up to 4."),
            (
                Rule(when="low_agreement", min_agreement=0.6, max_reviews=5),
                "fewer than 60% are the same, one more is asked, up to 5.",
            ),
        ],
    )
    def test_a_rule_is_told(self, manage, experiment, manager, rule, words):
        made = make_session(experiment, manager, reviews_required=2, escalation=rule)

        assert words in manage.get(place(made)).content.decode()

    def test_without_one_nothing_is(self, manage, experiment, manager):
        made = make_session(experiment, manager)

        assert "one more is asked" not in manage.get(place(made)).content.decode()


class TestDisagreements:
    """What waits for a reviewer, and what waits for a decision."""

    def test_nobody_is_left(self, manage, session, reviewer, second_reviewer):
        disagree(session, reviewer, second_reviewer)

        for page in ("disagreements/", "disagreements/1/"):
            assert "Nobody left to ask" in manage.get(place(session, page)).content.decode()

    def test_one_more_was_asked(self, manage, session, reviewer, second_reviewer):
        third = make_user("third@example.org")
        session.reviewers.create(user=third)
        disagree(session, reviewer, second_reviewer)

        for page in ("disagreements/", "disagreements/1/"):
            assert "Waits for one more review" in manage.get(place(session, page)).content.decode()

    def test_as_many_as_may_be_asked(self, manage, experiment, manager):
        people = tuple(make_user() for _ in range(4))
        session = make_session(
            experiment,
            manager,
            traces=1,
            reviewers=people,
            reviews_required=3,
            escalation=Rule(when="low_agreement", min_agreement=0.7, max_reviews=4),
        )
        disagree(session, *people[:3])
        disagree(session, people[3])
        item = session.items.get()
        submit(
            item,
            Submission(replies={"correct": Reply(value=False)}),
            by=Credential(user=people[3]),
            lease=LEASE,
        )
        aggregation.sweep()

        for page in ("disagreements/", "disagreements/1/"):
            assert (
                "No agreement after 4 reviews" in manage.get(place(session, page)).content.decode()
            )

    def test_before_anything_happened_nothing_is_said(self, manage, experiment, manager):
        people = tuple(make_user() for _ in range(2))
        session = make_session(experiment, manager, traces=1, reviewers=people, reviews_required=2)
        disagree(session, *people)

        page = manage.get(place(session, "disagreements/")).content.decode()
        assert "Nobody left to ask" not in page
        assert "Waits for one more" not in page


def test_what_too_few_could_judge_is_listed_and_can_be_decided(
    manage, session_of_two, reviewer, second_reviewer
):
    """Nobody differs, so it is on no list of disagreements, and nobody is left to ask."""
    session = session_of_two(traces=1, escalation=Rule(when="tie", max_reviews=3))
    item = session.items.get()
    submit(
        item,
        Submission(replies={"correct": Reply(value=True)}),
        by=Credential(user=reviewer),
        lease=LEASE,
    )
    reason = Submission(reason="Not my field")
    cannot_judge(item, reason, by=Credential(user=second_reviewer), lease=LEASE)
    aggregation.refresh(session.pk)

    overview = manage.get(place(session)).content.decode()
    listed = manage.get(place(session, "disagreements/")).content.decode()
    case = manage.get(place(session, "disagreements/1/"))
    [question] = case.context["case"].questions
    assert "1 more item</a> is left to a manager: too few could judge it." in overview
    assert "Too few could judge this one" in listed
    assert "No disagreements" in listed
    assert "Too few could judge it" in case.content.decode()

    pick = {f"{question.prefix}-pick": question.positions[0].key, "act": "settle"}
    manage.post(place(session, "disagreements/1/"), form_of(case) | pick)
    aggregation.refresh(session.pk)

    assert session.items.get().handed_over == ""
    assert Settlement.objects.standing().get().assessment.value is True
    assert "Too few could" not in manage.get(place(session, "disagreements/")).content.decode()
    assert "left to a manager" not in manage.get(place(session)).content.decode()
