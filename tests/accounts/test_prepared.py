"""Prepared queries answer what the plain ones answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken, User
from accounts.prepared import prepared
from tests.factories import NOW, make_token, make_user

pytestmark = pytest.mark.django_db


@prepared
def tokens_of(how_many: str, /, *, user: int, since: datetime, name: str) -> QuerySet[ApiToken]:
    """Joined rows by a number, a moment and a text."""
    found = ApiToken.objects.select_related("user").exclude(name=name)
    found = found.filter(user=user, created_at__gte=since).order_by("-pk")
    return found[:1] if how_many == "newest" else found


@prepared
def names_like(*, email: str) -> QuerySet[User, tuple[int, str]]:
    """Tuples of columns."""
    return User.objects.filter(email=email).values_list("pk", "email")


@pytest.fixture
def people(db) -> list[User]:
    """Two people with two tokens each."""
    people = [make_user(), make_user()]
    for person in people:
        make_token(person, "read")
        make_token(person, "review")
    return people


def test_rows_are_those_of_the_plain_query(people) -> None:
    for person in people:
        plain = ApiToken.objects.filter(user=person).order_by("-pk")

        found = tokens_of("all", user=person.pk, since=NOW - timedelta(days=9999), name="-")

        assert [(row.pk, row.scopes) for row in found] == [(row.pk, row.scopes) for row in plain]
        assert len(found) == 2


def test_joined_rows_come_along(people, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        found = tokens_of("all", user=people[1].pk, since=NOW - timedelta(days=9999), name="-")

        assert {row.user.email for row in found} == {people[1].email}


def test_each_shape_is_a_query_of_its_own(people) -> None:
    since = NOW - timedelta(days=9999)

    assert len(tokens_of("newest", user=people[0].pk, since=since, name="-")) == 1
    assert len(tokens_of("all", user=people[0].pk, since=since, name="-")) == 2


def test_moments_are_compared_as_moments(people) -> None:
    newest = ApiToken.objects.filter(user=people[0]).latest("pk")
    ApiToken.objects.update(created_at=NOW)
    ApiToken.objects.filter(pk=newest.pk).update(created_at=NOW + timedelta(hours=1))

    found = tokens_of("all", user=people[0].pk, since=NOW + timedelta(minutes=59), name="-")
    none = tokens_of("all", user=people[0].pk, since=NOW + timedelta(minutes=61), name="-")

    assert ([row.pk for row in found], none) == ([newest.pk], [])


def test_tuples_come_as_tuples(people) -> None:
    assert names_like(email=people[1].email) == [(people[1].pk, people[1].email)]
    assert names_like.first(email="nobody@example.org") is None


def test_a_value_is_never_sql(people) -> None:
    assert names_like(email="' OR 1=1 --") == []
    assert names_like(email="%") == []


def test_rows_of_two_runs_are_two_objects(people) -> None:
    since = NOW - timedelta(days=9999)
    first = tokens_of("newest", user=people[0].pk, since=since, name="-")[0]
    first.name = "changed"

    assert tokens_of("newest", user=people[0].pk, since=since, name="-")[0].name != "changed"


def test_compiling_happens_once(people, monkeypatch) -> None:
    names_like(email="a@example.org")
    monkeypatch.setattr(names_like, "build", None)

    assert names_like(email=people[0].email) == [(people[0].pk, people[0].email)]


@pytest.mark.django_db(transaction=True)
def test_threads_share_what_is_compiled_and_nothing_else(people) -> None:
    names_like.compiled.clear()
    together = Barrier(4)

    def ask(number: int) -> set[tuple[int, str]]:
        found: set[tuple[int, str]] = set()
        together.wait()
        for _ in range(100):
            found.update(names_like(email=people[number % 2].email))
        connection.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))

    assert answers == [{(people[n % 2].pk, people[n % 2].email)} for n in range(4)]
    assert len(names_like.compiled) == 1


def test_a_lock_is_kept_in_the_sql(people) -> None:
    @prepared
    def locked(*, pk: int) -> QuerySet[User]:
        return User.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk)

    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert locked(pk=people[0].pk) == [people[0]]
        assert locked(pk=people[1].pk) == [people[1]]

    wanted = connection.features.has_select_for_update
    assert ["FOR NO KEY UPDATE" in each["sql"] for each in asked] == [wanted, wanted]


def test_a_truth_value_belongs_to_the_shape() -> None:
    @prepared
    def active(*, is_active: bool) -> QuerySet[User]:
        return User.objects.filter(is_active=is_active)

    with pytest.raises(TypeError, match="shape"):
        active(is_active=True)


@pytest.mark.parametrize("lookup", ["email__contains", "email__istartswith"])
def test_a_transformed_value_is_refused(lookup: str) -> None:
    @prepared
    def wild(*, part: str) -> QuerySet[User]:
        return User.objects.filter(**{lookup: part})

    with pytest.raises(TypeError, match="compute it before"):
        wild(part="a")


def test_a_value_used_twice_is_filled_in_twice(people) -> None:
    @prepared
    def same(*, email: str) -> QuerySet[User]:
        loud = User.objects.annotate(loud=Upper("email"))
        return loud.filter(email=email).exclude(loud=email)

    assert same(email=people[0].email) == [people[0]]
