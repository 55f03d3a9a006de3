"""Labeling sessions by the native API, for the people who run them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from labeling.models import LabelingSession
from tests.factories import make_schema, make_session

PLAN = {
    "name": "Round one",
    "label_schemas": ["correct", {"name": "tone", "required": False}],
    "reviewers": ["amara@example.org", "new@example.org"],
    "reviews_required": 2,
    "assignment": "balanced",
    "blind": "always",
    "purpose": "Check the launch.",
    "guidelines": "Be fair.",
    "due_at": "2026-12-01T10:00:00+02:00",
}


@pytest.fixture
def questions(experiment):
    """Two label schemas."""
    return [make_schema(experiment, name) for name in ("correct", "tone")]


def test_a_manager_creates_a_draft(api, manager, experiment, questions, settings):
    answer = api(manager).post(f"/experiments/{experiment.pk}/sessions", PLAN)

    assert answer.status_code == 201
    made = answer.json()
    assert made["state"] == "draft"
    assert made["run_id"] == made["session_id"]
    assert made["url"] == f"{settings.REVIEWAPP_URL}/r/{made['session_id']}/"
    assert made["label_schemas"] == [
        {"name": "correct", "required": True, "consensus": "automatic"},
        {"name": "tone", "required": False, "consensus": "automatic"},
    ]
    assert made["reviewers"] == ["amara@example.org", "new@example.org"]
    assert (made["reviews_required"], made["assignment"], made["blind"]) == (
        2,
        "balanced",
        "always",
    )
    assert (made["purpose"], made["guidelines"]) == ("Check the launch.", "Be fair.")
    assert datetime.fromisoformat(made["due_at"]) == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert made["created_by"] == manager.email


def test_a_name_is_enough(api, manager, experiment):
    made = api(manager).post(f"/experiments/{experiment.pk}/sessions", {"name": "Quick"}).json()

    assert (made["reviews_required"], made["assignment"], made["blind"]) == (1, "pool", "off")
    assert (made["label_schemas"], made["reviewers"], made["due_at"]) == ([], [], None)


def test_how_answers_are_combined_stays_until_somebody_says_otherwise(
    api, manager, experiment, questions
):
    caller = api(manager)
    asked = [{"name": "tone", "consensus": "dawid_skene"}, "correct"]
    made = caller.post(f"/experiments/{experiment.pk}/sessions", PLAN | {"label_schemas": asked})
    path = f"/sessions/{made.json()['session_id']}"

    kept = caller.patch(path, {"label_schemas": ["tone"]}).json()
    changed = caller.patch(path, {"label_schemas": [{"name": "tone", "consensus": "automatic"}]})

    assert kept["label_schemas"][0]["consensus"] == "dawid_skene"
    assert changed.json()["label_schemas"][0]["consensus"] == "automatic"


def test_several_reviews_make_it_blind(api, manager, experiment):
    body = {"name": "Two", "reviews_required": 2}

    made = api(manager).post(f"/experiments/{experiment.pk}/sessions", body).json()

    assert made["blind"] == "until_submitted"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 251}, "name"),
        ({"label_schemas": "correct"}, "label_schemas"),
        ({"label_schemas": ["nothing"]}, "label_schemas"),
        ({"label_schemas": ["correct", "correct"]}, "label_schemas"),
        ({"label_schemas": [{"name": "correct", "colour": 1}]}, "label_schemas.0.colour"),
        ({"label_schemas": [{"required": True}]}, "label_schemas.0.name"),
        ({"label_schemas": [7]}, "label_schemas.0.non_field_errors"),
        (
            {"label_schemas": [{"name": "tone", "consensus": "loudest"}]},
            "label_schemas.0.consensus",
        ),
        ({"reviewers": ["nobody"]}, "reviewers"),
        ({"reviewers": [1]}, "reviewers.0"),
        ({"reviews_required": 0}, "reviews_required"),
        ({"reviews_required": "2"}, "reviews_required"),
        ({"reviews_required": 51}, "reviews_required"),
        ({"assignment": "lottery"}, "assignment"),
        ({"blind": "sometimes"}, "blind"),
        ({"purpose": "x" * 1001}, "purpose"),
        ({"due_at": "tomorrow"}, "due_at"),
        ({"state": "closed"}, "state"),
        ({"session_id": "0" * 32}, "session_id"),
    ],
)
def test_what_cannot_be_so_names_the_field(api, manager, experiment, questions, changes, field):
    answer = api(manager).post(f"/experiments/{experiment.pk}/sessions", PLAN | changes)

    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["fields"]), answer.json()
    assert not LabelingSession.objects.exists()


def test_they_are_listed_newest_first_at_a_constant_cost(
    api, developer, manager, reviewer, experiment, django_assert_num_queries
):
    made = [make_session(experiment, manager, reviewers=(reviewer,)) for _ in range(3)]
    caller = api(developer)
    caller.get("/me")

    with django_assert_num_queries(6):
        answer = caller.get(f"/experiments/{experiment.pk}/sessions")

    ids = [row["session_id"] for row in answer.json()["rows"]]
    assert ids == [session.session_id for session in reversed(made)]


def test_an_edit_keeps_what_it_does_not_name(api, manager, experiment, questions):
    caller = api(manager)
    made = caller.post(f"/experiments/{experiment.pk}/sessions", PLAN).json()

    edited = caller.patch(f"/sessions/{made['session_id']}", {"name": "Round two"})
    emptied = caller.patch(
        f"/sessions/{made['session_id']}", {"reviewers": [], "due_at": None, "purpose": ""}
    )

    assert edited.status_code == 200
    assert edited.json() == made | {"name": "Round two"}
    assert emptied.json() == edited.json() | {"reviewers": [], "due_at": None, "purpose": ""}


def test_an_edit_of_a_session_that_asks_a_deleted_schema_keeps_the_question(
    api, manager, experiment, questions
):
    caller = api(manager)
    made = caller.post(f"/experiments/{experiment.pk}/sessions", PLAN).json()
    caller.delete(f"/label-schemas/{questions[1].schema_id}")

    edited = caller.patch(f"/sessions/{made['session_id']}", {"name": "Round two"})

    assert edited.status_code == 200
    assert edited.json()["label_schemas"] == made["label_schemas"]


@pytest.mark.parametrize("changes", [{"name": ""}, {"state": "open"}, {"reviews_required": 0}])
def test_an_edit_that_cannot_be_so_changes_nothing(api, manager, experiment, changes):
    session = make_session(experiment, manager)

    answer = api(manager).patch(f"/sessions/{session.session_id}", changes)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == changes.keys()


def test_a_session_opens_closes_and_reopens(api, manager, experiment):
    session = make_session(experiment, manager, opened=False)
    caller, path = api(manager), f"/sessions/{session.session_id}"

    states = [caller.post(f"{path}/{act}").json()["state"] for act in ("open", "close", "reopen")]

    assert states == ["open", "closed", "open"]


@pytest.mark.parametrize(("opened", "act"), [(True, "open"), (False, "close"), (True, "reopen")])
def test_a_move_from_the_wrong_state_is_refused(api, manager, experiment, opened, act):
    session = make_session(experiment, manager, opened=opened)

    answer = api(manager).post(f"/sessions/{session.session_id}/{act}")

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_a_session_without_a_question_does_not_open(api, manager, experiment):
    session = make_session(experiment, manager, questions=(), opened=False)

    answer = api(manager).post(f"/sessions/{session.session_id}/open")

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"label_schemas"})


def test_a_deleted_session_is_gone(api, manager, experiment):
    session = make_session(experiment, manager)
    caller, path = api(manager), f"/sessions/{session.session_id}"

    answers = [caller.delete(path), caller.get(path), caller.delete(path)]

    assert [answer.status_code for answer in answers] == [204, 404, 404]
    assert caller.get(f"/experiments/{experiment.pk}/sessions").json()["rows"] == []


def test_developers_read_and_do_not_write(api, developer, manager, experiment):
    session = make_session(experiment, manager)
    caller, path = api(developer), f"/sessions/{session.session_id}"

    answers = [
        caller.get(path),
        caller.post(f"/experiments/{experiment.pk}/sessions", {"name": "x"}),
        caller.patch(path, {"name": "x"}),
        caller.delete(path),
        *(caller.post(f"{path}/{act}") for act in ("open", "close", "reopen")),
    ]

    assert [answer.status_code for answer in answers] == [200] + [403] * 6


def test_a_reviewer_is_told_they_may_not_and_an_outsider_nothing(
    api, reviewer, outsider, manager, experiment
):
    session = make_session(experiment, manager, reviewers=(reviewer,))
    path = f"/sessions/{session.session_id}"

    for caller, status in ((api(reviewer), 403), (api(outsider), 404)):
        answers = [
            caller.get(path),
            caller.patch(path, {"name": "x"}),
            caller.delete(path),
            caller.post(f"{path}/close"),
        ]
        assert [answer.status_code for answer in answers] == [status] * 4
        assert caller.get(f"/experiments/{experiment.pk}/sessions").status_code == 404


def test_a_session_can_begin_open_with_tags_of_its_run(api, manager, experiment):
    body = {"name": "Open", "state": "open", "tags": {"team": "search", "note": ""}}
    caller, path = api(manager), f"/experiments/{experiment.pk}/sessions"

    made = caller.post(path, body, key="k-1").json()
    again = caller.post(path, body, key="k-1").json()

    assert made == again
    assert (made["state"], made["tags"]) == ("open", {"team": "search", "note": ""})
    assert made["opened_at"] is not None
    run = LabelingSession.objects.get().run
    assert dict(run.tags.values_list("key", "value")) == {
        "mlflow.runType": "LABELING_SESSION",
        "team": "search",
        "note": "",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"state": "closed"}, "state"),
        ({"tags": ["team"]}, "tags"),
        ({"tags": {"n": 1}}, "tags.n"),
        ({"tags": {"n": "x" * 8001}}, "tags.n"),
        ({"tags": {"": "x"}}, "tags"),
        ({"tags": {"x" * 251: "x"}}, "tags"),
        ({"tags": {"mlflow.runType": "OTHER"}}, "tags"),
        ({"tags": {str(n): "x" for n in range(101)}}, "tags"),
    ],
)
def test_a_wrong_beginning_is_named(api, manager, experiment, changes, field):
    body = {"name": "Open", **changes}

    answer = api(manager).post(f"/experiments/{experiment.pk}/sessions", body)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not LabelingSession.objects.exists()


def test_a_list_shows_each_sessions_own_tags_at_the_same_cost(
    api, manager, experiment, django_assert_num_queries
):
    caller, path = api(manager), f"/experiments/{experiment.pk}/sessions"
    for number in range(3):
        caller.post(path, {"name": "One of", "tags": {"number": str(number)}})

    with django_assert_num_queries(6):
        rows = caller.get(path).json()["rows"]

    assert [row["tags"] for row in rows] == [{"number": "2"}, {"number": "1"}, {"number": "0"}]


def test_what_cannot_be_judged_goes_to_another_when_the_session_says_so(api, manager, experiment):
    make_schema(experiment, "correct")
    caller, path = api(manager), f"/experiments/{experiment.experiment_id}/sessions"

    made = caller.post(path, {"name": "n", "label_schemas": ["correct"]}).json()
    changed = caller.patch(f"/sessions/{made['session_id']}", {"reroutes_cannot_judge": True})
    wrong = caller.patch(f"/sessions/{made['session_id']}", {"reroutes_cannot_judge": "yes"})

    assert made["reroutes_cannot_judge"] is False
    assert changed.json()["reroutes_cannot_judge"] is True
    assert wrong.status_code == 400
