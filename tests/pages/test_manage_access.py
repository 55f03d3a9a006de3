"""Who may open which page under /e/. What may not be seen does not exist."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from labeling.manage_urls import experiment_urls, session_urls
from labeling.models import LabelingSession
from schemas.models import LabelSchema
from tests.factories import make_experiment, make_member, make_session, make_trace, make_user
from tests.pages.manage_places import (
    ALL,
    MANAGE,
    MANAGE_POST,
    OWN,
    OWN_POST,
    READ,
    Places,
)
from traces.models import Experiment

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def experiment(shared_db) -> Experiment:
    """Where the places are."""
    return make_experiment()


@pytest.fixture(scope="module")
def places(experiment) -> Places:
    """One experiment with a session and a trace."""
    someone = make_member(experiment, Role.MANAGER)
    session = make_session(experiment, someone, traces=1, reviewers=(someone,))
    return Places(experiment, session, session.items.get().trace)


def test_every_page_under_e_is_in_the_tables_of_this_file():
    named = {url.name for url in [*experiment_urls, *session_urls] if getattr(url, "name", None)}

    assert named == {*ALL, "manage"}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ALL)
def test_an_outsider_finds_nothing(client, outsider, places, name, method):
    client.force_login(outsider)

    response = getattr(client, method)(places.url(name))

    # 405 says only that the address is not read, whether or not anything is there.
    assert response.status_code in (404, 405)
    assert places.session.name not in response.content.decode()


@pytest.mark.parametrize("name", [*READ, *MANAGE, *OWN])
def test_a_reviewer_finds_nothing(client, reviewer, places, name):
    client.force_login(reviewer)

    assert client.get(places.url(name)).status_code == 404


@pytest.mark.parametrize("name", [*MANAGE_POST, *OWN_POST])
def test_a_reviewer_can_move_nothing(client, reviewer, places, name):
    client.force_login(reviewer)

    assert client.post(places.url(name)).status_code == 404


@pytest.mark.parametrize("name", ALL)
def test_somebody_unknown_is_asked_to_sign_in(client, places, name):
    method = client.post if name in (*MANAGE_POST, *OWN_POST) else client.get

    response = method(places.url(name))

    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("name", READ)
def test_a_developer_reads(client, developer, places, name):
    client.force_login(developer)

    assert client.get(places.url(name)).status_code == 200


@pytest.mark.parametrize("name", [*MANAGE, *OWN])
def test_a_developer_is_told_that_managing_is_not_allowed(client, developer, places, name):
    client.force_login(developer)

    assert client.get(places.url(name)).status_code == 403


@pytest.mark.parametrize("name", [*MANAGE_POST, *OWN_POST, "manage_new_session", "manage_schema"])
def test_a_developer_changes_nothing(client, developer, places, name):
    client.force_login(developer)

    response = client.post(places.url(name), {"name": places.session.name, "do": "create"})

    assert response.status_code == 403
    assert LabelingSession.objects.present().get().state == "open"
    assert LabelSchema.objects.standing().count() == 1


@pytest.mark.parametrize("name", ["manage_sessions", "manage_schemas", "manage_setup"])
def test_a_developer_sees_no_buttons_that_change_something(client, developer, places, name):
    client.force_login(developer)

    page = client.get(places.url(name)).content.decode()

    for words in ("New session", "New question", "Save session", "Delete session", "Members"):
        assert words not in page


@pytest.mark.parametrize("name", OWN)
def test_a_manager_is_no_owner(client, manager, places, name):
    client.force_login(manager)

    assert client.get(places.url(name)).status_code == 403


@pytest.mark.parametrize("name", [*READ, *MANAGE, *OWN])
def test_an_owner_opens_every_page(client, owner, places, name):
    client.force_login(owner)

    assert client.get(places.url(name)).status_code == 200


@pytest.mark.parametrize("name", [*MANAGE_POST, *OWN_POST])
def test_pages_that_change_something_are_never_read(client, owner, places, name):
    client.force_login(owner)

    assert client.get(places.url(name)).status_code == 405


@pytest.mark.parametrize("name", ["manage_session", "manage_schema", "manage_trace"])
def test_a_thing_of_another_experiment_is_not_here(client, owner, places, name):
    other = make_experiment()
    other.memberships.create(user=owner, role="owner")
    client.force_login(owner)
    address = places.url(name).replace(f"/e/{places.experiment.pk}/", f"/e/{other.pk}/")

    assert client.get(address).status_code == 404


def test_an_operator_owns_every_experiment(client, places):
    operator = make_user()
    operator.is_superuser = True
    operator.save()
    client.force_login(operator)

    assert client.get(places.url("manage_members")).status_code == 200


def test_the_experiments_address_leads_to_its_sessions(client, owner, places):
    client.force_login(owner)

    response = client.get(f"/e/{places.experiment.pk}/")

    assert response["Location"] == places.url("manage_sessions")


def test_the_switcher_lists_only_experiments_one_may_read(client, developer, places):
    readable, hidden = make_experiment("readable one"), make_experiment("hidden one")
    readable.memberships.create(user=developer, role="developer")
    hidden.memberships.create(user=developer, role="reviewer")
    client.force_login(developer)

    page = client.get(places.url("manage_traces")).content.decode()

    assert "readable one" in page
    assert "hidden one" not in page


def test_what_strangers_wrote_is_text_on_every_page(client, owner, experiment, manager):
    hostile = "<script>alert(1)</script>"
    session = make_session(experiment, manager, traces=0, reviewers=(manager,))
    trace = make_trace(experiment, question=hostile, answer=hostile)
    session.items.create(trace=trace, item_id="i-1", position=1)
    type(session).objects.filter(pk=session.pk).update(name=hostile, purpose=hostile)
    client.force_login(owner)
    places = Places(experiment, session, trace)

    for name in (*READ, *MANAGE, *OWN):
        assert hostile not in client.get(places.url(name)).content.decode()
