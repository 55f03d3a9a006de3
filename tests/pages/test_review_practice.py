"""Practice, the opening date, a note to the team, and one press that submits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from assessments.models import Assessment
from labeling.managing import create_session, edit_session
from labeling.models import Answer, LabelingSession, QueueItem, Review, SessionNote
from labeling.noting import MOST_NOTES, leave_note
from labeling.opening import open_due
from labeling.planning import plan_of
from labeling.plans import InvalidPlan, Plan
from labeling.progress import progress_of
from tests.factories import NOW, make_experiment, make_session, make_trace
from tests.pages.forms import acts_of, form_of
from tests.pages.reviewing import fields, signed_in, submit, url


@pytest.fixture
def by(manager):
    return Credential(user=manager)


@pytest.fixture
def practice(experiment):
    return make_trace(experiment, question="A question to practise on?")


@pytest.fixture
def session(experiment, manager, reviewer, practice):
    return make_session(
        experiment,
        manager,
        questions=("correct", "clarity"),
        reviewers=(reviewer,),
        practice_trace_id=practice.trace_id,
    )


@pytest.fixture
def client(reviewer):
    return signed_in(reviewer)


def practise(client, session, **values):
    page = client.get(url(session, "practice"))
    return client.post(
        url(session, "practice"), form_of(page) | {"act": "submit"} | fields(**values)
    )


def test_the_start_page_offers_practice_until_something_is_done(client, session):
    link = f'href="/r/{session.session_id}/practice/"'
    assert link in client.get(f"/r/{session.session_id}/").content.decode()

    submit(client, session)

    assert link not in client.get(f"/r/{session.session_id}/").content.decode()


def test_practice_is_answered_like_an_item_and_counted_nowhere(client, session):
    response = practise(client, session, correct="true", clarity="4")

    assert response.status_code == 200
    assert "Nothing you answered here was kept." in response.content.decode()
    assert not Review.objects.exists()
    assert not Answer.objects.exists()
    assert not Assessment.objects.exists()
    assert progress_of(session).items.total == QueueItem.objects.count() == 2


def test_practice_says_what_a_submit_would_say(client, session):
    response = practise(client, session, correct="true")

    assert response.status_code == 422
    assert "Nothing you answered here was kept." not in response.content.decode()
    assert 'id="q2" data-needed' in response.content.decode()
    assert response.content.decode().count('class="errtx"') == 1


def test_without_a_practice_item_or_once_closed_one_starts_instead(
    client, session, by, experiment, manager, reviewer
):
    other = make_session(experiment, manager, reviewers=(reviewer,))
    session.state = LabelingSession.State.CLOSED
    session.save(update_fields=["state"])

    for each in (other, session):
        response = client.get(url(each, "practice"))
        assert response.headers["Location"] == f"/r/{each.session_id}/"


def test_an_outsider_gets_no_practice(session, outsider):
    assert signed_in(outsider).get(url(session, "practice")).status_code == 404


@pytest.mark.parametrize("wanted", ["tr-none", "nul\0"])
def test_a_trace_that_is_not_there_cannot_be_practised_on(session, by, wanted):
    with pytest.raises(InvalidPlan, match="no such trace"):
        edit_session(session, Plan(name="x", practice_trace_id=wanted), by=by, now=NOW)


def test_a_trace_of_another_experiment_cannot_be_practised_on(session, by):
    foreign = make_trace(make_experiment())

    with pytest.raises(InvalidPlan, match="no such trace"):
        edit_session(session, Plan(name="x", practice_trace_id=foreign.trace_id), by=by, now=NOW)


def test_a_plan_comes_back_whole(session, by):
    before = plan_of(session)

    edit_session(session, before, by=by, now=NOW)

    assert plan_of(LabelingSession.objects.get(pk=session.pk)) == before


def test_a_deleted_practice_trace_takes_only_the_practice_away(client, session, practice):
    practice.delete()

    assert "Try a practice item" not in client.get(f"/r/{session.session_id}/").content.decode()
    assert client.get(url(session)).status_code == 200


def test_a_draft_says_when_it_opens_and_then_does(experiment, manager, reviewer, client):
    opens_at = NOW + timedelta(days=7)
    session = make_session(
        experiment, manager, reviewers=(reviewer,), opened=False, opens_at=opens_at
    )
    page = client.get(f"/r/{session.session_id}/").content.decode()
    assert "It opens on" in page
    assert "27 November" in page

    assert open_due(now=opens_at - timedelta(seconds=1)) == 0
    assert open_due(now=opens_at) == 1
    assert open_due(now=opens_at) == 0

    session.refresh_from_db()
    assert (session.state, session.opened_at) == ("open", opens_at)
    assert AuditEvent.objects.filter(act="labeling session opened", actor="system").count() == 1
    assert "Start reviewing" in client.get(f"/r/{session.session_id}/").content.decode()


def test_a_draft_without_a_question_or_a_date_does_not_open_by_itself(experiment, by):
    create_session(experiment, Plan(name="no question", opens_at=NOW), by=by, now=NOW)
    create_session(experiment, Plan(name="no date"), by=by, now=NOW)

    assert open_due(now=NOW) == 0


def test_a_note_reaches_those_who_run_the_session_and_nobody_else(
    client, session, manager, developer, second_reviewer
):
    done = f"/r/{session.session_id}/done/"
    response = client.post(done, {"note": "The third <b>document</b> is old."})

    assert response.headers["Location"] == f"{done}#note"
    shown = "The third &lt;b&gt;document&lt;/b&gt; is old."
    overview = f"/e/{session.experiment_id}/sessions/{session.session_id}/"
    assert shown in client.get(done).content.decode()
    assert shown in signed_in(manager).get(overview).content.decode()
    assert shown not in signed_in(developer).get(overview).content.decode()
    assert shown not in signed_in(manager).get(done).content.decode()


def test_the_same_note_sent_twice_is_one(session, reviewer):
    for _ in range(2):
        leave_note(session, reviewer, " Once. ", now=NOW)

    assert SessionNote.objects.get().text == "Once."


@pytest.mark.parametrize(
    ("text", "fault"), [(" ", "Write something first."), ("x" * 5_001, "at most 5000 characters")]
)
def test_a_note_that_cannot_be_kept_stays_on_the_page(client, session, text, fault):
    response = client.post(f"/r/{session.session_id}/done/", {"note": text})

    assert response.status_code == 422
    assert fault in response.content.decode()
    assert text.strip() in response.content.decode()
    assert not SessionNote.objects.exists()


def test_nobody_fills_the_managers_page_with_notes(client, session, reviewer):
    for n in range(MOST_NOTES):
        leave_note(session, reviewer, f"Note {n}", now=NOW + timedelta(seconds=n))

    response = client.post(f"/r/{session.session_id}/done/", {"note": "One more"})

    assert response.status_code == 422
    assert SessionNote.objects.count() == MOST_NOTES


@pytest.mark.parametrize(
    ("questions", "comment", "is_on", "picks"),
    [
        (("correct",), "optional", True, True),
        (("correct",), "optional", False, False),
        (("correct",), "required", True, False),
        (("clarity",), "optional", True, False),
        (("correct", "clarity"), "optional", True, False),
    ],
)
def test_one_pass_or_fail_question_is_submitted_by_its_answer(
    experiment, manager, reviewer, client, questions, comment, is_on, picks
):
    session = make_session(
        experiment, manager, questions=questions, reviewers=(reviewer,), submits_on_pick=is_on
    )
    if comment == "required":
        version = session.questions.get().label_schema.version
        type(version).objects.filter(pk=version.pk).update(comment=comment)

    page = client.get(url(session))

    assert ("data-picks" in page.content.decode()) is picks
    assert "submit" in acts_of(page)
