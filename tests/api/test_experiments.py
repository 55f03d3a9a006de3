"""Experiments by the native API."""

from __future__ import annotations

from accounts.models import AuditEvent, User
from accounts.roles import Role
from tests.factories import make_experiment
from traces.models import Experiment, Membership


def test_a_developer_creates_an_experiment_and_owns_it(api, developer):
    answer = api(developer).post("/experiments", {"name": "Tax helper"})

    assert answer.status_code == 201
    made = Experiment.objects.get(name="Tax helper")
    assert answer.json()["experiment_id"] == str(made.pk)
    assert Membership.objects.get(experiment=made).role == Role.OWNER
    assert AuditEvent.objects.get(act="experiment created").actor == developer.email


def test_a_name_can_be_used_once(api, developer, experiment):
    answer = api(developer).post("/experiments", {"name": experiment.name})

    assert answer.status_code == 409
    assert answer.json()["code"] == "already_exists"


def test_people_who_only_review_create_no_experiments(api, reviewer):
    answer = api(reviewer).post("/experiments", {"name": "Mine"})

    assert answer.status_code == 403
    assert answer.json()["code"] == "not_allowed"
    assert not Experiment.objects.filter(name="Mine").exists()


def test_a_token_for_one_experiment_creates_no_other(api, developer, experiment):
    bound = api(developer, "traces:write", experiment_id=str(experiment.pk))

    answer = bound.post("/experiments", {"name": "Mine"})

    assert answer.status_code == 403


def test_creating_needs_the_scope_of_logging(api, developer):
    answer = api(developer, "read").post("/experiments", {"name": "Mine"})

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_a_missing_name_is_said(api, developer):
    answer = api(developer).post("/experiments", {})

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"name"}


def test_a_blank_name_is_said(api, developer):
    answer = api(developer).post("/experiments", {"name": "  "})

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"name"}


def test_one_lists_only_what_one_may_read(api, developer, reviewer, experiment):
    make_experiment("hidden")
    mine = make_experiment("mine too")
    mine.memberships.create(user=developer, role=Role.MANAGER)

    answer = api(developer).get("/experiments")

    assert [row["name"] for row in answer.json()["rows"]] == ["mine too", experiment.name]
    assert answer.json()["next_page_token"] is None
    assert api(reviewer).get("/experiments").json()["rows"] == []


def test_one_reads_an_experiment(api, developer, experiment):
    answer = api(developer).get(f"/experiments/{experiment.pk}")

    assert answer.status_code == 200
    assert answer.json()["name"] == experiment.name


def test_an_outsider_and_nobody_at_all_learn_nothing(api, outsider, experiment):
    hidden = api(outsider).get(f"/experiments/{experiment.pk}")
    missing = api(outsider).get("/experiments/999999")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json()["detail"].replace(str(experiment.pk), "999999") == missing.json()["detail"]


def test_a_list_costs_the_same_whatever_its_length(api, developer, django_assert_num_queries):
    caller = api(developer)
    for number in range(5):
        made = make_experiment(f"number {number}")
        made.memberships.create(user=developer, role=Role.DEVELOPER)
    caller.get("/experiments")

    with django_assert_num_queries(2):
        answer = caller.get("/experiments")

    assert len(answer.json()["rows"]) == 6


def test_an_operator_creates_without_any_role(api, db):
    operator = User.objects.create_superuser("operator@example.org")

    answer = api(operator).post("/experiments", {"name": "First"})

    assert answer.status_code == 201
