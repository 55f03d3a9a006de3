"""One more reviewer where the answers differ, up to a bound; then an adjudicator decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from accounts.credentials import Credential
from accounts.models import AuditEvent
from assessments.escalation import Rule
from assessments.models import StaleMark
from labeling import aggregation, escalating
from labeling.adjudicating import Decision, ask_another, settle
from labeling.answering import Reply, Submission
from labeling.computing import compute
from labeling.managing import close_session, delete_session, edit_session
from labeling.models import Assignment, Consensus, LabelingSession, QueueItem
from labeling.planning import plan_of
from labeling.plans import InvalidPlan
from labeling.queue_reading import item_records, items_to_show, own_status
from labeling.queueing import claim_next
from labeling.reviewing import cannot_judge, skip, submit, undo
from labeling.statuses import Verdict, set_status
from labeling.stocking import name_reviewers, remove_items
from schemas.inputs import Categorical, describe_input
from schemas.models import SchemaVersion
from tests.factories import LEASE, NOW, make_session, make_user
from traces.json_values import Json

pytestmark = pytest.mark.django_db
TIE = Rule(when="tie", max_reviews=4)
Status = QueueItem.Status


@pytest.fixture
def boss(manager) -> Credential:
    return Credential(user=manager)


@pytest.fixture
def people():
    return [Credential(user=make_user(f"r{n}@example.org")) for n in range(5)]


@pytest.fixture
def build(experiment, manager, people):
    """A session of some of the people with one item."""

    def built(n: int = 5, **plan: object) -> QueueItem:
        users = tuple(person.user for person in people[:n])
        columns: dict[str, Any] = {"traces": 1, "reviews_required": 2, "escalation": TIE, **plan}
        session = make_session(experiment, manager, reviewers=users, **columns)
        return session.items.get()

    return built


def say(item: QueueItem, by: Credential, value: Json, name: str = "correct") -> None:
    replies = {name: Reply(value=value)}
    submit(item, Submission(replies=replies), by=by, lease=LEASE)


def cannot(item: QueueItem, by: Credential) -> None:
    cannot_judge(item, Submission(reason="Not my field"), by=by, lease=LEASE)


def settled(item: QueueItem) -> QueueItem:
    """The item once the worker has nothing left to do."""
    aggregation.sweep()
    assert aggregation.sweep() == 0
    item.refresh_from_db()
    return item


def state(item: QueueItem) -> tuple[str, int, int, str]:
    """Its status, how many reviews it wants, how many by the rule, and why it was handed over."""
    settled(item)
    return (item.status, item.reviews_required, item.escalated, item.handed_over)


def events() -> list[tuple[str, dict[str, object]]]:
    rows = AuditEvent.objects.filter(actor="system").exclude(act="label schema created")
    return [(row.act, row.details) for row in rows.order_by("pk")]


@pytest.fixture
def tied(build, people):
    """An item on which two differ."""
    item = build()
    say(item, people[0], True)
    say(item, people[1], False)
    return item


class TestAsking:
    """A complete item on which people differ is pending again."""

    def test_a_tie_asks_one_more_and_says_so(self, build, people):
        item = build()
        say(item, people[0], True)
        say(item, people[1], False)

        assert state(item) == ("pending", 3, 1, "")
        details = {"item": item.item_id, "reviews_required": 3, "of": ["correct"]}
        assert events() == [("item escalated", details)]
        assert claim_next(item.session, people[2].user, lease=LEASE).review.item == item

    def test_an_item_that_then_agrees_is_left_alone(self, build, people):
        item = build()
        for person, value in zip(people, [True, False, True], strict=False):
            say(item, person, value)
            settled(item)

        assert state(item) == ("complete", 3, 1, "")
        assert Consensus.objects.get(item=item).value is True

    def test_agreement_asks_nobody(self, build, people):
        item = build()
        say(item, people[0], True)
        say(item, people[1], True)

        assert state(item) == ("complete", 2, 0, "")
        assert events() == []

    def test_an_incomplete_item_waits(self, build, people):
        item = build(reviews_required=3)
        say(item, people[0], True)
        say(item, people[1], False)

        assert state(item) == ("pending", 3, 0, "")

    def test_without_a_rule_nothing_happens(self, build, people):
        item = build(escalation=None)
        say(item, people[0], True)
        say(item, people[1], False)

        assert state(item) == ("complete", 2, 0, "")

    def test_too_little_agreement_asks_too(self, build, people):
        rule = Rule(when="low_agreement", min_agreement=0.7, max_reviews=5)
        item = build(escalation=rule, reviews_required=3)
        for person, value in zip(people, [True, True, False], strict=False):
            say(item, person, value)
        assert state(item) == ("pending", 4, 1, "")

        say(item, people[3], True)

        assert state(item) == ("complete", 4, 1, "")

    def test_who_cannot_judge_settles_nothing_and_does_not_raise_the_bar(self, build, people):
        item = build()
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)
        cannot(item, people[2])

        assert state(item) == ("pending", 4, 2, "")
        say(item, people[3], True)

        assert state(item) == ("complete", 4, 2, "")
        assert Consensus.objects.get(item=item).value is True

    def test_nobody_can_judge(self, build, people):
        item = build()
        cannot(item, people[0])
        cannot(item, people[1])

        assert state(item) == ("declined", 2, 0, "")

    def test_the_figures_equal_their_recomputation(self, build, people):
        item = build()
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)

        assert Consensus.objects.get(item=item).tie
        assert list(aggregation.differences([item.session])) == []

    def test_turning_it_on_asks_about_what_was_complete(self, build, people, boss):
        item = build(escalation=None)
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)

        plan = plan_of(item.session)
        edit_session(item.session, with_rule(plan, TIE), by=boss, now=NOW)

        assert state(item) == ("pending", 3, 1, "")


def with_rule(plan, rule):
    return replace(plan, escalation=rule)


def cannot_answer(item: QueueItem, by: Credential, **others: Json) -> None:
    """Submit with other answers, but not this one."""
    replies = {name: Reply(value=value) for name, value in others.items()}
    replies["correct"] = Reply(cannot_judge="Not my field")
    submit(item, Submission(replies=replies), by=by, lease=LEASE)


class TestTooFewAnswers:
    """No combined answer, because somebody could not give one."""

    @pytest.mark.parametrize("when", ["tie", "low_agreement"])
    def test_one_who_cannot_judge_the_question_is_stood_in_for(self, build, people, when):
        rule = Rule(when=when, min_agreement=0.9, max_reviews=3)
        item = build(n=3, escalation=rule)
        say(item, people[0], True)
        cannot_answer(item, people[1])

        assert state(item) == ("pending", 3, 1, "")
        details = {"item": item.item_id, "reviews_required": 3, "of": ["correct"]}
        assert events() == [("item escalated", details)]

        say(item, people[2], True)
        assert state(item) == ("complete", 3, 1, "")
        assert Consensus.objects.get(item=item).value is True

    def test_so_is_one_who_cannot_judge_the_item(self, build, people):
        item = build()
        say(item, people[0], True)
        cannot(item, people[1])

        assert state(item) == ("pending", 3, 1, "")

    def test_where_somebody_else_was_asked_already_nobody_more_is(self, build, people):
        item = build(reroutes_cannot_judge=True)
        say(item, people[0], True)
        cannot(item, people[1])
        assert state(item) == ("pending", 3, 0, "")

        say(item, people[2], True)

        assert state(item) == ("complete", 3, 0, "")

    def test_with_nobody_left_it_is_handed_over(self, build, people):
        item = build(n=2)
        say(item, people[0], True)
        cannot_answer(item, people[1])

        assert state(item) == ("complete", 2, 0, "nobody_left")

    def test_a_question_nobody_can_judge_asks_nobody(self, build, people):
        item = build()
        for person in people[:2]:
            cannot_answer(item, person)

        assert state(item) == ("complete", 2, 0, "")

    def test_texts_never_come_to_one(self, build, people):
        item = build(questions=("improvement", "tone"))
        for person, text in zip(people, ["Shorter.", "Longer."], strict=False):
            replies = {"improvement": Reply(value=text), "tone": Reply(value="Neutral")}
            submit(item, Submission(replies=replies), by=person, lease=LEASE)

        assert state(item) == ("complete", 2, 0, "")

    @pytest.mark.parametrize(("reply", "stands"), [
        (None, ("complete", 2, 0, "")),
        (Reply(cannot_judge="Not my field"), ("pending", 3, 1, "")),
    ])  # fmt: skip
    def test_an_optional_question_left_out_asks_nobody(self, build, people, reply, stands):
        item = build(questions=("correct", "tone"))
        item.session.questions.filter(label_schema__name="tone").update(required=False)
        both = {"correct": Reply(value=True), "tone": Reply(value="Neutral")}
        submit(item, Submission(replies=both), by=people[0], lease=LEASE)
        other = {"correct": Reply(value=True)} | ({} if reply is None else {"tone": reply})
        submit(item, Submission(replies=other), by=people[1], lease=LEASE)

        assert state(item) == stands

    def test_a_settled_question_asks_nobody(self, build, people, boss):
        item = build()
        say(item, people[0], True)
        cannot_answer(item, people[1])
        settle(item, Decision(schema="correct", value=True), by=boss)

        assert state(item) == ("complete", 2, 0, "")

    def test_answers_that_do_not_fit_the_question_any_more_ask_nobody(self, build, people):
        """They are asked again of the people who gave them."""
        item = build(questions=("minutes",))
        for person in people[:2]:
            say(item, person, 5, "minutes")
        version = item.session.questions.get().label_schema.current
        ordered = describe_input(Categorical(("long", "short"), ordered=True))
        SchemaVersion.objects.filter(pk=version.pk).update(input=ordered)

        assert state(item) == ("complete", 2, 0, "")
        assert Consensus.objects.get(item=item).n == 0


class TestHandingOver:
    """When nobody more is asked, it is an adjudicator's."""

    def test_at_the_bound(self, build, people):
        item = build()
        for person, value in zip(people, [True, False], strict=False):
            say(item, person, value)
        settled(item)
        cannot(item, people[2])
        settled(item)
        cannot(item, people[3])

        assert state(item) == ("complete", 4, 2, "limit")
        details = {"item": item.item_id, "reason": "limit", "of": ["correct"]}
        assert events()[-1] == ("item handed to adjudication", details)

    def test_with_nobody_left_to_ask(self, build, people):
        item = build(n=2)
        say(item, people[0], True)
        say(item, people[1], False)

        assert state(item) == ("complete", 2, 0, "nobody_left")
        assert [act for act, _ in events()] == ["item handed to adjudication"]

    def test_somebody_who_joins_is_asked(self, build, people):
        item = build(n=2)
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)

        name_reviewers(item.session, [people[2].user.pk])

        assert state(item) == ("pending", 3, 1, "")

    def test_a_higher_bound_asks_on(self, build, people, boss):
        item = build(escalation=Rule(when="tie", max_reviews=3))
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)
        cannot(item, people[2])
        assert state(item) == ("complete", 3, 1, "limit")

        item.session.refresh_from_db()
        edit_session(item.session, with_rule(plan_of(item.session), TIE), by=boss, now=NOW)

        assert state(item) == ("pending", 4, 2, "")

    def test_the_rule_off_takes_it_back(self, build, people, boss):
        item = build(n=2)
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)

        edit_session(item.session, with_rule(plan_of(item.session), None), by=boss, now=NOW)

        assert state(item) == ("complete", 2, 0, "")

    def test_an_answer_that_changes_takes_it_back(self, build, people):
        item = build(n=2)
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)

        say(item, people[1], True)

        assert state(item) == ("complete", 2, 0, "")

    def test_a_manager_who_asks_another_takes_it_back(self, build, people, boss):
        item = build(escalation=Rule(when="tie", max_reviews=3))
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)
        cannot(item, people[2])
        settled(item)

        ask_another(item, by=boss)

        assert state(item) == ("pending", 4, 1, "")


