"""Labeling sessions made, edited and filled as MLflow's review queues."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent, User
from assessments.models import StaleMark
from labeling import aggregation
from labeling.managing import (
    close_session,
    delete_session,
    edit_session,
    invite_reviewer,
    set_reviewers,
)
from labeling.models import LabelingSession
from labeling.planning import plan_of
from labeling.plans import InvalidPlan
from labeling.questions import questions_of
from labeling.review_queues import (
    QueueEdit,
    QueueExists,
    attach,
    create_queue,
    create_user_queue,
    detach,
    edit_queue,
    user_queue,
)
from schemas.defining import delete_schema
from tests.factories import NOW, make_schema, make_session, make_trace
from traces.access import NoSuchTrace

pytestmark = pytest.mark.django_db
AMARA = "amara@example.org"


@pytest.fixture
def by(manager) -> Credential:
    return Credential(user=manager)


@pytest.fixture
def queue(experiment, by) -> LabelingSession:
    return create_queue(experiment, QueueEdit(name="Week 47"), by=by, now=NOW)


def asked(queue) -> list[tuple[str, bool]]:
    return [(each.question.name, each.required) for each in questions_of(queue)]


def edited(queue, by, **changes) -> LabelingSession:
    return edit_queue(queue, QueueEdit(**changes), by=by, now=NOW)


class TestMaking:
    """A queue is a session that is open from the start."""

    def test_it_is_an_open_pool_with_one_review_and_optional_questions(
        self, experiment, by
    ) -> None:
        schemas = [make_schema(experiment, name) for name in ("tone", "correct")]
        edit = QueueEdit(
            name=" Week 47 ", users=[" Amara@Example.org", AMARA], schema_ids=ids_of(schemas)
        )

        queue = create_queue(experiment, edit, by=by, now=NOW)

        assert (queue.name, queue.state, queue.assignment) == ("Week 47", "open", "pool")
        assert (queue.reviews_required, queue.blind, queue.queue_key) == (1, "off", "week 47")
        assert [reviewer.user.email for reviewer in queue.reviewers.all()] == [AMARA]
        asked = [(each.question.name, each.required) for each in questions_of(queue)]
        assert asked == [("tone", False), ("correct", False)]

    def test_an_unknown_person_gets_a_pending_account(self, experiment, by) -> None:
        create_queue(experiment, QueueEdit(name="q", users=["new@example.org"]), by=by, now=NOW)

        assert User.objects.get(email="new@example.org").joined_at is None

    @pytest.mark.parametrize("name", ["Week 47", " week 47", "WEEK 47"])
    def test_a_name_is_taken_once(self, experiment, by, queue, name) -> None:
        with pytest.raises(QueueExists):
            create_queue(experiment, QueueEdit(name=name), by=by, now=NOW)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": "x" * 251}, "name"),
            ({"name": "DEFAULT"}, "name"),
            ({"name": "a@b"}, "name"),
            ({"users": ["alice"]}, "users"),
            ({"users": [f"p{n}@example.org" for n in range(11)]}, "users"),
            ({"schema_ids": ["ls-unknown"]}, "schema_ids"),
            ({"schema_ids": [f"ls-{n}" for n in range(101)]}, "schema_ids"),
        ],
    )
    def test_what_mlflow_refuses_is_refused_and_nothing_made(
        self, experiment, by, changes, field
    ) -> None:
        with pytest.raises(InvalidPlan) as caught:
            create_queue(experiment, QueueEdit(**{"name": "q"} | changes), by=by, now=NOW)

        assert caught.value.field == field
        assert not LabelingSession.objects.exists()
        assert not User.objects.filter(email__startswith="p").exists()


def ids_of(schemas) -> list[str]:
    return [schema.schema_id for schema in schemas]


class TestOwnQueues:
    """One person, one queue, every question."""

    def test_there_is_one_of_each_person(self, experiment, by) -> None:
        first, is_new = user_queue(experiment, AMARA, by=by, now=NOW)
        again, is_newer = user_queue(experiment, " AMARA@example.org", by=by, now=NOW)

        assert (is_new, is_newer, again) == (True, False, first)
        assert (first.queue_user.email, first.queue_key, first.state) == (AMARA, AMARA, "open")
        with pytest.raises(QueueExists):
            create_user_queue(experiment, AMARA, by=by, now=NOW)

    def test_a_session_named_like_the_person_is_not_in_the_way(self, experiment, by) -> None:
        session = make_session(experiment, by.user)
        LabelingSession.objects.filter(pk=session.pk).update(name=AMARA)

        queue = create_user_queue(experiment, AMARA, by=by, now=NOW)

        assert queue.queue_key == AMARA

    def test_renaming_the_session_leaves_the_queue_its_name(self, experiment, by) -> None:
        queue = create_user_queue(experiment, AMARA, by=by, now=NOW)

        changed = edit_session(queue, replace(plan_of(queue), name="Amara's"), by=by, now=NOW)

        assert (changed.name, changed.queue_key) == ("Amara's", AMARA)

    def test_a_deleted_one_makes_room(self, experiment, by) -> None:
        first = create_user_queue(experiment, AMARA, by=by, now=NOW)
        delete_session(first, by=by, now=NOW)

        assert create_user_queue(experiment, AMARA, by=by, now=NOW) != first

    def test_it_follows_the_label_schemas_of_the_experiment(self, experiment, by) -> None:
        gone = make_schema(experiment, "correct")
        queue = create_user_queue(experiment, AMARA, by=by, now=NOW)
        StaleMark.objects.all().delete()
        make_schema(experiment, "tone")
        delete_schema(gone, by=by, now=NOW)

        assert asked(queue) == [("tone", False)]
        assert not StaleMark.objects.exists()
        assert [row.label_schema for row in queue.questions.all()] == [gone]
        assert aggregation.sweep() == 1
        assert asked(queue) == [("tone", False)]
        assert queue.questions.filter(removed_at__isnull=True).get().label_schema.name == "tone"
        assert aggregation.sweep() == 0

    def test_its_figures_are_late_and_not_wrong_when_a_schema_comes(self, experiment, by) -> None:
        queue = create_user_queue(experiment, AMARA, by=by, now=NOW)
        aggregation.sweep()
        make_schema(experiment, "tone")

        assert list(aggregation.stale_sessions()) == [queue]
        aggregation.sweep()
        assert not list(aggregation.differences([queue]))

    def test_a_closed_one_follows_no_more(self, experiment, by) -> None:
        queue = create_user_queue(experiment, AMARA, by=by, now=NOW)
        make_schema(experiment, "tone")
        queue = close_session(queue, by=by, now=NOW)
        make_schema(experiment, "clarity")
        aggregation.sweep()

        assert asked(queue) == [("tone", False)]

    def test_it_stays_one_persons(self, experiment, by) -> None:
        queue = create_user_queue(experiment, AMARA, by=by, now=NOW)

        for people in ([], ["jonas@example.org"], [AMARA, "jonas@example.org"]):
            with pytest.raises(InvalidPlan):
                set_reviewers(queue, people, by=by, now=NOW)
        with pytest.raises(InvalidPlan):
            invite_reviewer(queue, "jonas@example.org", by=by, now=NOW)
        with pytest.raises(InvalidPlan):
            edited(queue, by, users=[])
        assert invite_reviewer(queue, AMARA, by=by, now=NOW)[0] == queue.queue_user
        assert plan_of(queue).reviewers == [AMARA]


class TestEditing:
    """What is not named stays."""

    def test_nothing_named_changes_nothing(self, queue, by) -> None:
        edited(queue, by)

        queue.refresh_from_db()
        assert queue.updated_at is None

    def test_only_what_is_named_changes(self, experiment, queue, by) -> None:
        schema = make_schema(experiment)
        edited(queue, by, schema_ids=[schema.schema_id], users=[AMARA])

        changed = edited(queue, by, name="WEEK 47")

        assert (changed.name, changed.updated_at) == ("WEEK 47", NOW)
        assert plan_of(changed).reviewers == [AMARA]
        assert [asking.name for asking in plan_of(changed).questions] == ["correct"]

    def test_a_name_of_another_queue_is_refused(self, experiment, queue, by) -> None:
        create_queue(experiment, QueueEdit(name="Tone"), by=by, now=NOW)

        with pytest.raises(QueueExists):
            edited(queue, by, name="tone")
        with pytest.raises(InvalidPlan):
            edited(queue, by, name="default")

    def test_questions_are_locked_while_there_are_items(self, experiment, queue, by) -> None:
        trace, schema = make_trace(experiment), make_schema(experiment)
        attach(queue, [trace.trace_id], by=by)

        with pytest.raises(InvalidPlan) as caught:
            edited(queue, by, schema_ids=[schema.schema_id])

        assert caught.value.field == "schema_ids"
        detach(queue, [trace.trace_id], now=NOW)
        assert questions_of(edited(queue, by, schema_ids=[schema.schema_id]))

    def test_a_required_question_stays_required(self, experiment, by) -> None:
        session = make_session(experiment, by.user, traces=0, questions=("correct", "tone"))
        ids = ids_of(each.schema for each in reversed(questions_of(session)))

        asked = questions_of(edited(session, by, schema_ids=ids))

        assert [(e.question.name, e.required) for e in asked] == [("tone", True), ("correct", True)]

    def test_a_larger_session_keeps_what_a_queue_cannot_say(self, experiment, by) -> None:
        many = [f"p{n}@example.org" for n in range(12)]
        session = make_session(experiment, by.user, reviews_required=3, guidelines="Read it.")
        set_reviewers(session, many, by=by, now=NOW)

        changed = edited(session, by, name="Other")

        assert (changed.reviews_required, changed.blind) == (3, "until_submitted")
        assert (changed.guidelines, plan_of(changed).reviewers) == ("Read it.", many)

    def test_it_is_given_to_somebody_who_may_run_it(self, queue, by, owner, developer) -> None:
        changed = edited(queue, by, owner=" OWNER@example.org ")

        assert changed.created_by == owner
        assert AuditEvent.objects.filter(act="labeling session given to another").count() == 1
        for person in (developer.email, "nobody@example.org", ""):
            with pytest.raises(InvalidPlan):
                edited(queue, by, owner=person)


class TestItems:
    """All or none go in, and their answers stay when they go."""

    def test_one_unknown_trace_keeps_all_out(self, experiment, queue, by) -> None:
        trace = make_trace(experiment)

        with pytest.raises(NoSuchTrace, match="tr-unknown"):
            attach(queue, [trace.trace_id, "tr-unknown"], by=by)

        assert not queue.items.exists()
        assert not AuditEvent.objects.filter(act="traces added to session").exists()

    def test_items_go_in_once_and_keep_their_status(self, experiment, queue, by) -> None:
        first, second = make_trace(experiment), make_trace(experiment)
        attach(queue, [second.trace_id], by=by)
        queue.items.update(status="complete", finished_at=NOW)

        attach(queue, [first.trace_id, second.trace_id, first.trace_id], by=by)

        found = queue.items.in_order().values_list("trace__trace_id", "status")
        assert list(found) == [(second.trace_id, "complete"), (first.trace_id, "pending")]

    def test_what_is_not_in_it_may_be_taken_out(self, experiment, queue, by) -> None:
        kept, taken = make_trace(experiment), make_trace(experiment)
        attach(queue, [kept.trace_id, taken.trace_id], by=by)

        for _ in range(2):
            detach(queue, [taken.trace_id, "tr-unknown"], now=NOW)

        assert [item.trace_id for item in queue.items.present()] == [kept.pk]
