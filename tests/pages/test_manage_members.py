"""Owners decide who belongs to their experiment."""

from __future__ import annotations

import pytest

from accounts.models import User


@pytest.fixture
def own(client, owner):
    """A signed-in owner's client."""
    client.force_login(owner)
    return client


@pytest.fixture
def place(experiment) -> str:
    """Where its members are."""
    return f"/e/{experiment.pk}/settings/members/"


def test_a_person_is_added_by_e_mail(own, experiment, place):
    response = own.post(place, {"email": "New@example.org", "role": "manager"}, follow=True)

    assert "new@example.org is manager of this experiment." in response.content.decode()
    assert experiment.memberships.get(user__email="new@example.org").role == "manager"


def test_a_role_is_changed(own, experiment, place, reviewer):
    own.post(place, {"email": reviewer.email, "role": "developer"})

    assert experiment.memberships.get(user=reviewer).role == "developer"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"email": "nobody", "role": "owner"}, "email"),
        ({"email": "a@x.org", "role": "king"}, "role"),
    ],
)
def test_a_mistake_is_told_beside_its_field(own, place, form, field):
    response = own.post(place, form)

    assert list(response.context["form"].errors) == [field]


def test_the_last_owner_stays_owner(own, experiment, owner, place):
    response = own.post(place, {"email": owner.email, "role": "reviewer"})

    assert "This is the only owner." in str(response.context["form"].errors["role"])
    assert experiment.memberships.get(user=owner).role == "owner"


def test_the_last_owner_cannot_be_removed(own, experiment, owner, place):
    response = own.post(f"{place}remove/", {"email": owner.email}, follow=True)

    assert "This is the only owner." in response.content.decode()
    assert experiment.memberships.filter(user=owner).exists()


def test_a_member_is_removed(own, experiment, reviewer, place):
    response = own.post(f"{place}remove/", {"email": reviewer.email}, follow=True)

    assert "is no longer a member." in response.content.decode()
    assert not experiment.memberships.filter(user=reviewer).exists()
    assert User.objects.filter(pk=reviewer.pk).exists()


def test_somebody_who_was_no_member_is_told_so(own, place):
    response = own.post(f"{place}remove/", {"email": "never@example.org"}, follow=True)

    assert "That was no member." in response.content.decode()


def test_an_owner_who_leaves_goes_where_they_belong(own, experiment, place, owner, manager):
    experiment.memberships.filter(user=manager).update(role="owner")

    response = own.post(f"{place}remove/", {"email": owner.email})

    assert response["Location"] == "/"


def test_the_list_costs_the_same_whatever_its_length(
    own, place, manager, developer, reviewer, second_reviewer, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        own.get(place)