class TestLeftAlone:
    """A person's word comes before the rule's."""

    def test_what_is_settled(self, tied, boss):
        settle(tied, Decision(schema="correct", value=True), by=boss)

        assert state(tied) == ("complete", 2, 0, "")

    def test_what_was_finished_by_force(self, tied, boss):
        undo_one(tied)
        set_status(tied, Verdict(status=Status.COMPLETE, by_force=True), by=boss, lease=LEASE)
        say(tied, Credential(user=tied.reviews.get(state="draft").reviewer), False)

        assert state(tied)[:3] == ("complete", 2, 0)

    def test_an_item_that_was_taken_out(self, tied):
        remove_items(tied.session, [tied.item_id], now=NOW)

        assert state(tied) == ("complete", 2, 0, "")

    def test_a_closed_session(self, tied, boss):
        close_session(tied.session, by=boss, now=NOW)

        assert state(tied) == ("complete", 2, 0, "")

    def test_a_deleted_session(self, tied, boss):
        delete_session(tied.session, by=boss, now=NOW)

        assert state(tied) == ("complete", 2, 0, "")

    def test_the_other_question_is_still_asked_about(self, build, people, boss):
        item = build(questions=("correct", "tone"))
        for person, correct, tone in zip(people, [True, False], ["Rude", "Neutral"], strict=False):
            replies = {"correct": Reply(value=correct), "tone": Reply(value=tone)}
            submit(item, Submission(replies=replies), by=person, lease=LEASE)
        settle(item, Decision(schema="correct", value=True), by=boss)

        assert state(item) == ("pending", 3, 1, "")
        assert events()[0][1]["of"] == ["tone"]


