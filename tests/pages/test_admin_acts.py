"""What operators can do from a list: by the verbs, with their audit lines and their refusals."""

from __future__ import annotations

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import ApiToken, AuditEvent, User
from accounts.operator_acts import MOST_AT_ONCE
from assessments.drafts import Draft
from assessments.models import Assessment, Revision
from assessments.recording import Context, record
from labeling.managing import close_session
from labeling.models import LabelingSession
from tests.factories import NOW, make_session, make_trace, submit
from tests.pages.operating import do, list_of, make_operator, page_of, text_at
from traces.models import Experiment

pytestmark = pytest.mark.django_db
RETRACT, REVOKE, CLOSE, REOPEN = "retract_one", "revoke_one", "close_one", "reopen_one"
DEACTIVATE, ACTIVATE = "deactivate_one", "activate_one"


@pytest.fixture
def operator(db) -> User:
    return make_operator()


@pytest.fixture
def client(operator) -> Client:
    client = Client()
    client.force_login(operator)
    return client


@pytest.fixture
def session(experiment, manager, reviewer) -> LabelingSession:
    """With one answer of the reviewer's."""
    session = make_session(experiment, manager, reviewers=(reviewer,))
    submit(session, 1, reviewer, correct=True)
    return session


@pytest.fixture
def answer(session) -> Assessment:
    return Assessment.objects.get(run=session.run)


@pytest.fixture
def token(manager) -> ApiToken:
    return Credential(user=manager).user.api_tokens.create(
        token_id="tok-1", prefix="ra_abc", secret_hash="0" * 64, scopes=["read"]
    )


def told(act: str) -> list[tuple[str, str]]:
    """Who did this to what, as the audit log has it."""
    return list(AuditEvent.objects.filter(act=act).values_list("actor", "subject"))


def said_of(author: User, session: LabelingSession) -> Assessment:
    draft = Draft(name="helpful", kind="feedback", value=True)
    by = Credential(user=author)
    trace = session.items.first().trace
    return record(trace, draft, by=by, now=NOW, context=Context(run=session.run))


def close(session: LabelingSession, manager: User) -> None:
    close_session(session, by=Credential(user=manager), now=NOW)


def state_of(session: LabelingSession) -> str:
    return LabelingSession.objects.get(pk=session.pk).state


def test_retracting_asks_first(client, answer):
    page = do(client, RETRACT, answer, confirmed=False)

    assert "They leave every list and statistic for good" in page
    assert f'name="_selected_action" value="{answer.pk}"' in page
    assert Assessment.objects.get(pk=answer.pk).retracted_at is None


def test_retracting_is_audited_and_keeps_the_history(client, answer):
    page = do(client, RETRACT, answer)

    assert "“correct by HUMAN/amara@example.org”: retracted." in page
    assert Assessment.objects.get(pk=answer.pk).retracted_at is not None
    assert told("assessment retracted") == [("operator@example.org", answer.assessment_id)]
    assert Revision.objects.filter(assessment=answer).latest("pk").action == "retracted"


def test_what_was_retracted_is_not_retracted_again(client, answer):
    do(client, RETRACT, answer)

    page = do(client, RETRACT, answer)

    assert "was retracted already." in page
    assert len(told("assessment retracted")) == 1


def test_ones_own_answer_in_a_closed_session_stays_and_the_others_go(
    client, operator, session, answer, manager
):
    own = said_of(operator, session)
    close(session, manager)

    page = do(client, RETRACT, own, answer)

    assert "This answer belongs to a labeling session that is closed." in page
    assert Assessment.objects.get(pk=own.pk).retracted_at is None
    assert Assessment.objects.get(pk=answer.pk).retracted_at is not None


def test_in_a_deleted_experiment_nothing_is_retracted(client, answer, experiment):
    Experiment.objects.filter(pk=experiment.pk).update(deleted_at=timezone.now())

    page = do(client, RETRACT, answer)

    assert "not found" in page
    assert Assessment.objects.get(pk=answer.pk).retracted_at is None


def test_revoking_a_token_asks_first_and_is_audited(client, token):
    page = do(client, REVOKE, token, confirmed=False)
    assert "This cannot be undone" in page
    assert ApiToken.objects.get(pk=token.pk).revoked_at is None

    page = do(client, REVOKE, token)

    assert "revoked." in page
    assert told("token revoked") == [("operator@example.org", "ra_abc… of manager@example.org")]


