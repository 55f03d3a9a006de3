"""What a reviewer does with an item, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.credentials import Credential
from assessments.models import Assessment, Revision, StaleMark
from labeling.answering import InvalidAnswers, Reply, Submission
from labeling.managing import close_session, set_reviewers
from labeling.models import Answer, DraftRevision, QueueItem, Review
from labeling.places import PlaceTaken, ReviewChanged
from labeling.queueing import NotAReviewer, SessionClosed, claim_next
from labeling.reviewing import WrongMoment, cannot_judge, save_draft, skip, submit, undo
from labeling.stocking import remove_items
from schemas.defining import definition_of, edit_schema
from schemas.models import LabelSchema
from tests.factories import LEASE, NOW, make_schema, make_session, make_user
from tests.places import Place, make_place

pytestmark = pytest.mark.django_db
YES = Submission(replies={"correct": Reply(value=True, rationale="It is.")})
NO = Submission(replies={"correct": Reply(value=False)})
EMPTY = Submission()


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture
def jonas(second_reviewer) -> Credential:
    return Credential(user=second_reviewer)


class TestSubmitting:
    """Answers become assessments, in one transaction with everything that follows."""

    def test_an_answer_is_attributed_and_tied_to_the_session(self, session, item, amara) -> None:
        outcome = submit(item, YES, by=amara, lease=LEASE)

        label = Assessment.objects.get()
        answer = Answer.objects.get()
        assert (label.source_type, label.source_id) == ("HUMAN", "amara@example.org")
        assert (label.run, label.value, label.rationale) == (session.run, True, "It is.")
        assert answer.assessment == label
        assert answer.first_revision.number == 1
        assert answer.schema_version == label.schema_version
        assert outcome.review.state == "submitted"
        assert StaleMark.objects.filter(run=session.run).exists()

    def test_the_item_is_complete_and_the_next_one_claimed(self, item, amara) -> None:
        outcome = submit(item, YES, by=amara, lease=LEASE)

        item.refresh_from_db()
        assert (item.status, item.finished_by) == ("complete", amara.user)
        assert outcome.next.review.item.position == 2

    def test_a_misfit_rolls_the_whole_submit_back(self, experiment, manager, amara) -> None:
        session = make_session(experiment, manager, questions=("correct", "tone"), traces=1)
        item = session.items.get()
        wrong = replace(YES, replies=dict(YES.replies) | {"tone": Reply(value="Loud")})

        with pytest.raises(InvalidAnswers) as caught:
            submit(item, wrong, by=amara, lease=LEASE)

        assert list(caught.value.fields) == ["tone"]
        assert not Assessment.objects.exists()
        assert not Review.objects.exists()

    def test_submitting_the_same_again_changes_nothing(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)
        outcome = submit(item, YES, by=amara, lease=LEASE)

        assert Assessment.objects.count() == 1
        assert Revision.objects.count() == 1
        assert outcome.next is None

    def test_going_back_and_changing_revises(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)
        submit(item, NO, by=amara, lease=LEASE)

        label = Assessment.objects.get()
        assert (label.value, label.version) == (False, 2)
        assert Answer.objects.get().first_revision.value is False

    def test_clearing_an_optional_answer_retracts_it(self, experiment, manager, amara) -> None:
        session = make_session(experiment, manager, questions=("correct", "tone"), traces=1)
        session.questions.filter(label_schema__name="tone").update(required=False)
        item = session.items.get()
        both = replace(YES, replies=dict(YES.replies) | {"tone": Reply(value="Rude")})

        submit(item, both, by=amara, lease=LEASE)
        submit(item, YES, by=amara, lease=LEASE)
        submit(item, YES, by=amara, lease=LEASE)

        assert Assessment.objects.present().get().name == "correct"

    def test_a_question_may_be_said_to_be_impossible(self, item, amara) -> None:
        cannot = Submission(replies={"correct": Reply(cannot_judge="Outside my area")})

        submit(item, cannot, by=amara, lease=LEASE)
        submit(item, cannot, by=amara, lease=LEASE)
        assert Answer.objects.get().cannot_judge == "Outside my area"
        assert not Assessment.objects.exists()
        submit(item, YES, by=amara, lease=LEASE)
        submit(item, cannot, by=amara, lease=LEASE)

        assert not Assessment.objects.present().exists()

    def test_an_open_optional_question_has_no_answer(self, experiment, manager, amara) -> None:
        session = make_session(experiment, manager, questions=("tone",), traces=1)
        session.questions.update(required=False)

        submit(session.items.get(), EMPTY, by=amara, lease=LEASE)

        assert not Answer.objects.exists()

    def test_a_late_submit_is_accepted_and_marked(self, item, session, amara, jonas) -> None:
        claim_next(session, amara.user, lease=timedelta(seconds=-1))
        submit(item, NO, by=jonas, lease=LEASE)

        outcome = submit(item, YES, by=amara, lease=LEASE)

        assert outcome.review.is_late is True
        assert Assessment.objects.count() == 2

    def test_a_removed_item_still_takes_what_was_being_written(self, session, item, amara) -> None:
        claim_next(session, amara.user, lease=LEASE)
        remove_items(session, [item.item_id], now=NOW)

        assert submit(item, YES, by=amara, lease=LEASE).review.is_late is True

    def test_an_answer_moves_to_the_version_it_is_changed_under(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)
        schema = LabelSchema.objects.get()
        edit_schema(schema, replace(definition_of(schema), title="Is it right?"), by=None)

        submit(item, NO, by=amara, lease=LEASE)

        assert Assessment.objects.get().schema_version.number == 2
        assert list(Revision.objects.order_by("number").values_list("schema_version__number")) == [
            (1,),
            (2,),
        ]

    def test_the_same_answer_given_again_moves_to_the_new_version(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)
        schema = LabelSchema.objects.get()
        edit_schema(schema, replace(definition_of(schema), title="Is it right?"), by=None)

        submit(item, YES, by=amara, lease=LEASE)

        assert Answer.objects.get().schema_version.number == 2
        assert Assessment.objects.get().version == 2

    def test_active_time_adds_up_within_reason(self, item, amara) -> None:
        save_draft(item, replace(YES, active_ms=1500), by=amara, lease=LEASE)
        submit(item, replace(YES, active_ms=-10), by=amara, lease=LEASE)

        assert Review.objects.get(item=item).active_ms == 1500


class TestAfterReveal:
    """The first answer is kept once others' could be read."""

    @pytest.mark.parametrize(("blind", "marked"), [("until_submitted", True), ("always", False)])
    def test_a_later_change_is_marked_when_others_were_visible(
        self, experiment, manager, amara, jonas, blind, marked
    ) -> None:
        session = make_session(experiment, manager, traces=1, reviews_required=2, blind=blind)
        item = session.items.get()
        submit(item, YES, by=amara, lease=LEASE)
        submit(item, NO, by=jonas, lease=LEASE)

        submit(item, NO, by=amara, lease=LEASE)

        answer = Answer.objects.get(review__reviewer=amara.user)
        assert answer.edited_after_reveal is marked
        assert answer.first_revision.value is marked
        assert answer.assessment.value is False

    def test_a_manager_who_reviews_is_marked(self, experiment, manager) -> None:
        session = make_session(experiment, manager, traces=1, reviews_required=2)
        item = session.items.get()

        outcome = submit(item, YES, by=Credential(user=manager), lease=LEASE)

        assert outcome.review.could_see_others is True


