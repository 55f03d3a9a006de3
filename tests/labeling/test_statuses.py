"""Items finished, declined and reopened as MLflow's review queues do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from assessments.drafts import Changes, Draft
from assessments.models import Assessment, StaleMark
from assessments.recording import record, revise
from labeling import aggregation
from labeling.answering import InvalidAnswers, Reply, Submission
from labeling.managing import close_session
from labeling.models import Answer, Consensus, QueueItem, Review
from labeling.places import PlaceTaken
from labeling.queueing import NotAReviewer, SessionClosed, claim_next
from labeling.reviewing import save_draft, submit
from labeling.statuses import NotTheFinisher, Verdict, set_status
from tests.factories import LEASE, NOW, as_token, make_schema, make_session
from tests.places import Place, make_place
from traces.json_values import Json

pytestmark = pytest.mark.django_db
COMPLETE = Verdict(status=QueueItem.Status.COMPLETE)
DECLINED = Verdict(status=QueueItem.Status.DECLINED)
PENDING = Verdict(status=QueueItem.Status.PENDING)
YES = Submission(replies={"correct": Reply(value=True, rationale="It is.")})


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture
def dev(developer) -> Credential:
    return Credential(user=developer)


@pytest.fixture
def boss(manager) -> Credential:
    return Credential(user=manager)


def say(item: QueueItem, verdict: Verdict, by: Credential) -> tuple[str, str]:
    """The item's status and who is named after somebody's word."""
    set_status(item, verdict, by=by, lease=LEASE)
    item.refresh_from_db()
    return item.status, item.finished_by.email if item.finished_by else ""


def by_force(verdict: Verdict) -> Verdict:
    return replace(verdict, by_force=True)


def log(item: QueueItem, by: Credential, value: Json, **draft: object) -> Assessment:
    said = Draft(**{"name": "correct", "kind": "feedback", "value": value} | draft)  # type: ignore[arg-type]
    return record(item.trace, said, by=by, now=NOW)


class TestFinishing:
    """A reviewer's COMPLETE submits their review with what they logged."""

    def test_what_they_logged_becomes_their_answer_as_it_is(self, session, item, dev) -> None:
        logged = log(item, dev, value=True, rationale="It is.")

        assert say(item, COMPLETE, dev) == ("complete", "developer@example.org")

        answer = Answer.objects.select_related("assessment", "first_revision").get()
        assert (answer.assessment, answer.first_revision.number) == (logged, 2)
        assert (answer.assessment.run, answer.assessment.rationale) == (session.run, "It is.")
        assert answer.assessment.schema_version == answer.schema_version
        assert Assessment.objects.count() == 1
        assert Review.objects.get().state == "submitted"
        assert StaleMark.objects.filter(run=session.run).exists()

    def test_it_counts_and_follows_its_authors_corrections(self, item, dev) -> None:
        logged = log(item, dev, value=True)
        say(item, COMPLETE, dev)
        aggregation.sweep()
        assert Consensus.objects.get(item=item).value is True

        revise(logged, Changes(replaces_value=True, value=False), by=dev, now=NOW)
        aggregation.sweep()

        assert Consensus.objects.get(item=item).value is False

    def test_a_rationale_stays_where_the_form_asks_for_none(self, experiment, manager, dev):
        make_schema(experiment, "clarity", comment="off")
        item = make_session(experiment, manager, traces=1, questions=("clarity",)).items.get()
        log(item, dev, value=4, name="clarity", rationale="It is.")
        say(item, COMPLETE, dev)

        said = Answer.objects.get().assessment
        assert (said.rationale, said.version) == ("It is.", 2)

    def test_it_claims_no_other_item(self, item, dev) -> None:
        log(item, dev, value=True)
        say(item, COMPLETE, dev)

        assert Review.objects.count() == 1

    def test_the_latest_of_several_counts(self, item, dev) -> None:
        log(item, dev, value=True)
        last = log(item, dev, value=False)
        say(item, COMPLETE, dev)

        assert Answer.objects.get().assessment == last
        assert Assessment.objects.filter(run=None).count() == 1

    def test_only_their_own_valid_words_about_the_question_count(
        self, experiment, manager, dev, boss
    ) -> None:
        session = make_session(experiment, manager, traces=1)
        item = session.items.get()
        session.questions.update(required=False)
        log(item, boss, value=True)
        log(item, dev, value=True, span_id="0123456789abcdef")
        log(item, dev, value=True, kind="expectation")
        log(item, dev, value=None)
        log(item, dev, value=True, name="other")
        log(item, as_token(dev.user), value=True, source_type="LLM_JUDGE", source_id="gpt")
        error = {"error_code": "E", "error_message": "", "stack_trace": ""}
        log(item, dev, value=None, error=error)

        assert say(item, COMPLETE, dev)[0] == "complete"
        assert not Answer.objects.exists()

    def test_answers_of_another_session_stay_there(self, experiment, manager, dev) -> None:
        first, second = (make_session(experiment, manager, traces=0) for _ in range(2))
        trace = make_session(experiment, manager, traces=1).items.get().trace
        items = [
            s.items.create(item_id=s.session_id, trace=trace, position=1) for s in (first, second)
        ]
        log(items[0], dev, value=True)
        say(items[0], COMPLETE, dev)

        with pytest.raises(InvalidAnswers):
            set_status(items[1], COMPLETE, by=dev, lease=LEASE)

    def test_a_required_question_without_an_answer_is_named_and_nothing_written(
        self, item, dev
    ) -> None:
        with pytest.raises(InvalidAnswers) as caught:
            set_status(item, COMPLETE, by=dev, lease=LEASE)

        assert caught.value.fields == {"correct": "Choose one to submit this item."}
        assert not Review.objects.exists()

    def test_a_value_that_misfits_is_left_as_it_was(self, item, dev) -> None:
        logged = log(item, dev, value="perhaps")

        with pytest.raises(InvalidAnswers):
            set_status(item, COMPLETE, by=dev, lease=LEASE)

        logged.refresh_from_db()
        assert (logged.run, logged.version) == (None, 1)

    def test_a_draft_is_sent_too(self, item, amara) -> None:
        save_draft(item, YES, by=amara, lease=LEASE)

        assert say(item, COMPLETE, amara) == ("complete", "amara@example.org")
        assert Answer.objects.get().assessment.rationale == "It is."

    def test_what_was_logged_wins_over_the_draft(self, item, dev) -> None:
        save_draft(item, YES, by=dev, lease=LEASE)
        log(item, dev, value=False)
        say(item, COMPLETE, dev)

        assert Answer.objects.get().assessment.value is False

    def test_words_on_a_question_no_longer_asked_are_left_out(self, session, item, amara) -> None:
        save_draft(item, YES, by=amara, lease=LEASE)
        session.questions.update(removed_at=NOW)

        assert say(item, COMPLETE, amara)[0] == "complete"
        assert not Answer.objects.exists()

    def test_logging_alone_moves_nothing(self, item, dev) -> None:
        log(item, dev, value=True)

        item.refresh_from_db()
        assert item.status == "pending"
        assert not Review.objects.exists()

    def test_with_two_reviews_required_one_leaves_it_pending(
        self, experiment, manager, dev, amara
    ) -> None:
        item = make_session(experiment, manager, reviews_required=2).items.in_order()[0]
        log(item, dev, value=True)

        assert say(item, COMPLETE, dev) == ("pending", "")
        version = Review.objects.get().version
        assert say(item, COMPLETE, dev) == ("pending", "")
        assert Review.objects.get().version == version
        save_draft(item, YES, by=amara, lease=LEASE)
        assert say(item, COMPLETE, amara) == ("complete", "amara@example.org")


