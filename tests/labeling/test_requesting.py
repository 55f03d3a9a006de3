"""Accepting somebody who asked to review: what it costs where every member takes part."""

from __future__ import annotations

import pytest

from accounts.credentials import Credential
from accounts.roles import Role
from labeling import requesting
from labeling.models import SessionReviewer
from tests.factories import NOW, make_member, make_session


def accept(session, user, manager) -> None:
    requesting.ask(session.session_id, user, now=NOW)
    request = session.access_requests.select_related("session").get(user=user)
    requesting.accept(request, by=Credential(user=manager), now=NOW)


@pytest.mark.parametrize("n_members", [1, 30])
def test_it_costs_the_same_for_many_members(
    experiment, manager, outsider, django_assert_max_num_queries, n_members
):
    for n in range(n_members):
        make_member(experiment, Role.REVIEWER, f"member{n}@example.org")
    session = make_session(experiment, manager)
    requesting.ask(session.session_id, outsider, now=NOW)
    request = session.access_requests.select_related("session").get()

    with django_assert_max_num_queries(12):
        requesting.accept(request, by=Credential(user=manager), now=NOW)

    assert SessionReviewer.objects.filter(session=session).count() == n_members + 2


def test_somebody_who_was_left_out_comes_back(experiment, manager, reviewer, outsider):
    session = make_session(experiment, manager, reviewers=(reviewer, outsider))
    session.reviewers.filter(user=outsider).update(removed_at=NOW)

    accept(session, outsider, manager)

    assert not session.reviewers.filter(removed_at__isnull=False).exists()
    assert session.reviewers.count() == 2
