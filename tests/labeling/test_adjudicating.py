"""Settling what reviewers differ on: answers stay, the decision counts, it can be undone."""

from __future__ import annotations

import json

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from assessments.drafts import Changes, Draft
from assessments.models import Assessment, StaleMark
from assessments.recording import override, record, retract, revise
from labeling import aggregation
from labeling.adjudicating import (
    Decision,
    SettledMeanwhile,
    ask_another,
    reopen,
    send_back,
    settle,
)
from labeling.answering import InvalidAnswers, Reply, Submission
from labeling.computing import compute
from labeling.managing import close_session
from labeling.models import Assignment, Consensus, LabelingSession, QueueItem, Review, Settlement
from labeling.queueing import SessionClosed, claim_next
from labeling.reviewing import WrongMoment, cannot_judge, submit, undo
from labeling.settled import AlreadySettled
from labeling.statuses import Verdict, set_status
from schemas.inputs import InvalidValue
from tests.factories import LEASE, NOW, make_session, make_user
from tests.places import Place, make_place
from traces.json_values import Json

pytestmark = pytest.mark.django_db
TRUE = Decision(schema="correct", value=True)
AMBIGUOUS = Decision(schema="correct", rationale="Both readings are fair.")


@pytest.fixture
def boss(manager) -> Credential:
    return Credential(user=manager)


@pytest.fixture
def ben(second_reviewer) -> Credential:
    return Credential(user=second_reviewer)


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """One item that two reviewers get."""
    return shared_place.session_of_two(traces=1)


@pytest.fixture
def item(session, amara, ben) -> QueueItem:
    found: QueueItem = session.items.get()
    say(found, amara, True)
    say(found, ben, False)
    return found


def say(item: QueueItem, by: Credential, value: Json) -> Review:
    replies = {"correct": Reply(value=value, rationale="So.")}
    return submit(item, Submission(replies=replies), by=by, lease=LEASE).review


def answers(item: QueueItem) -> list[tuple[object, bool]]:
    """What reviewers said and whether it stands, by reviewer."""
    rows = Assessment.objects.present().filter(trace=item.trace, answer__isnull=False)
    return list(rows.order_by("source_id").values_list("value", "valid"))


def consensus(item: QueueItem) -> Consensus:
    aggregation.refresh(item.session_id)
    return Consensus.objects.select_related("adjudicated_by").get(item=item)


class TestSettling:
    """A decision overrides every answer and is what the item comes to."""

    def test_all_answers_are_overridden_and_stay_readable(self, item, boss):
        made = settle(item, TRUE, by=boss)

        assert answers(item) == [(True, False), (False, False)]
        said = made.assessment
        assert (said.value, said.source_type, said.source_id) == (True, "HUMAN", boss.user.email)
        assert (said.valid, said.run_id, made.also_reviewed) == (True, item.session.run_id, False)

    def test_the_wire_names_the_first_answer_and_metadata_the_rest(self, item, boss):
        said = settle(item, TRUE, by=boss).assessment

        first, rest = said.overrides, json.loads(said.metadata["reviewapp.overrides"])
        assert first.source_id == "amara@example.org"
        assert [Assessment.objects.get(assessment_id=each).source_id for each in rest] == [
            Assessment.objects.get(answer__isnull=False, value=False).source_id
        ]

    def test_the_consensus_is_the_decision_with_the_votes_beside_it(self, item, boss):
        assert consensus(item).tie

        settle(item, TRUE, by=boss)

        row = consensus(item)
        assert (row.value, row.method, row.adjudicated_by) == (True, "adjudicated", boss.user)
        assert (row.tie, row.tied, row.n, len(row.votes), row.is_disputed) == (
            False,
            [],
            2,
            2,
            True,
        )
        assert list(aggregation.differences([item.session])) == []

    def test_ambiguous_has_no_value_and_overrides_nothing(self, item, boss):
        made = settle(item, AMBIGUOUS, by=boss)

        row = consensus(item)
        assert (row.value, row.method, row.adjudicated_by) == (None, "adjudicated", boss.user)
        assert (made.assessment, made.reason) == (None, "Both readings are fair.")
        assert answers(item) == [(True, True), (False, True)]

    def test_agreement_still_counts_the_answers(self, item, boss):
        before = compute(item.session).agreements

        settle(item, TRUE, by=boss)

        assert compute(item.session).agreements == before

    def test_a_closed_session_can_be_settled_and_reopened(self, item, boss):
        close_session(item.session, by=boss, now=NOW)

        made = settle(item, TRUE, by=boss)
        reopen(item, "correct", replaces=made.pk, by=boss)

        assert answers(item) == [(True, True), (False, True)]

    def test_an_adjudicator_who_reviewed_the_item_is_noted(self, item, amara):
        assert settle(item, TRUE, by=amara).also_reviewed

    def test_it_is_audited_and_marks_the_session_stale(self, item, boss):
        StaleMark.objects.all().delete()

        settle(item, TRUE, by=boss)

        assert AuditEvent.objects.filter(act="answers settled").count() == 1
        assert StaleMark.objects.filter(run=item.session.run_id).exists()