class TestDeclining:
    """A reviewer's DECLINED is their cannot-judge."""

    def test_it_is_a_review_that_cannot_judge(self, item, amara) -> None:
        assert say(item, DECLINED, amara) == ("declined", "amara@example.org")

        review = Review.objects.get()
        assert (review.state, review.reason) == ("cannot_judge", "Declined in the review queue.")

    def test_complete_and_declined_change_into_each_other(self, item, dev) -> None:
        log(item, dev, value=True)
        say(item, COMPLETE, dev)

        assert say(item, DECLINED, dev)[0] == "declined"
        assert Assessment.objects.standing().count() == 0
        assert say(item, COMPLETE, dev)[0] == "complete"
        assert Answer.objects.get().assessment.retracted_at is None

    def test_again_with_two_required_changes_nothing(self, experiment, manager, amara) -> None:
        item = make_session(experiment, manager, reviews_required=2).items.in_order()[0]
        say(item, DECLINED, amara)
        say(item, DECLINED, amara)

        assert Review.objects.get().version == 2


class TestTheSameAgain:
    """Whoever finished it first keeps being named."""

    def test_a_second_reviewer_changes_nothing(self, item, amara, second_reviewer) -> None:
        say(item, DECLINED, amara)

        assert say(item, DECLINED, Credential(user=second_reviewer))[1] == "amara@example.org"
        assert Review.objects.count() == 1

    def test_others_do_not_take_a_full_item(self, item, amara, dev) -> None:
        say(item, DECLINED, amara)
        log(item, dev, value=True)

        with pytest.raises(PlaceTaken):
            set_status(item, COMPLETE, by=dev, lease=LEASE)

    def test_nobody_takes_what_another_holds(self, session, item, amara, dev) -> None:
        claim_next(session, amara.user, lease=LEASE)

        with pytest.raises(PlaceTaken):
            set_status(item, DECLINED, by=dev, lease=LEASE)