class TestDrafts:
    """Unsent answers are kept with their history and are no assessments."""

    def test_every_saved_state_stays(self, item, amara) -> None:
        first = save_draft(item, YES, by=amara, lease=LEASE).review
        save_draft(item, replace(NO, expected_version=first.version), by=amara, lease=LEASE)

        values = [row.draft["correct"]["value"] for row in DraftRevision.objects.order_by("number")]
        assert values == [True, False]
        assert not Assessment.objects.exists()

    def test_an_old_tab_is_told(self, item, amara) -> None:
        first = save_draft(item, YES, by=amara, lease=LEASE).review
        save_draft(item, replace(NO, expected_version=first.version), by=amara, lease=LEASE)

        with pytest.raises(ReviewChanged) as caught:
            submit(item, replace(YES, expected_version=first.version), by=amara, lease=LEASE)

        assert caught.value.current.draft["correct"]["value"] is False

    def test_only_questions_of_the_session_are_kept(self, item, amara) -> None:
        stray = Submission(replies={"mood": Reply(value=1)})

        with pytest.raises(InvalidAnswers):
            save_draft(item, stray, by=amara, lease=LEASE)

    def test_a_submitted_item_is_no_draft(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)

        with pytest.raises(WrongMoment):
            save_draft(item, NO, by=amara, lease=LEASE)