def undo_one(item: QueueItem) -> None:
    review = item.reviews.order_by("pk").last()
    undo(item, Submission(), by=Credential(user=review.reviewer), lease=LEASE)


class TestDealt:
    """In a balanced session the item goes to somebody."""

    def test_who_has_least_gets_it(self, build, people):
        item = build(n=3, assignment="balanced")
        dealt = set(item.assignments.values_list("reviewer", flat=True))
        first = [person for person in people[:3] if person.user.pk in dealt]
        for person, value in zip(first, [True, False], strict=True):
            say(item, person, value)

        assert state(item) == ("pending", 3, 1, "")
        [third] = [person for person in people[:3] if person not in first]
        assert item.assignments.filter(reviewer=third.user).exists()
        assert claim_next(item.session, third.user, lease=LEASE).review.item == item

    def test_who_was_dealt_it_already_keeps_it(self, build, people):
        item = build(n=3, assignment="balanced")
        Assignment.objects.all().delete()
        Assignment.objects.create(item=item, reviewer=people[2].user)
        say(item, people[0], True)
        say(item, people[1], False)

        assert state(item) == ("pending", 3, 1, "")
        assert item.assignments.count() == 1

    def test_without_named_people_nobody_can_be_dealt_anything(
        self, experiment, manager, reviewer, second_reviewer
    ):
        session = make_session(
            experiment,
            manager,
            traces=1,
            reviews_required=2,
            assignment="balanced",
            escalation=TIE,
        )
        item = session.items.get()
        say(item, Credential(user=reviewer), True)
        say(item, Credential(user=second_reviewer), False)

        assert state(item) == ("complete", 2, 0, "nobody_left")

    def test_another_gets_it_from_one_who_leaves(self, build, people):
        item = build(n=4, assignment="balanced")
        item = escalated_by(item, people)
        holder = item.assignments.order_by("pk").last().reviewer

        leave(item.session, holder.pk)

        assert state(item) == ("pending", 3, 1, "")
        assert item.assignments.order_by("pk").last().reviewer != holder
        assert events()[-1][0] == "escalated item given to another reviewer"