class TestReopening:
    """The answers are withdrawn, the words stay as a draft."""

    def test_a_reviewer_takes_their_own_back_and_sends_it_again(self, item, dev) -> None:
        log(item, dev, value=True, rationale="It is.")
        say(item, COMPLETE, dev)

        assert say(item, PENDING, dev) == ("pending", "")
        review = Review.objects.get()
        assert (review.state, review.claimed_until) == ("draft", None)
        assert Assessment.objects.standing().count() == 0
        assert say(item, COMPLETE, dev)[0] == "complete"
        assert Assessment.objects.standing().get().rationale == "It is."

    def test_another_reviewer_may_not(self, item, amara, dev) -> None:
        say(item, DECLINED, amara)

        with pytest.raises(NotTheFinisher):
            set_status(item, PENDING, by=dev, lease=LEASE)

    def test_a_reviewer_does_not_undo_a_managers_word(self, item, amara, boss) -> None:
        submit(item, YES, by=amara, lease=LEASE)
        say(item, by_force(DECLINED), boss)

        with pytest.raises(NotTheFinisher):
            set_status(item, PENDING, by=amara, lease=LEASE)

    def test_a_manager_sends_reviews_back_which_is_audited(self, item, amara, boss) -> None:
        submit(item, YES, by=amara, lease=LEASE)

        assert say(item, by_force(PENDING), boss) == ("pending", "")

        assert Review.objects.get(item=item).state == "draft"
        assert Assessment.objects.get().retracted_at is not None
        acts = set(AuditEvent.objects.values_list("act", flat=True))
        assert {"assessment retracted", "item reopened"} <= acts

    def test_a_review_that_did_not_finish_the_item_stays(
        self, experiment, manager, amara, boss
    ) -> None:
        item = make_session(experiment, manager, reviews_required=2).items.in_order()[0]
        submit(item, YES, by=amara, lease=LEASE)
        say(item, by_force(COMPLETE), boss)

        assert say(item, by_force(PENDING), boss) == ("pending", "")
        assert Review.objects.get(item=item).state == "submitted"


class TestForce:
    """A manager finishes the item, whatever the reviews are, and it says so."""

    def test_it_is_marked_attributed_and_audited(self, session, item, boss) -> None:
        StaleMark.objects.all().delete()
        named = replace(by_force(COMPLETE), named="alice")

        assert say(item, named, boss) == ("complete", "manager@example.org")

        assert (item.is_forced, item.finished_as) == (True, "alice")
        assert item.finished_at == item.changed_at is not None
        assert AuditEvent.objects.filter(act="item complete by force").count() == 1
        assert StaleMark.objects.filter(run=session.run).count() == 1
        assert not Review.objects.exists()

    def test_changing_it_names_anew_and_the_same_changes_nothing(self, item, boss, owner) -> None:
        say(item, replace(by_force(COMPLETE), named="alice"), boss)
        say(item, by_force(COMPLETE), Credential(user=owner))
        assert (item.finished_as, item.finished_by) == ("alice", boss.user)

        assert say(item, by_force(DECLINED), Credential(user=owner)) == (
            "declined",
            "owner@example.org",
        )
        assert item.finished_as == ""
        assert say(item, by_force(PENDING), boss) == ("pending", "")
        assert (item.is_forced, item.finished_at) == (False, None)


class TestWhoAndWhen:
    """Only in an open session, only by its reviewers or managers."""

    @pytest.mark.parametrize("verdict", [COMPLETE, DECLINED, PENDING])
    def test_an_outsider_says_nothing(self, item, outsider, verdict) -> None:
        with pytest.raises(NotAReviewer):
            set_status(item, verdict, by=Credential(user=outsider), lease=LEASE)

    @pytest.mark.parametrize("is_forced", [True, False])
    def test_a_closed_session_takes_nothing(self, session, item, amara, boss, is_forced) -> None:
        close_session(session, by=boss, now=NOW)
        verdict = replace(COMPLETE, by_force=is_forced)

        with pytest.raises(SessionClosed):
            set_status(item, verdict, by=boss if is_forced else amara, lease=LEASE)