class TestLeaving:
    """Skip, cannot judge, undo: all reversible."""

    def test_skipping_keeps_what_was_typed_and_goes_on(self, item, amara) -> None:
        save_draft(item, YES, by=amara, lease=LEASE)

        outcome = skip(item, EMPTY, by=amara, lease=LEASE)

        assert (outcome.review.state, outcome.review.claimed_until) == ("skipped", None)
        assert outcome.review.draft["correct"]["value"] is True
        assert outcome.next.review.item.position == 2

    def test_a_submitted_item_is_not_skipped(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)

        with pytest.raises(WrongMoment):
            skip(item, EMPTY, by=amara, lease=LEASE)

    def test_cannot_judge_fills_a_place_and_declines_the_item(self, item, amara) -> None:
        outcome = cannot_judge(
            item, Submission(reason="Outside my area", note="Law"), by=amara, lease=LEASE
        )

        item.refresh_from_db()
        assert (outcome.review.reason, outcome.review.note) == ("Outside my area", "Law")
        assert item.status == "declined"

    def test_cannot_judge_keeps_the_words_on_the_page(self, item, amara) -> None:
        words = {"correct": Reply(rationale="Half a thought")}

        outcome = cannot_judge(
            item, Submission(replies=words, reason="Outside my area"), by=amara, lease=LEASE
        )

        assert outcome.review.draft["correct"]["rationale"] == "Half a thought"

    def test_cannot_judge_needs_a_reason(self, item, amara) -> None:
        with pytest.raises(InvalidAnswers):
            cannot_judge(item, EMPTY, by=amara, lease=LEASE)
        with pytest.raises(InvalidAnswers):
            cannot_judge(item, Submission(reason="Law", note="x" * 20_001), by=amara, lease=LEASE)

    def test_cannot_judge_after_submit_retracts_the_labels(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)

        cannot_judge(item, Submission(reason="Not enough"), by=amara, lease=LEASE)

        assert not Assessment.objects.present().exists()

    def test_one_judgement_completes_an_item_others_could_not_judge(
        self, experiment, manager, amara, jonas
    ) -> None:
        session = make_session(experiment, manager, traces=1, reviews_required=2)
        item = session.items.get()

        cannot_judge(item, Submission(reason="Law"), by=amara, lease=LEASE)
        submit(item, YES, by=jonas, lease=LEASE)

        item.refresh_from_db()
        assert item.status == "complete"

    def test_undo_makes_it_a_draft_and_withdraws_the_labels(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)

        outcome = undo(item, EMPTY, by=amara, lease=LEASE)

        item.refresh_from_db()
        assert (outcome.review.state, item.status) == ("draft", "pending")
        assert outcome.review.draft["correct"] == {"value": True, "rationale": "It is."}
        assert not Assessment.objects.present().exists()

    def test_submitting_after_undo_gives_one_standing_label(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)
        undo(item, EMPTY, by=amara, lease=LEASE)

        submit(item, NO, by=amara, lease=LEASE)

        label = Assessment.objects.present().get()
        assert Answer.objects.get().assessment == label

    def test_undo_needs_something_to_undo(self, item, amara) -> None:
        save_draft(item, YES, by=amara, lease=LEASE)

        with pytest.raises(WrongMoment):
            undo(item, EMPTY, by=amara, lease=LEASE)

    def test_an_item_completed_by_force_stays_so(self, item, amara) -> None:
        submit(item, YES, by=amara, lease=LEASE)
        QueueItem.objects.filter(pk=item.pk).update(is_forced=True)

        undo(item, EMPTY, by=amara, lease=LEASE)

        item.refresh_from_db()
        assert item.status == "complete"


class TestBorders:
    """Who may write, and when."""

    @pytest.mark.parametrize("verb", [save_draft, submit, skip, undo])
    def test_a_closed_session_takes_nothing(self, session, item, amara, manager, verb) -> None:
        close_session(session, by=Credential(user=manager), now=NOW)

        with pytest.raises(SessionClosed):
            verb(item, YES, by=amara, lease=LEASE)
        assert not Review.objects.exists()

    def test_an_outsider_takes_no_place(self, item, outsider) -> None:
        with pytest.raises(NotAReviewer):
            submit(item, YES, by=Credential(user=outsider), lease=LEASE)

    def test_somebody_removed_writes_no_more(self, session, item, amara, manager) -> None:
        claim_next(session, amara.user, lease=LEASE)
        other = make_user()

        set_reviewers(session, [other.email], by=Credential(user=manager), now=NOW)

        with pytest.raises(NotAReviewer):
            submit(item, YES, by=amara, lease=LEASE)

    def test_a_full_item_is_not_opened_directly_but_may_be_skipped(
        self, session, item, amara, jonas
    ) -> None:
        claim_next(session, amara.user, lease=LEASE)

        with pytest.raises(PlaceTaken):
            submit(item, YES, by=jonas, lease=LEASE)
        assert skip(item, EMPTY, by=jonas, lease=LEASE).review.state == "skipped"

    def test_required_comments_are_asked_for(self, experiment, manager, amara) -> None:
        make_schema(experiment, "tone", comment="required")
        session = make_session(experiment, manager, questions=("tone",), traces=1)
        item = session.items.get()

        with pytest.raises(InvalidAnswers) as caught:
            submit(item, Submission(replies={"tone": Reply(value="Rude")}), by=amara, lease=LEASE)

        assert caught.value.fields == {"tone": "Say why, in a comment."}

    def test_a_comment_nobody_asked_for_is_not_kept(self, experiment, manager, amara) -> None:
        make_schema(experiment, "tone", comment="off")
        session = make_session(experiment, manager, questions=("tone",), traces=1)
        reply = Reply(value="Rude", rationale="typed by hand")

        submit(session.items.get(), Submission(replies={"tone": reply}), by=amara, lease=LEASE)

        assert Assessment.objects.get().rationale == ""