def escalated_by(item: QueueItem, people) -> QueueItem:
    """The item after the two it was dealt to said different things."""
    dealt = list(item.assignments.order_by("pk").values_list("reviewer", flat=True))
    first = [person for person in people if person.user.pk in dealt]
    for person, value in zip(first, [True, False], strict=True):
        say(item, person, value)
    return settled(item)


def leave(session: LabelingSession, *users: int) -> None:
    session.reviewers.filter(user__in=users).update(removed_at=NOW)
    StaleMark.objects.create(run=session.run)


class TestNobodyComes:
    """An item does not wait for ever for somebody who cannot take it."""

    def test_the_last_one_leaves(self, build, people):
        item = build(n=3)
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)

        leave(item.session, people[2].user.pk)

        assert state(item) == ("complete", 2, 0, "nobody_left")
        details = {"item": item.item_id, "reason": "nobody_left", "of": ["correct"]}
        assert events()[-1] == ("escalation ended", details)
        assert Consensus.objects.get(item=item).tie

    def test_the_last_one_skips(self, build, people):
        item = build(n=3)
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)

        skip(item, Submission(), by=people[2], lease=LEASE)

        assert state(item) == ("complete", 2, 0, "nobody_left")

    def test_somebody_who_has_begun_is_waited_for(self, build, people):
        item = build(n=3)
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)
        claim_next(item.session, people[2].user, lease=LEASE)
        StaleMark.objects.create(run=item.session.run)

        assert state(item) == ("pending", 3, 1, "")

    def test_what_agrees_by_then_is_just_complete(self, build, people):
        item = build(n=3)
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)
        say(item, people[1], True)

        leave(item.session, people[2].user.pk)

        assert state(item) == ("complete", 2, 0, "")

    def test_when_nobody_left_could_judge_it_is_declined(self, build, people):
        item = build(n=3)
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)
        cannot(item, people[0])
        cannot(item, people[1])

        leave(item.session, people[2].user.pk)

        assert state(item) == ("declined", 2, 0, "")


