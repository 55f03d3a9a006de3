"""Review queues on MLflow's wire: who sees and finishes what."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.credentials import Credential
from accounts.roles import Role
from labeling.answering import Reply, Submission
from labeling.managing import close_session, create_session
from labeling.models import LabelingSession
from labeling.plans import Plan
from labeling.reviewing import cannot_judge, submit
from labeling.stocking import add_traces
from tests.factories import LEASE, NOW, make_member, make_session, make_trace, make_user
from tests.mlflow_api.conftest import NEW, speaking_as

pytestmark = pytest.mark.django_db
QUEUES = f"{NEW}/review-queues"
YES = Submission(replies={"correct": Reply(value=True)})
IDLE = Submission(reason="No idea.")


def id_of(session) -> str:
    return f"rq-{session.session_id}"


def items_of(wire, session, **query) -> Any:
    """The items a caller is told of."""
    status, answer = wire.get(f"{QUEUES}/items/list", queue_id=id_of(session), **query)
    assert status == 200, answer
    return answer["items"]


def say(wire, session, item, word, **named):
    """Set a status; the answer."""
    body = {"queue_id": id_of(session), "item_id": item.trace.trace_id, "status": word}
    return wire.post(f"{QUEUES}/items/set-status", body | named)


def names(wire, experiment, **query) -> list[str]:
    """The queues a caller is told of."""
    where = {"experiment_id": experiment.experiment_id}
    return [q["name"] for q in wire.get(f"{QUEUES}/list", **where | query)[1]["review_queues"]]


class TestSeeing:
    """Every session is a queue; people are told of theirs."""

    def test_a_session_larger_than_a_queue_is_readable(
        self, experiment, manager, manager_wire
    ) -> None:
        people = tuple(make_user() for _ in range(12))
        session = make_session(
            experiment, manager, questions=("tone", "correct"), reviewers=people, reviews_required=3
        )

        status, answer = manager_wire.get(f"{QUEUES}/get", queue_id=id_of(session))

        queue = answer["review_queue"]
        ids = session.questions.values_list("label_schema__schema_id", flat=True)
        assert (status, queue["queue_type"], queue["created_by"]) == (
            200,
            "CUSTOM",
            "manager@example.org",
        )
        assert queue["users"] == sorted(person.email for person in people)
        assert queue["schema_ids"] == sorted(ids)

    def test_sessions_of_one_name_are_found_by_their_own(
        self, experiment, manager, manager_wire
    ) -> None:
        by = Credential(user=manager)
        first, second = (
            create_session(experiment, Plan(name="Tone"), by=by, now=NOW) for _ in range(2)
        )
        distinct = f"Tone ({second.session_id[:8]})"

        assert names(manager_wire, experiment) == [distinct, "Tone"]
        for name, session in {"TONE": first, distinct.upper(): second}.items():
            query = {"experiment_id": experiment.experiment_id, "name": name}
            found = manager_wire.get(f"{QUEUES}/get-by-name", **query)[1]
            assert found["review_queue"]["queue_id"] == id_of(session)

    def test_a_reviewer_is_told_of_their_open_sessions(
        self, experiment, manager, reviewer, second_reviewer
    ) -> None:
        wire = speaking_as(reviewer, "review")
        assert names(wire, experiment) == []
        own = make_session(experiment, manager, reviewers=(reviewer,))
        everyones = make_session(experiment, manager)
        make_session(experiment, manager, reviewers=(second_reviewer,))
        draft = make_session(experiment, manager, reviewers=(reviewer,), opened=False)

        assert names(wire, experiment) == [everyones.name, own.name]
        assert names(wire, experiment, user=reviewer.email.upper()) == [own.name]
        assert names(wire, experiment, user="default") == [own.name]
        assert wire.get(f"{QUEUES}/get", queue_id=id_of(draft))[0] == 404

    def test_somebody_named_who_is_no_member_sees_theirs(self, experiment, manager) -> None:
        guest = make_user()
        session = make_session(experiment, manager, reviewers=(guest,))

        assert names(speaking_as(guest), experiment) == [session.name]

    def test_a_token_is_told_no_more_than_its_scopes_allow(
        self, experiment, manager, reviewer
    ) -> None:
        session = make_session(experiment, manager, reviewers=(reviewer,))
        where = {"experiment_id": experiment.experiment_id}

        assert speaking_as(reviewer, "read").get(f"{QUEUES}/list", **where)[0] == 404
        assert speaking_as(reviewer, "manage").get(f"{QUEUES}/list", **where)[0] == 403
        body = {"queue_id": id_of(session), "item_id": "tr-x", "status": "COMPLETE"}
        finish = f"{QUEUES}/items/set-status"
        assert speaking_as(reviewer, "manage").post(finish, body)[0] == 403
        assert speaking_as(reviewer, "read").get(f"{QUEUES}/get", queue_id=id_of(session))[0] == 403

    def test_a_user_queue_is_owned_by_its_user_whoever_made_it(
        self, experiment, manager, manager_wire
    ) -> None:
        body = {"experiment_id": experiment.experiment_id, "queue_type": "USER"}

        made = manager_wire.post(f"{QUEUES}/create", body | {"name": "New@example.org"})[1]

        queue = made["review_queue"]
        assert (queue["name"], queue["created_by"]) == ("new@example.org", "new@example.org")
        assert LabelingSession.objects.get().created_by == manager
        again = manager_wire.post(f"{QUEUES}/create", body | {"name": "new@example.org"})
        assert (again[0], again[1]["error_code"]) == (400, "RESOURCE_ALREADY_EXISTS")

    @pytest.mark.parametrize("experiment_id", ["999999", "x", "9" * 30])
    def test_no_such_experiment_has_queues(self, wire, experiment_id) -> None:
        status, answer = wire.get(f"{QUEUES}/list", experiment_id=experiment_id)

        assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")

    def test_queues_are_found_by_a_trace_in_them(self, experiment, manager, manager_wire) -> None:
        session, other = (make_session(experiment, manager, traces=1) for _ in range(2))
        trace_id = session.items.get().trace.trace_id

        assert names(manager_wire, experiment, item_id=trace_id) == [session.name]
        session.items.update(removed_at=NOW)
        assert names(manager_wire, experiment, item_id=trace_id) == []
        assert other.name in names(manager_wire, experiment)

    def test_a_list_costs_the_same_for_one_and_for_many(
        self, experiment, manager, manager_wire, django_assert_num_queries
    ) -> None:
        names(manager_wire, experiment)
        for n in (1, 5):
            for _ in range(n):
                make_session(experiment, manager, traces=0, reviewers=(manager,))
            with django_assert_num_queries(5):
                names(manager_wire, experiment)

    def test_items_cost_the_same_for_one_and_for_many(
        self, experiment, manager, manager_wire, django_assert_num_queries
    ) -> None:
        names(manager_wire, experiment)
        for n in (1, 6):
            session = make_session(experiment, manager, traces=n)
            session.items.update(status="complete", finished_at=NOW, finished_by=manager)
            with django_assert_num_queries(4):
                assert len(items_of(manager_wire, session)) == n


class TestBlind:
    """What a reviewer of a blind session is told of a finished item."""

    @pytest.fixture
    def session(self, experiment, manager, reviewer, second_reviewer) -> LabelingSession:
        people = (reviewer, second_reviewer)
        session = make_session(experiment, manager, traces=1, reviewers=people, blind="always")
        item = session.items.get()
        cannot_judge(item, IDLE, by=Credential(user=reviewer), lease=LEASE)
        return session

    def test_others_are_told_that_it_is_done_and_no_more(self, session, second_reviewer) -> None:
        wire = speaking_as(second_reviewer, "review")

        (item,) = items_of(wire, session)

        assert item["status"] == "COMPLETE"
        assert "completed_by" not in item
        assert "completed_time_ms" not in item
        assert item["last_update_time_ms"] == item["creation_time_ms"]
        assert items_of(wire, session, status="DECLINED") == []
        assert len(items_of(wire, session, status="COMPLETE")) == 1

    def test_one_is_told_of_oneself(self, session, reviewer) -> None:
        wire = speaking_as(reviewer, "review")

        (item,) = items_of(wire, session, status="DECLINED")

        assert (item["status"], item["completed_by"]) == ("DECLINED", reviewer.email)
        assert item["completed_time_ms"] == item["last_update_time_ms"]

    @pytest.mark.parametrize("blind", ["always", "until_submitted", "off"])
    def test_managers_are_told_all(self, session, manager_wire, reviewer, blind) -> None:
        LabelingSession.objects.update(blind=blind)

        (item,) = items_of(manager_wire, session, status="DECLINED")

        assert item["completed_by"] == reviewer.email

    @pytest.mark.parametrize(
        ("blind", "status"), [("until_submitted", "COMPLETE"), ("always", "DECLINED")]
    )
    def test_the_result_is_told_after_submitting_unless_always_blind(
        self, experiment, manager, reviewer, second_reviewer, blind, status
    ) -> None:
        session = make_session(experiment, manager, traces=1, reviews_required=2, blind=blind)
        item = session.items.get()
        submit(item, YES, by=Credential(user=second_reviewer), lease=LEASE)
        cannot_judge(item, IDLE, by=Credential(user=reviewer), lease=LEASE)

        (shown,) = items_of(speaking_as(reviewer, "review"), session)

        assert (shown["status"], shown["completed_by"]) == (status, reviewer.email)

    def test_in_an_open_session_all_are_told(self, session, second_reviewer, reviewer) -> None:
        LabelingSession.objects.update(blind="off")

        (item,) = items_of(speaking_as(second_reviewer, "review"), session)

        assert (item["status"], item["completed_by"]) == ("DECLINED", reviewer.email)


class TestFinishing:
    """Who may set a status, and as whom."""

    @pytest.fixture
    def session(self, experiment, manager, developer, reviewer) -> LabelingSession:
        return make_session(experiment, manager, traces=1, reviewers=(developer, reviewer))

    @pytest.fixture
    def item(self, session) -> Any:
        return session.items.select_related("trace").get()

    def test_a_named_reviewer_submits_what_they_logged(self, session, item, wire, developer):
        said = {"assessment_name": "correct", "feedback": {"value": True}}
        wire.post(f"{NEW}/traces/{item.trace.trace_id}/assessments", {"assessment": said})

        status, answer = say(wire, session, item, "COMPLETE", completed_by="somebody")

        assert (status, answer["item"]["status"]) == (200, "COMPLETE")
        assert answer["item"]["completed_by"] == developer.email
        item.refresh_from_db()
        assert (item.is_forced, item.finished_as) == (False, "")

    def test_a_missing_answer_is_named(self, session, item, wire):
        status, answer = say(wire, session, item, "COMPLETE")

        assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
        assert "correct: Choose one" in answer["message"]

    def test_a_manager_who_is_not_named_finishes_by_force(self, session, item, manager_wire):
        answer = say(manager_wire, session, item, "COMPLETE", completed_by="Alice ")[1]

        assert answer["item"]["completed_by"] == "alice"
        item.refresh_from_db()
        assert item.is_forced

    def test_naming_another_needs_the_scope_for_it(self, session, item, manager):
        wire = speaking_as(manager, "manage")

        answer = say(wire, session, item, "COMPLETE", completed_by="alice")[1]

        assert answer["item"]["completed_by"] == manager.email
        item.refresh_from_db()
        assert (item.finished_as, item.finished_by) == ("", manager)

    def test_a_manager_who_is_named_submits_unless_they_name_another(
        self, experiment, manager, manager_wire
    ) -> None:
        session = make_session(experiment, manager, traces=2, reviewers=(manager,))
        own, other = session.items.select_related("trace").in_order()

        assert say(manager_wire, session, own, "DECLINED")[1]["item"]["completed_by"] == (
            manager.email
        )
        say(manager_wire, session, other, "DECLINED", completed_by="alice")
        forced = session.items.in_order().values_list("is_forced", flat=True)
        assert list(forced) == [False, True]

    def test_a_developer_who_is_not_named_may_not(self, experiment, session, item) -> None:
        wire = speaking_as(make_member(experiment, Role.DEVELOPER))

        status, answer = say(wire, session, item, "DECLINED")

        assert (status, answer["error_code"]) == (403, "PERMISSION_DENIED")

    def test_only_the_finisher_reopens(self, session, item, wire, reviewer):
        say(speaking_as(reviewer, "review"), session, item, "DECLINED")

        assert say(wire, session, item, "PENDING")[0] == 403
        assert say(wire, session, item, "PENDING", completed_by="alice")[0] == 400
        status, answer = say(speaking_as(reviewer, "review"), session, item, "PENDING")
        assert (status, answer["item"]["status"]) == (200, "PENDING")

    def test_a_closed_session_says_so(self, session, item, wire, manager):
        close_session(session, by=Credential(user=manager), now=NOW)

        status, answer = say(wire, session, item, "DECLINED")

        assert (status, answer["error_code"], answer["message"]) == (
            400,
            "INVALID_PARAMETER_VALUE",
            "This session is closed.",
        )

    def test_a_trace_that_is_not_in_the_queue_is_missing(self, session, item, wire):
        session.items.update(removed_at=NOW)

        status, answer = say(wire, session, item, "DECLINED")

        assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


class TestPages:
    """Items by pages, and many at once."""

    def test_items_that_arrive_meanwhile_shift_nothing(
        self, experiment, manager, manager_wire
    ) -> None:
        session = make_session(experiment, manager, traces=3)
        where = {"queue_id": id_of(session), "max_results": 2}
        first = manager_wire.get(f"{QUEUES}/items/list", **where)[1]
        add_traces(session, [make_trace(experiment).trace_id])

        rest = manager_wire.get(
            f"{QUEUES}/items/list", **where, page_token=first["next_page_token"]
        )[1]

        shown = [item["item_id"] for item in first["items"] + rest["items"]]
        added = session.items.order_by("-position").values_list("trace__trace_id", flat=True)
        assert shown == list(added)[1:]
        assert "next_page_token" not in rest

    @pytest.mark.parametrize(
        "query",
        [{"max_results": "0"}, {"max_results": "50001"}, {"page_token": "x"}, {"status": "done"}],
    )
    def test_what_mlflow_refuses_is_refused(self, experiment, manager, manager_wire, query):
        session = make_session(experiment, manager)

        status, answer = manager_wire.get(f"{QUEUES}/items/list", queue_id=id_of(session), **query)

        assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")

    def test_flags_say_which_lists_count(self, experiment, manager, manager_wire) -> None:
        session = make_session(experiment, manager, traces=0, reviewers=(manager,))
        body = {"queue_id": id_of(session), "users": [], "schema_ids": []}

        kept = manager_wire.post(f"{QUEUES}/update", body)[1]["review_queue"]
        flags = {"update_users": True, "update_schema_ids": True}
        cleared = manager_wire.post(f"{QUEUES}/update", body | flags)[1]["review_queue"]

        assert (len(kept["users"]), len(kept["schema_ids"])) == (1, 1)
        assert (cleared["users"], cleared["schema_ids"]) == ([], [])