class TestRefusing:
    """What cannot be decided changes nothing."""

    @pytest.mark.parametrize(
        ("decision", "error"),
        [
            (Decision(schema="other", value=True), InvalidAnswers),
            (Decision(schema="correct", value="yes"), InvalidValue),
            (Decision(schema="correct", value=True, replaces=7), SettledMeanwhile),
        ],
    )
    def test_a_decision_that_does_not_fit(self, item, boss, decision, error):
        with pytest.raises(error):
            settle(item, decision, by=boss)

        assert answers(item) == [(True, True), (False, True)]

    def test_an_answer_nobody_gave_wants_a_reason(self, experiment, manager, amara, boss, reviewer):
        session = make_session(experiment, manager, questions=("tone",), reviewers=(reviewer,))
        item = session.items.in_order()[0]
        submit(item, Submission(replies={"tone": Reply(value="Neutral")}), by=amara, lease=LEASE)
        other = Decision(schema="tone", value="Rude")

        with pytest.raises(InvalidAnswers) as refused:
            settle(item, other, by=boss)

        assert "rationale" in refused.value.fields
        settle(item, Decision(schema="tone", value="Rude", rationale="It snaps at them."), by=boss)

    def test_an_item_nobody_answered(self, session, boss):
        with pytest.raises(WrongMoment):
            settle(session.items.get(), TRUE, by=boss)

    def test_a_draft_session(self, experiment, manager, boss):
        session = make_session(experiment, manager, opened=False)

        with pytest.raises(SessionClosed):
            settle(session.items.in_order()[0], TRUE, by=boss)


class TestSettlingAgain:
    """Two adjudicators, one after the other: the second must have seen the first's decision."""

    def test_the_second_is_told_of_the_first(self, item, boss, owner):
        first = settle(item, TRUE, by=boss)

        with pytest.raises(SettledMeanwhile) as refused:
            settle(item, replace_value(TRUE, False), by=Credential(user=owner))

        assert refused.value.current == first

    def test_who_has_seen_it_replaces_it(self, item, boss, owner):
        first = settle(item, TRUE, by=boss)

        second = settle(
            item,
            Decision(schema="correct", value=False, replaces=first.pk),
            by=Credential(user=owner),
        )

        first.refresh_from_db()
        assert (first.undone_by, first.assessment.retracted_at is None) == (owner, False)
        assert Settlement.objects.standing().get(item=item) == second
        assert answers(item) == [(True, False), (False, False)]
        assert consensus(item).value is False

    def test_one_retracted_by_another_door_makes_room(self, item, boss):
        first = settle(item, TRUE, by=boss)
        retract(Assessment.objects.get(settlement=first), by=boss, now=NOW)

        assert consensus(item).method == "majority"
        settle(item, TRUE, by=boss)
        assert Settlement.objects.standing().count() == 1


class TestReopening:
    """The answers are what they were, unless something else overrides them."""

    def test_all_answers_stand_again(self, item, boss):
        made = settle(item, TRUE, by=boss)

        reopen(item, "correct", replaces=made.pk, by=boss)

        assert answers(item) == [(True, True), (False, True)]
        assert consensus(item).tie

    def test_an_answer_that_somebody_else_overrode_stays_overridden(self, item, boss, developer):
        target = Assessment.objects.get(answer__isnull=False, value=False)
        said = Draft(name="correct", kind="feedback", value=True)
        override(target, said, by=Credential(user=developer), now=NOW)
        made = settle(item, TRUE, by=boss)

        reopen(item, "correct", replaces=made.pk, by=boss)

        assert answers(item) == [(True, True), (False, False)]

    def test_a_settlement_keeps_an_answer_overridden_when_the_other_override_goes(
        self, item, boss, developer
    ):
        target = Assessment.objects.get(answer__isnull=False, value=False)
        said = Draft(name="correct", kind="feedback", value=True)
        other = override(target, said, by=Credential(user=developer), now=NOW)
        settle(item, TRUE, by=boss)

        retract(other, by=Credential(user=developer), now=NOW)

        assert answers(item) == [(True, False), (False, False)]

    def test_what_is_not_settled_cannot_be_reopened(self, item, boss):
        with pytest.raises(WrongMoment):
            reopen(item, "correct", replaces=None, by=boss)