class TestTwice:
    """Computing twice, late or from old answers changes nothing more."""

    def test_twice_escalates_once(self, tied):
        computed = compute(tied.session)

        assert escalating.escalate(tied.session, computed) == 1
        assert escalating.escalate(tied.session, computed) == 0
        assert state(tied) == ("pending", 3, 1, "")

    def test_a_kill_before_the_figures_are_stored_loses_nothing(self, tied, monkeypatch):
        def killed(*args: object, **named: object) -> None:
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(aggregation, "store", killed)
            with pytest.raises(SystemExit):
                aggregation.refresh(tied.session_id)

        assert StaleMark.objects.exists()
        assert state(tied) == ("pending", 3, 1, "")
        assert len(events()) == 1

    def test_a_kill_in_the_middle_of_a_step_leaves_no_half_of_it(self, tied, monkeypatch):
        def killed(*args: object, **named: object) -> None:
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(escalating, "told", killed)
            with pytest.raises(SystemExit), transaction.atomic():
                aggregation.refresh(tied.session_id)

        tied.refresh_from_db()
        assert (tied.status, tied.escalated) == ("complete", 0)
        assert state(tied) == ("pending", 3, 1, "")

    def test_what_changed_since_it_was_computed_is_left_to_the_next_time(self, tied, people):
        computed = compute(tied.session)
        say(tied, people[1], True)

        assert escalating.escalate(tied.session, computed) == 0
        assert state(tied) == ("complete", 2, 0, "")

    def test_what_was_settled_since_is_left(self, tied, boss):
        computed = compute(tied.session)
        settle(tied, Decision(schema="correct", value=True), by=boss)

        assert escalating.escalate(tied.session, computed) == 0

    def test_a_rule_that_was_turned_off_since_is_not_followed(self, tied, boss):
        computed, session = compute(tied.session), tied.session
        edit_session(session, with_rule(plan_of(session), None), by=boss, now=NOW)
        before = LabelingSession.objects.select_related("run").get(pk=session.pk)
        before.escalation = "tie"

        assert escalating.escalate(before, computed) == 0
        assert state(tied) == ("complete", 2, 0, "")

    def test_a_third_answer_on_the_way_is_not_answered_by_a_fourth_question(self, tied, people):
        old = compute(tied.session)
        settled(tied)
        say(tied, people[2], True)

        assert escalating.escalate(tied.session, old) == 0
        assert state(tied) == ("complete", 3, 1, "")


