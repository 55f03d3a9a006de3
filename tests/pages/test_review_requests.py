"""Somebody with the link who is no reviewer: one page, a request at one press, and its answer."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from labeling.models import AccessRequest, LabelingSession, SessionReviewer
from tests.factories import make_session
from tests.pages.reviewing import signed_in, without_own_words
from tests.places import Place, make_place

UNKNOWN = "0" * 32


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    reviewers = (shared_place.reviewer,)
    return make_session(shared_place.experiment, shared_place.manager, reviewers=reviewers)


def ask(client, session_id):
    return client.post("/inbox/ask/", {"session": session_id})


def reply(client, session, user, act):
    base = f"/e/{session.experiment_id}/sessions/{session.session_id}/setup"
    return client.post(f"{base}/requests/", {"email": user.email, "do": act})


def may_review(session, user):
    return LabelingSession.objects.for_reviewer(user).filter(pk=session.pk).exists()


def test_one_press_asks_and_the_manager_sees_who(session, outsider, manager):
    client = signed_in(outsider)
    assert outsider.email in client.get(f"/r/{session.session_id}/").content.decode()

    response = ask(client, session.session_id)
    ask(client, session.session_id)

    assert response.headers["Location"] == f"/r/{session.session_id}/?asked"
    assert "Asked." in client.get(response.headers["Location"]).content.decode()
    assert AccessRequest.objects.get().user == outsider
    for tab in ("", "setup/"):
        path = f"/e/{session.experiment_id}/sessions/{session.session_id}/{tab}"
        assert outsider.email in signed_in(manager).get(path).content.decode()


def test_adding_somebody_lets_them_in_and_takes_the_request_off_the_list(
    session, outsider, manager, reviewer
):
    ask(signed_in(outsider), session.session_id)

    page = signed_in(manager)
    response = reply(page, session, outsider, "accept")

    assert may_review(session, outsider)
    assert may_review(session, reviewer)
    assert b"Asking to review" not in page.get(response.headers["Location"]).content
    assert signed_in(outsider).get(f"/r/{session.session_id}/").status_code == 200
    assert AuditEvent.objects.filter(act="access request accepted").count() == 1


def test_a_declined_request_stays_declined(session, outsider, manager):
    client, page = signed_in(outsider), signed_in(manager)
    ask(client, session.session_id)

    reply(page, session, outsider, "decline")
    ask(client, session.session_id)

    path = f"/e/{session.experiment_id}/sessions/{session.session_id}/"
    assert not may_review(session, outsider)
    assert b"Asking to review" not in page.get(path).content


def test_where_every_member_takes_part_adding_one_shuts_nobody_out(
    experiment, manager, reviewer, second_reviewer, outsider
):
    session = make_session(experiment, manager)
    ask(signed_in(outsider), session.session_id)

    reply(signed_in(manager), session, outsider, "accept")

    assert all(may_review(session, each) for each in (outsider, reviewer, second_reviewer))


def test_in_a_balanced_session_the_new_reviewer_gets_a_part(
    experiment, manager, reviewer, outsider
):
    session = make_session(
        experiment, manager, traces=4, reviewers=(reviewer,), assignment="balanced"
    )
    ask(signed_in(outsider), session.session_id)

    reply(signed_in(manager), session, outsider, "accept")

    assert session.items.offered_to(outsider.pk, "dealt").count() == 2


def test_asking_tells_nobody_whether_the_link_is_real(session, outsider):
    client = signed_in(outsider)

    real, invented = ask(client, session.session_id), ask(client, UNKNOWN)

    assert real.status_code == invented.status_code == 302
    pages = [client.get(each.headers["Location"]) for each in (real, invented)]
    assert [page.status_code for page in pages] == [404, 404]
    assert without_own_words(pages[0]) == without_own_words(pages[1])
    assert AccessRequest.objects.count() == 1


@pytest.mark.parametrize("sent", ["", "../../login", "a b", "x" * 65])
def test_what_is_no_session_id_is_not_looked_for(session, outsider, sent):
    response = ask(signed_in(outsider), sent)

    assert response.headers["Location"] == "/inbox/"
    assert not AccessRequest.objects.exists()


def test_a_reviewer_has_nothing_to_ask_for(session, reviewer):
    ask(signed_in(reviewer), session.session_id)

    assert not AccessRequest.objects.exists()


def test_a_developer_is_told_which_session_it_is_and_whom_to_ask(session, developer, manager):
    page = signed_in(developer).get(f"/r/{session.session_id}/")

    assert page.status_code == 404
    assert session.name in page.content.decode()
    assert f"Ask {manager.display_name} to add you" in page.content.decode()


@pytest.mark.parametrize("role", ["reviewer", "developer", "outsider"])
def test_only_managers_answer(request, session, role, second_reviewer):
    ask(signed_in(second_reviewer), session.session_id)

    response = reply(signed_in(request.getfixturevalue(role)), session, second_reviewer, "accept")

    assert response.status_code in (403, 404)
    assert not SessionReviewer.objects.filter(user=second_reviewer).exists()


def test_a_position_that_does_not_exist_leads_back_to_the_session(session, reviewer):
    page = signed_in(reviewer).get(f"/r/{session.session_id}/99/")

    assert page.status_code == 404
    assert "There is no item 99" in page.content.decode()
    assert f"/r/{session.session_id}/" in page.content.decode()