class TestReviewersAfterwards:
    """What is settled is settled for its reviewers; who comes late is overridden too."""

    def test_a_settled_answer_cannot_change(self, item, boss, amara):
        settle(item, TRUE, by=boss)

        for act in (
            lambda: say(item, amara, False),
            lambda: undo(item, Submission(), by=amara, lease=LEASE),
            lambda: cannot_judge(item, Submission(reason="No idea."), by=amara, lease=LEASE),
        ):
            with pytest.raises(AlreadySettled, match="set the final answer"):
                act()
        assert answers(item) == [(True, False), (False, False)]

    def test_the_same_answer_again_is_no_change(self, item, boss, amara):
        settle(item, TRUE, by=boss)

        say(item, amara, True)

        assert answers(item) == [(True, False), (False, False)]

    def test_an_answer_that_comes_later_is_overridden_and_comes_back(
        self, item, session, boss, manager
    ):
        late = make_user("late@example.org")
        session.reviewers.create(user=late)
        made = settle(item, TRUE, by=boss)
        item.reviews_required = 3
        item.save()
        item.status = "pending"
        QueueItem.objects.filter(pk=item.pk).update(status="pending", finished_at=None)

        say(item, Credential(user=late), False)

        assert answers(item) == [(True, False), (False, False), (False, False)]
        made.assessment.refresh_from_db()
        assert len(json.loads(made.assessment.metadata["reviewapp.overrides"])) == 2
        reopen(item, "correct", replaces=made.pk, by=boss)
        assert answers(item) == [(True, True), (False, True), (False, True)]

    def test_words_logged_through_mlflows_door_are_overridden_too(self, item, session, boss):
        late = Credential(user=make_user("late@example.org"))
        session.reviewers.create(user=late.user)
        settle(item, TRUE, by=boss)
        QueueItem.objects.filter(pk=item.pk).update(
            status="pending", finished_at=None, reviews_required=3
        )
        said = Draft(name="correct", kind="feedback", value=False, rationale="No.")
        record(item.trace, said, by=late, now=NOW)

        set_status(item, Verdict(status=QueueItem.Status.COMPLETE), by=late, lease=LEASE)

        assert answers(item) == [(True, False), (False, False), (False, False)]

    def test_the_adjudicators_correction_by_mlflows_door_is_the_decision(self, item, boss):
        made = settle(item, TRUE, by=boss)

        said = Assessment.objects.get(settlement=made)
        revise(said, Changes(replaces_value=True, value=False), by=boss, now=NOW)

        assert consensus(item).value is False


class TestSendingBack:
    """A review becomes a draft of the same words, with what is asked for."""

    def test_the_review_is_a_draft_with_the_note(self, item, boss, amara, ben):
        send_back(item, ["Amara@example.org"], "Look at the second document.", by=boss)

        review = Review.objects.get(item=item, reviewer=amara.user)
        assert (review.state, review.sent_back) == ("draft", "Look at the second document.")
        assert review.draft["correct"]["value"] is True
        item.refresh_from_db()
        assert (item.status, answers(item)) == ("pending", [(False, True)])

    def test_the_note_goes_with_the_new_answer(self, item, boss, amara):
        send_back(item, [amara.user.email], "Again, please.", by=boss)

        say(item, amara, False)

        assert Review.objects.get(item=item, reviewer=amara.user).sent_back == ""
        assert answers(item) == [(False, True), (False, True)]

    def test_who_has_not_submitted_is_named(self, item, boss, manager):
        with pytest.raises(InvalidAnswers) as refused:
            send_back(item, ["amara@example.org", "nobody@example.org"], "", by=boss)

        assert "nobody@example.org" in refused.value.fields["reviewers"]
        assert answers(item) == [(True, True), (False, True)]

    def test_what_is_settled_is_reopened_first(self, item, boss, amara):
        settle(item, TRUE, by=boss)

        with pytest.raises(AlreadySettled):
            send_back(item, [amara.user.email], "", by=boss)

    def test_a_closed_session_takes_nothing_back(self, item, boss, amara):
        close_session(item.session, by=boss, now=NOW)

        with pytest.raises(SessionClosed):
            send_back(item, [amara.user.email], "", by=boss)


class TestAskingAnother:
    """One more review, from somebody who has not begun the item."""

    def test_the_item_is_handed_to_one_more(self, item, session, boss, amara):
        third = make_user("third@example.org")
        session.reviewers.create(user=third)

        ask_another(item, by=boss)

        item.refresh_from_db()
        assert (item.status, item.reviews_required, item.finished_at) == ("pending", 3, None)
        assert claim_next(session, third, lease=LEASE).review.item == item
        assert claim_next(session, amara.user, lease=LEASE).review is None

    def test_without_anybody_left_it_says_so(self, item, boss):
        with pytest.raises(WrongMoment, match="Add one first"):
            ask_another(item, by=boss)

        item.refresh_from_db()
        assert (item.status, item.reviews_required) == ("complete", 2)

    def test_a_balanced_session_deals_it_to_who_has_least(
        self, experiment, manager, reviewer, second_reviewer, boss
    ):
        third, fourth = make_user("third@example.org"), make_user("fourth@example.org")
        people = (reviewer, second_reviewer, third, fourth)
        session = make_session(
            experiment,
            manager,
            traces=3,
            reviewers=people,
            reviews_required=1,
            assignment="balanced",
        )
        item = session.items.in_order()[0]
        say(item, Credential(user=reviewer), True)

        ask_another(item, by=boss)

        dealt = set(Assignment.objects.filter(item=item).values_list("reviewer__email", flat=True))
        assert dealt == {reviewer.email, fourth.email}


def replace_value(decision: Decision, value: Json) -> Decision:
    return Decision(schema=decision.schema, value=value, rationale=decision.rationale)
