"""Who am I, and my tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.joining import create_token
from accounts.models import ApiToken, AuditEvent, User
from accounts.roles import ALL_SCOPES, Role
from tests.api.conftest import Caller
from tests.factories import make_experiment


def test_me_tells_account_token_and_roles(api, developer, experiment):
    answer = api(developer, "read", "review").get("/me").json()

    assert answer["email"] == "developer@example.org"
    assert answer["is_operator"] is False
    assert answer["token"]["scopes"] == ["read", "review"]
    assert answer["experiments"] == [
        {"experiment_id": str(experiment.pk), "name": experiment.name, "role": "developer"}
    ]


def test_a_signed_in_page_has_no_token(client, developer):
    client.force_login(developer)

    assert client.get("/api/v1/me").json()["token"] is None


def test_a_token_for_one_experiment_tells_no_other(api, developer, experiment):
    other = make_experiment()
    other.memberships.create(user=developer, role=Role.OWNER)

    answer = api(developer, experiment_id=str(other.pk)).get("/me").json()

    assert [row["experiment_id"] for row in answer["experiments"]] == [str(other.pk)]


def test_a_new_token_shows_its_secret_once(api, developer, experiment):
    caller = api(developer)
    made = caller.post(
        "/tokens",
        {"scopes": ["read"], "name": "notebook", "experiment_id": str(experiment.pk)},
    )

    listed = caller.get("/tokens")

    assert made.status_code == 201
    secret = made.json()["secret"]
    assert Caller(headers={"Authorization": f"Bearer {secret}"}).get("/me").status_code == 200
    assert secret not in listed.content.decode()
    assert listed.json()["rows"][0]["name"] == "notebook"
    assert listed.json()["rows"][0]["prefix"] == secret[:12]


def test_a_revoked_token_ends_and_stays_in_the_list(api, developer):
    caller = api(developer)
    made = caller.post("/tokens", {"scopes": ["read"]}).json()

    answers = [caller.delete(f"/tokens/{made['token_id']}").status_code for _ in range(2)]

    assert answers == [204, 204]
    used = Caller(headers={"Authorization": f"Bearer {made['secret']}"}).get("/me")
    assert used.status_code == 401
    assert caller.get("/tokens").json()["rows"][0]["revoked_at"] is not None
    assert AuditEvent.objects.filter(act="token revoked").count() == 1


def test_tokens_of_others_do_not_exist(api, developer, manager):
    token, _ = create_token(manager, ["read"])

    answer = api(developer).delete(f"/tokens/{token.token_id}")

    assert answer.status_code == 404
    assert ApiToken.objects.get(pk=token.pk).revoked_at is None
    rows = api(developer).get("/tokens").json()["rows"]
    assert token.token_id not in [row["token_id"] for row in rows]


@pytest.mark.parametrize("scope", [scope.value for scope in ALL_SCOPES if scope != "manage"])
def test_only_the_scope_manage_reaches_tokens(api, developer, scope):
    caller = api(developer, scope)

    answers = [
        caller.get("/tokens"),
        caller.post("/tokens", {"scopes": [scope]}),
        caller.delete("/tokens/x"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_a_token_passes_on_only_its_own_scopes(api, developer):
    answer = api(developer, "manage", "read").post("/tokens", {"scopes": ["attribute:any"]})

    assert answer.status_code == 403
    assert ApiToken.objects.filter(user=developer).count() == 1


def test_a_token_for_one_experiment_passes_on_only_that(api, developer, experiment):
    other = make_experiment()
    other.memberships.create(user=developer, role=Role.OWNER)
    bound = api(developer, "manage", "read", experiment_id=str(experiment.pk))

    everywhere = bound.post("/tokens", {"scopes": ["read"]})
    elsewhere = bound.post("/tokens", {"scopes": ["read"], "experiment_id": str(other.pk)})
    here = bound.post("/tokens", {"scopes": ["read"], "experiment_id": str(experiment.pk)})

    assert [a.status_code for a in (everywhere, elsewhere, here)] == [403, 403, 201]


def test_a_token_cannot_outlive_its_maker(developer):
    end = timezone.now() + timedelta(days=1)
    _, secret = create_token(developer, ["manage", "read"], expires_at=end)
    caller = Caller(headers={"Authorization": f"Bearer {secret}"})

    for_ever = caller.post("/tokens", {"scopes": ["read"]})
    longer = caller.post(
        "/tokens", {"scopes": ["read"], "expires_at": (end + timedelta(days=1)).isoformat()}
    )
    shorter = caller.post("/tokens", {"scopes": ["read"], "expires_at": end.isoformat()})

    assert [a.status_code for a in (for_ever, longer, shorter)] == [403, 403, 201]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes[0]"),
        ({"scopes": ["read"], "experiment_id": "x"}, "experiment_id"),
        ({"scopes": ["read"], "experiment_id": "007"}, "experiment_id"),
        ({"scopes": ["read"], "experiment_id": "999999"}, "experiment_id"),
        ({"scopes": ["read"], "expires_at": "soon"}, "expires_at"),
        ({"scopes": ["read"], "token_id": "tok-mine"}, "token_id"),
        ({"scopes": ["read"], "user": 1}, "user"),
    ],
)
def test_a_token_that_cannot_be_so_names_the_field(api, developer, body, field):
    answer = api(developer).post("/tokens", body)

    assert answer.status_code == 400
    assert any(name.startswith(field.partition("[")[0]) for name in answer.json()["fields"])
    assert ApiToken.objects.filter(user=developer).count() == 1


def test_an_operator_binds_to_any_experiment(api, experiment):
    operator = User.objects.create_superuser("operator@example.org")

    answer = api(operator).post(
        "/tokens", {"scopes": ["read"], "experiment_id": str(experiment.pk)}
    )

    assert answer.status_code == 201