def test_deactivating_people_asks_first_and_keeps_the_last_operator(client, operator, manager):
    page = do(client, DEACTIVATE, manager, operator, confirmed=False)
    assert "What they answered stays" in page
    assert User.objects.get(pk=manager.pk).is_active

    page = do(client, DEACTIVATE, manager, operator)

    assert "“manager@example.org”: deactivated." in page
    assert "operator@example.org is the only operator. Make another one first." in page
    assert told("account deactivated") == [("operator@example.org", "manager@example.org")]
    assert "Cannot sign in: the account is not active." in text_at(client, page_of(manager))


def test_people_are_activated_again(client, manager):
    do(client, DEACTIVATE, manager)

    assert "“manager@example.org”: activated." in do(client, ACTIVATE, manager)
    assert "“manager@example.org”: was active already." in do(client, ACTIVATE, manager)
    assert User.objects.get(pk=manager.pk).is_active


def test_a_revoked_token_stays_as_it_is(client, token):
    do(client, REVOKE, token)
    first = ApiToken.objects.get(pk=token.pk).revoked_at

    page = do(client, REVOKE, token)

    assert "was revoked already." in page
    assert ApiToken.objects.get(pk=token.pk).revoked_at == first
    assert len(told("token revoked")) == 1


def test_sessions_are_closed_and_reopened(client, session):
    assert "closed." in do(client, CLOSE, session, confirmed=False)
    assert state_of(session) == "closed"

    assert "reopened." in do(client, REOPEN, session, confirmed=False)

    assert state_of(session) == "open"
    subject = ("operator@example.org", f"{session.name} ({session.session_id})")
    assert told("labeling session closed") == told("labeling session reopened") == [subject]


@pytest.mark.parametrize(("opened", "act"), [(False, CLOSE), (False, REOPEN), (True, REOPEN)])
def test_a_session_in_another_state_is_refused_in_words(client, experiment, manager, opened, act):
    session = make_session(experiment, manager, opened=opened)

    page = do(client, act, session, confirmed=False)

    assert '<li class="warning">' in page
    assert state_of(session) == ("open" if opened else "draft")


def test_a_deleted_session_is_refused(client, session):
    type(session.run).objects.filter(pk=session.run_id).update(deleted_at=timezone.now())

    assert "There is no labeling session" in do(client, CLOSE, session, confirmed=False)
    assert state_of(session) == "open"


def test_more_than_a_page_at_once_is_refused(client, experiment, manager):
    trace = make_trace(experiment)
    by = Credential(user=manager)
    said = [
        record(trace, Draft(name=f"n{n}", kind="feedback", value=n), by=by, now=NOW)
        for n in range(MOST_AT_ONCE + 1)
    ]

    page = do(client, RETRACT, *said)

    assert f"Choose at most {MOST_AT_ONCE} rows at once." in page
    assert not Assessment.objects.filter(retracted_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 200),
        ({"action": RETRACT}, 200),
        ({"action": RETRACT, "index": "0"}, 302),
        ({"action": "a\0b", "_selected_action": "1", "index": "0"}, 302),
        ({"action": "delete_selected", "_selected_action": "1", "index": "0"}, 302),
        ({"action": RETRACT, "_selected_action": "abc", "index": "0"}, 404),
        ({"action": RETRACT, "_selected_action": "9" * 40, "index": "0"}, 404),
        ({"action": RETRACT, "_selected_action": "1\0", "index": "0"}, 404),
        ({"action": RETRACT, "_selected_action": "9" * 18, "index": "x"}, 200),
        ({"action": RETRACT, "_selected_action": "9" * 18, "index": "9" * 5000}, 200),
    ],
)
def test_an_odd_post_breaks_nothing_and_does_nothing(client, answer, sent, status):
    assert client.post(list_of(Assessment), sent).status_code == status
    assert Assessment.objects.get(pk=answer.pk).retracted_at is None


def test_an_action_needs_the_token_of_the_page(operator, answer):
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(operator)
    sent = {"action": RETRACT, "_selected_action": answer.pk, "confirmed": "yes"}

    assert forged.post(list_of(Assessment), sent).status_code == 403
    assert Assessment.objects.get(pk=answer.pk).retracted_at is None


def test_an_owner_of_the_experiment_does_nothing_here(owner, answer, token, session):
    client = Client()
    client.force_login(owner)
    rows: list[tuple[str, Model]] = [(RETRACT, answer), (REVOKE, token), (CLOSE, session)]

    pages = [do(client, act, row) for act, row in rows]

    assert all("for the operators of this site" in page for page in pages)
    assert state_of(session) == "open"
    assert ApiToken.objects.get(pk=token.pk).revoked_at is None
    assert Assessment.objects.get(pk=answer.pk).retracted_at is None