class TestBlind:
    """That others differ is not told by an item's coming back."""

    @pytest.mark.parametrize(
        ("blind", "mine"),
        [
            ("always", ["complete", "declined", "pending"]),
            ("until_submitted", ["pending", "pending", "pending"]),
            ("off", ["pending", "pending", "pending"]),
        ],
    )
    def test_who_has_reviewed_it_sees_it_finished(self, build, people, blind, mine):
        item = build(blind=blind, reviews_required=3)
        say(item, people[0], True)
        say(item, people[2], False)
        cannot(item, people[1])
        settled(item)
        assert item.status == "pending"
        seen = []

        for person in (people[0], people[1], people[3]):
            [row] = items_to_show(item.session, person)
            [record] = item_records(item.session, [row], person)
            review = item.reviews.filter(reviewer=person.user).first()
            seen.append(record.status)
            assert own_status(item.session, item, review) == record.status
            assert (record.changed_at == row.changed_at) is (blind == "off")

        assert seen == mine


class TestCost:
    """Many items: constant to look, little to act."""

    def test_looking_costs_the_same_for_every_length(
        self, experiment, manager, people, django_assert_max_num_queries
    ):
        users = tuple(person.user for person in people[:2])
        session = make_session(
            experiment, manager, traces=6, reviewers=users, reviews_required=2, escalation=TIE
        )
        for item in session.items.in_order():
            say(item, people[0], True)
            say(item, people[1], False)
        aggregation.sweep()
        computed = compute(session)

        with django_assert_max_num_queries(5):
            assert escalating.escalate(session, computed) == 0

    def test_each_of_many_is_asked_about(self, experiment, manager, people):
        users = tuple(person.user for person in people[:3])
        session = make_session(
            experiment, manager, traces=23, reviewers=users, reviews_required=2, escalation=TIE
        )
        for item in session.items.in_order():
            say(item, people[0], True)
            say(item, people[1], False)

        aggregation.sweep()

        assert session.items.filter(status="pending", reviews_required=3).count() == 23


class TestPlans:
    """What a session says about it."""

    def test_it_is_off_unless_asked_for(self, experiment, manager):
        assert make_session(experiment, manager).escalation_rule is None

    @pytest.mark.parametrize(
        ("rule", "reviews"),
        [
            (TIE, 1),
            (TIE, 4),
            (Rule(when="tie", max_reviews=51), 2),
            (Rule(when="low_agreement", min_agreement=0.0), 2),
        ],
    )
    def test_what_cannot_work_is_refused(self, experiment, manager, rule, reviews):
        with pytest.raises(InvalidPlan) as refused:
            make_session(experiment, manager, escalation=rule, reviews_required=reviews)

        assert refused.value.field == "escalation"

    def test_an_edit_keeps_it(self, build, boss):
        session = build().session

        edit_session(session, plan_of(session), by=boss, now=NOW)

        assert LabelingSession.objects.get(pk=session.pk).escalation_rule == Rule(
            when="tie", min_agreement=0.75, max_reviews=4
        )

    def test_another_number_of_reviews_begins_anew(self, build, people, boss):
        item = build()
        say(item, people[0], True)
        say(item, people[1], False)
        settled(item)
        session = item.session

        plan = plan_of(session)
        edit_session(session, replace(plan, reviews_required=3), by=boss, now=NOW)

        assert state(item) == ("pending", 3, 0, "")


def test_nobody_else_is_asked_to_write_what_two_have_written(build, people):
    """Texts that differ wait for a person, not for ever more texts."""
    item = build(questions=("expected_response",))
    say(item, people[0], "Tea.", "expected_response")
    say(item, people[1], "Coffee.", "expected_response")

    aggregation.refresh(item.session_id)

    item.refresh_from_db()
    assert Consensus.objects.get(item=item).is_disputed
    assert (item.status, item.escalated, item.handed_over) == (Status.COMPLETE, 0, "")
