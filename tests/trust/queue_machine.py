"""A labeling session as a Hypothesis state machine over the tables and a model in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from assessments.drafts import Draft
from assessments.models import Assessment, Revision
from assessments.recording import override, retract
from labeling import aggregation, managing, places, queueing, reasking, reviewing, stocking
from labeling.answering import InvalidAnswers, Reply, Submission
from labeling.models import (
    Answer,
    Consensus,
    DraftRevision,
    LabelingSession,
    QueueItem,
    Review,
)
from labeling.plans import Asking, Plan
from schemas.defining import edit_schema
from schemas.models import LabelSchema
from tests.factories import LEASE, NOW
from tests.trust.queue_model import Said, Seat, SessionModel, Standing
from tests.trust.world import OPTIONS, QUEUE_ITEMS, QUEUE_REVIEWERS, QueueWorld

Result = TypeVar("Result")
Place = tuple[int, int]

items = st.integers(0, QUEUE_ITEMS - 1)
reviewers = st.integers(0, QUEUE_REVIEWERS - 1)
turns = st.integers(0, QUEUE_ITEMS * QUEUE_REVIEWERS - 1)
ages = st.sampled_from(["any", "fresh", "any", "fresh", "old"])
sayings = st.builds(
    Said, value=st.sampled_from(OPTIONS), rationale=st.sampled_from(["", "It is.", "Zürich ✓"])
) | st.builds(Said, cannot_judge=st.sampled_from(["No document.", "Off topic."]))


class QueueMachine(RuleBasedStateMachine):
    """Each rule does one act to the tables and to the model; the invariants compare the two."""

    world: QueueWorld

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        self.said: set[tuple[int, int, Said]] = set()
        self.typed: set[tuple[int, int, Said]] = set()
        self.overrides: list[tuple[Assessment, Standing]] = []
        self.has_moved = False

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    @initialize(
        required=st.integers(1, QUEUE_REVIEWERS),
        given=st.lists(sayings, min_size=1, max_size=QUEUE_REVIEWERS),
    )
    def open_session(self, required: int, given: list[Said]) -> None:
        plan = Plan(
            name="machine",
            questions=[Asking(name="quality")],
            reviews_required=required,
        )
        by = self.world.manager
        self.session = managing.create_session(self.world.experiment, plan, by=by, now=NOW)
        stocking.add_traces(self.session, [trace.trace_id for trace in self.world.traces])
        managing.open_session(self.session, by=by, now=NOW)
        self.items = list(QueueItem.objects.filter(session=self.session).in_order())
        self.model = SessionModel(required=required, items=QUEUE_ITEMS, options=OPTIONS)
        for reviewer, said in enumerate(given):
            self.hand_in(0, reviewer, said, "any")

    @rule(reviewer=reviewers)
    def claim(self, reviewer: int) -> None:
        person = self.world.reviewers[reviewer].user
        claimed = self.act(
            None if self.model.is_open else queueing.SessionClosed,
            lambda: queueing.claim_next(self.session, person, lease=LEASE),
        )
        if claimed is not None:
            self.check_next(reviewer, claimed)

    @precondition(lambda self: self.model.is_open)
    @rule(item=items, reviewer=reviewers, said=sayings, age=ages)
    def save_draft(self, item: int, reviewer: int, said: Said, age: str) -> None:
        refusal = self.refusal(item, reviewer, age) or self.already_filled(item, reviewer)
        submission = self.submission(item, reviewer, said, age)
        if self.review(reviewing.save_draft, item, reviewer, submission, refusal) is not None:
            self.model.write(item, reviewer, "draft")
            self.typed.add((item, reviewer, said))

    @rule(item=items, reviewer=reviewers, said=sayings, age=ages)
    def submit(self, item: int, reviewer: int, said: Said, age: str) -> None:
        self.hand_in(item, reviewer, said, age)

    @precondition(lambda self: self.model.is_open and self.filled())
    @rule(turn=turns, said=sayings, age=ages)
    def submit_again(self, turn: int, said: Said, age: str) -> None:
        self.hand_in(*one_of(self.filled(), turn), said, age)

    def hand_in(self, item: int, reviewer: int, said: Said, age: str) -> None:
        """Submit, in the tables and in the model."""
        refusal = self.refusal(item, reviewer, age)
        if refusal is None and said.value is not None and said.value not in self.model.options:
            refusal = InvalidAnswers
        submission = self.submission(item, reviewer, said, age)
        outcome = self.review(reviewing.submit, item, reviewer, submission, refusal)
        if outcome is None:
            return
        earlier = self.model.seats.get((item, reviewer))
        was_submitted = earlier is not None and earlier.state == "submitted"
        seat = self.model.write(item, reviewer, "submitted")
        self.has_moved = True
        self.model.answer(seat, said)
        self.said.add((item, reviewer, said))
        self.typed.add((item, reviewer, said))
        if was_submitted:
            assert outcome.next is None
        else:
            self.check_next(reviewer, outcome.next, after=item)

    @precondition(lambda self: self.model.is_open)
    @rule(item=items, reviewer=reviewers, age=ages)
    def cannot_judge(self, item: int, reviewer: int, age: str) -> None:
        submission = self.submission(item, reviewer, None, age, reason="Not my language.")
        refusal = self.refusal(item, reviewer, age)
        outcome = self.review(reviewing.cannot_judge, item, reviewer, submission, refusal)
        if outcome is not None:
            seat = self.model.write(item, reviewer, "cannot_judge", keeps_draft=True)
            self.withdraw(seat)
            self.check_next(reviewer, outcome.next, after=item)

    @precondition(lambda self: self.model.is_open)
    @rule(item=items, reviewer=reviewers, age=ages)
    def skip(self, item: int, reviewer: int, age: str) -> None:
        refusal = self.refusal(item, reviewer, age, may_be_full=True)
        refusal = refusal or self.already_filled(item, reviewer)
        submission = self.submission(item, reviewer, None, age)
        outcome = self.review(reviewing.skip, item, reviewer, submission, refusal)
        if outcome is not None:
            self.model.write(item, reviewer, "skipped", keeps_draft=True)
            self.check_next(reviewer, outcome.next, after=item, skipped_too=False)

    @precondition(lambda self: self.model.is_open and self.filled())
    @rule(turn=turns, age=ages)
    def undo(self, turn: int, age: str) -> None:
        item, reviewer = one_of(self.filled(), turn)
        refusal = self.refusal(item, reviewer, age)
        submission = self.submission(item, reviewer, None, age)
        if self.review(reviewing.undo, item, reviewer, submission, refusal) is not None:
            self.withdraw(self.model.write(item, reviewer, "draft", keeps_draft=True))

    @precondition(lambda self: self.model.is_open)
    @rule(item=items, reviewer=reviewers)
    def expire(self, item: int, reviewer: int) -> None:
        held = Review.objects.filter(
            item=self.items[item], reviewer=self.world.reviewers[reviewer].user
        )
        held.filter(claimed_until__isnull=False).update(claimed_until=NOW - 99 * LEASE)
        seat = self.model.seats.get((item, reviewer))
        if seat is not None:
            seat.live = False

    @precondition(lambda self: self.answered())
    @rule(turn=turns)
    def override(self, turn: int) -> None:
        place = one_of(self.answered(), turn)
        draft = Draft(name="quality", kind="feedback", value="Fair")
        assessment = override(self.assessment(*place), draft, by=self.world.manager, now=NOW)
        standing = self.model.seats[place].answer
        assert standing is not None
        standing.overrides += 1
        self.overrides.append((assessment, standing))

    @precondition(lambda self: self.overrides)
    @rule()
    def retract_override(self) -> None:
        assessment, standing = self.overrides.pop()
        retract(assessment, by=self.world.manager, now=NOW)
        standing.overrides -= 1

    @precondition(lambda self: self.answered())
    @rule(turn=turns)
    def retract_answer(self, turn: int) -> None:
        place = one_of(self.answered(), turn)
        target = self.assessment(*place)
        retract(target, by=self.world.manager, now=NOW, may_retract_any=True)
        self.withdraw(self.model.seats[place])

    @rule(item=items)
    def remove_or_bring_back(self, item: int) -> None:
        if item in self.model.removed:
            stocking.add_traces(self.session, [self.world.traces[item].trace_id])
        else:
            stocking.remove_items(self.session, [self.items[item].item_id], now=NOW)
        self.model.removed ^= {item}
        self.has_moved = True

    @rule(options=st.sampled_from([OPTIONS, OPTIONS[:2], (*OPTIONS, "Bad"), ("Poor", "Good")]))
    def edit_schema(self, options: tuple[str, ...]) -> None:
        self.redefine(options)

    def redefine(self, options: tuple[str, ...]) -> None:
        """The question with other options, in the tables and in the model."""
        schema = LabelSchema.objects.get(pk=self.world.schema.pk)
        edit_schema(schema, QueueWorld.definition(options), by=self.world.manager)
        self.model.edit_schema(options)
        self.has_moved = True

    @precondition(lambda self: self.filled() or not self.model.is_open)
    @rule(options=st.sampled_from([OPTIONS[:2], OPTIONS[1:]]))
    def ask_again(self, options: tuple[str, ...]) -> None:
        self.redefine(options)
        schema = LabelSchema.objects.select_related("current").get(pk=self.world.schema.pk)
        stale = self.model.stale()
        done = self.act(
            None if self.model.is_open else queueing.SessionClosed,
            lambda: reasking.ask_again(self.session, schema, by=self.world.manager),
        )
        if done is not None:
            assert (done.asked, done.left) == (len(stale), 0)
            for place in stale:
                self.withdraw(self.model.give_back(*place))

    @precondition(lambda self: self.model.is_open and self.filled())
    @rule()
    def close(self) -> None:
        managing.close_session(self.session, by=self.world.manager, now=NOW)
        self.model.close()

    @precondition(lambda self: not self.model.is_open)
    @rule()
    def reopen(self) -> None:
        managing.reopen_session(self.session, by=self.world.manager)
        self.model.reopen()

    @precondition(lambda self: self.has_moved)
    @rule()
    def aggregate(self) -> None:
        aggregation.sweep()
        self.has_moved = False

        rows = Consensus.objects.filter(item__session=self.session).select_related("item")
        found = {row.item.position - 1: (row.value, row.n, row.tie) for row in rows}
        assert found == self.model.consensus()
        assert list(aggregation.differences([LabelingSession.objects.get()])) == []

    @invariant()
    def items_stand_where_the_model_says(self) -> None:
        rows = QueueItem.objects.in_order()
        found = [(row.status, row.removed_at is not None) for row in rows]
        assert found == [
            (self.model.status(n), n in self.model.removed) for n in range(QUEUE_ITEMS)
        ]

    @invariant()
    def reviews_stand_where_the_model_says(self) -> None:
        rows = Review.objects.values_list(
            "item__position", "reviewer", "state", "version", "claimed_until"
        )
        numbers = {by.user.pk: n for n, by in enumerate(self.world.reviewers)}
        found = {
            (position - 1, numbers[reviewer]): (state, version, bool(until and until > NOW))
            for position, reviewer, state, version, until in rows
        }
        wanted = {key: (s.state, s.version, s.live) for key, s in self.model.seats.items()}
        assert found == wanted

    @invariant()
    def answers_stand_as_the_model_says(self) -> None:
        answers = Answer.objects.select_related(
            "assessment", "review__item", "review__reviewer", "schema_version"
        )
        found = {self.key(answer.review): self.standing(answer) for answer in answers}
        wanted = {key: seat.answer for key, seat in self.model.seats.items() if seat.answer}
        assert {key: standing for key, standing in found.items() if standing} == wanted

    @invariant()
    def every_acknowledged_word_is_kept(self) -> None:
        drafts = DraftRevision.objects.select_related("review__item", "review__reviewer")
        typed = {(*self.key(row.review), reply_said(row.draft)) for row in drafts}
        revisions = Revision.objects.filter(assessment__run=self.session.run)
        said = set(revisions.values_list("assessment__trace", "author", "value", "rationale"))
        wanted = {
            (self.world.traces[item].pk, self.world.reviewers[who].user.pk, s.value, s.rationale)
            for item, who, s in self.said
            if s.value is not None
        }
        assert typed >= self.typed
        assert said >= wanted

    @invariant()
    def history_has_no_gaps(self) -> None:
        numbers: dict[Any, list[int]] = {}
        for pk, number in Revision.objects.order_by("number").values_list("assessment", "number"):
            numbers.setdefault(pk, []).append(number)
        versions = dict(Assessment.objects.values_list("pk", "version"))
        assert numbers == {pk: list(range(1, last + 1)) for pk, last in versions.items()}

    def act(self, refusal: type[Exception] | None, call: Callable[[], Result]) -> Result | None:
        """The call's result; None when the model expects, and gets, a refusal."""
        if refusal is None:
            return call()
        with pytest.raises(refusal):
            call()
        return None

    def review(
        self,
        verb: Callable[..., reviewing.Outcome],
        item: int,
        reviewer: int,
        submission: Submission,
        refusal: type[Exception] | None,
    ) -> reviewing.Outcome | None:
        """One of the reviewer's verbs."""
        by = self.world.reviewers[reviewer]
        return self.act(refusal, lambda: verb(self.items[item], submission, by=by, lease=LEASE))

    def check_next(
        self, reviewer: int, found: Any, *, after: int | None = None, skipped_too: bool = True
    ) -> None:
        """`next` gives what the model gives, and never a place beyond N."""
        wanted = self.model.next_for(reviewer, after=after, skipped_too=skipped_too)
        assert found is not None
        assert (found.review.item.position - 1 if found.review else None) == wanted
        if wanted is not None:
            held_already = self.model.seats.get((wanted, reviewer))
            if held_already is None or not held_already.live:
                assert self.model.places(wanted) < self.model.required
            self.model.take(wanted, reviewer)

    def refusal(
        self, item: int, reviewer: int, age: str, *, may_be_full: bool = False
    ) -> type[Exception] | None:
        """Why the model refuses any of the reviewer's verbs."""
        if not self.model.is_open:
            return queueing.SessionClosed
        seat = self.model.seats.get((item, reviewer))
        if seat is not None:
            return places.ReviewChanged if age == "old" else None
        return None if may_be_full or self.model.has_room(item) else places.PlaceTaken

    def already_filled(self, item: int, reviewer: int) -> type[Exception] | None:
        """A submitted review is left alone until it is undone."""
        seat = self.model.seats.get((item, reviewer))
        return reviewing.WrongMoment if seat is not None and seat.fills else None

    def submission(
        self, item: int, reviewer: int, said: Said | None, age: str, *, reason: str = ""
    ) -> Submission:
        """What a page would send that had read a version of this age."""
        seat = self.model.seats.get((item, reviewer))
        version = seat.version if seat else 1
        expected = {"any": None, "fresh": version, "old": version - 1}[age]
        replies = {} if said is None else {"quality": Reply(**vars(said))}
        return Submission(replies=replies, expected_version=expected, reason=reason)

    def filled(self) -> list[Place]:
        """Where a review is submitted or impossible."""
        return [place for place, seat in self.model.seats.items() if seat.fills]

    def answered(self) -> list[Place]:
        """Where an assessment stands."""
        seats = self.model.seats.items()
        return [place for place, s in seats if s.answer and s.answer.said.value is not None]

    def withdraw(self, seat: Seat) -> None:
        """An answer's assessment is retracted; "cannot judge" of the question is no assessment."""
        self.has_moved = True
        if seat.answer is not None and seat.answer.said.value is not None:
            seat.answer = None

    def assessment(self, item: int, reviewer: int) -> Assessment:
        """What stands of a reviewer about an item."""
        by = self.world.reviewers[reviewer]
        answer = Answer.objects.get(review__item=self.items[item], review__reviewer=by.user)
        assert answer.assessment is not None
        return answer.assessment

    def key(self, review: Review) -> tuple[int, int]:
        """Item and reviewer as the model numbers them."""
        people = [by.user.pk for by in self.world.reviewers]
        return review.item.position - 1, people.index(review.reviewer_id)

    def standing(self, answer: Answer) -> Standing | None:
        """An Answer row in the model's words; None when it was withdrawn."""
        number = answer.schema_version.number
        if answer.cannot_judge:
            return Standing(Said(cannot_judge=answer.cannot_judge), number)
        assessment = answer.assessment
        if assessment is None or assessment.retracted_at is not None:
            return None
        overrides = assessment.overridden_by.present().count()
        assert assessment.valid == (overrides == 0)
        return Standing(Said(assessment.value, assessment.rationale), number, overrides)


def one_of(places: list[Place], turn: int) -> Place:
    """A place that hypothesis chooses."""
    return places[turn % len(places)]


def reply_said(draft: dict[str, Any]) -> Said:
    """A stored draft in the model's words."""
    return Said(**draft.get("quality", {}))
