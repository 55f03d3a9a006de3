"""The list of sessions, a new session, its overview, and moving it between states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.credentials import Credential
from accounts.models import AuditEvent
from labeling import reviewing
from labeling.aggregation import refresh
from labeling.answering import Reply, Submission
from labeling.managing import close_session
from labeling.models import LabelingSession
from schemas.inputs import Categorical, describe_input
from schemas.models import SchemaVersion
from tests.factories import LEASE, NOW, make_schema, make_session, make_trace, make_user, submit


@pytest.fixture
def manage(client, manager, experiment):
    """A signed-in manager's client."""
    client.force_login(manager)
    return client


def filled_in(experiment, *names: str, **changes: object) -> dict[str, object]:
    """The form of a new session with these questions ticked, in their order."""
    form = {
        "name": "November review",
        "purpose": "Is the assistant right?",
        "guidelines": "# Read first",
        "reviews_required": 2,
        "due_on": "2026-12-24",
        "assignment": "balanced",
        "blind": "always",
        "reviewers": "amara@example.org\n\njonas@example.org\n",
        "filter": "",
        "n": 3,
        "how": "newest",
        "seed": 7,
        "do": "create",
    }
    for n, name in enumerate(names, start=1):
        schema_id = experiment.label_schemas.get(name=name).schema_id
        form |= {f"{schema_id}-ask": "on", f"{schema_id}-order": n}
    return form | changes


def test_without_sessions_the_list_offers_a_new_one(manage, experiment):
    page = manage.get(f"/e/{experiment.pk}/sessions/").content.decode()

    assert "No sessions yet" in page
    assert f"/e/{experiment.pk}/sessions/new/" in page


def test_the_list_tells_how_far_a_session_is(
    session_of_two, manage, experiment, reviewer, second_reviewer
):
    session = session_of_two()
    submit(session, 1, reviewer, correct=True)
    submit(session, 1, second_reviewer, correct=False)
    refresh(session.pk)

    response = manage.get(f"/e/{experiment.pk}/sessions/")

    ((line, bar, card),) = response.context["rows"]
    assert (line.filled, line.places, line.disagreements) == (2, 4, 1)
    assert bar.says == "Reviews in – in: 2 (of 4)"
    assert card.too_few == "Too few items yet (1 of 10)"


def test_closed_sessions_are_behind_their_tab(manage, experiment, manager):
    session = make_session(experiment, manager, traces=0)
    close_session(session, by=Credential(user=manager), now=NOW)

    listed = manage.get(f"/e/{experiment.pk}/sessions/").content.decode()
    closed = manage.get(f"/e/{experiment.pk}/sessions/?state=closed").content.decode()

    assert session.name not in listed
    assert session.name in closed


def test_the_list_goes_on_behind_fifty(manage, experiment, manager):
    for _ in range(51):
        make_session(experiment, manager, traces=0, opened=False)

    first = manage.get(f"/e/{experiment.pk}/sessions/")
    rest = manage.get(f"/e/{experiment.pk}/sessions/?after={first.context['follows']}")

    assert (len(first.context["rows"]), len(rest.context["rows"])) == (50, 1)
    assert rest.context["follows"] == ""


def test_the_list_costs_the_same_whatever_its_length(
    manage, experiment, manager, reviewer, django_assert_max_num_queries
):
    for _ in range(3):
        make_session(experiment, manager, reviewers=(reviewer,))

    with django_assert_max_num_queries(12):
        manage.get(f"/e/{experiment.pk}/sessions/")


def test_a_new_session_is_a_draft_as_it_was_typed(manage, experiment):
    make_schema(experiment, "tone")
    make_schema(experiment, "correct")
    for n in range(5):
        make_trace(experiment, start=NOW + timedelta(minutes=n))

    response = manage.post(
        f"/e/{experiment.pk}/sessions/new/", filled_in(experiment, "correct", "tone")
    )

    session = LabelingSession.objects.get()
    assert response["Location"] == f"/e/{experiment.pk}/sessions/{session.session_id}/"
    assert (session.name, session.state, session.blind) == ("November review", "draft", "always")
    assert (session.reviews_required, session.assignment) == (2, "balanced")
    assert session.due_at == datetime(2026, 12, 24, 23, 59, tzinfo=UTC)
    assert [row.label_schema.name for row in session.questions.all()] == ["correct", "tone"]
    assert [row.required for row in session.questions.all()] == [False, False]
    assert [row.user.email for row in session.reviewers.all()] == [
        "amara@example.org",
        "jonas@example.org",
    ]
    assert session.items.count() == 3


def test_the_numbers_give_the_order_and_the_ticks_what_is_required(manage, experiment):
    first, second = make_schema(experiment, "tone"), make_schema(experiment, "correct")
    form = filled_in(experiment, "tone", "correct", n=0) | {
        f"{first.schema_id}-order": 9,
        f"{second.schema_id}-order": 2,
        f"{second.schema_id}-required": "on",
    }

    manage.post(f"/e/{experiment.pk}/sessions/new/", form)

    rows = LabelingSession.objects.get().questions.all()
    assert [(row.label_schema.name, row.required) for row in rows] == [
        ("correct", True),
        ("tone", False),
    ]


def test_the_draw_of_a_new_session_is_told_in_the_audit_log(manage, experiment):
    make_trace(experiment)

    manage.post(f"/e/{experiment.pk}/sessions/new/", filled_in(experiment, how="random"))

    details = AuditEvent.objects.get(act="traces added to session").details
    assert details["sample"] == {"n": 3, "how": "random", "seed": 7}
    assert details["added"] == 1


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "form", "name"),
        ({"reviewers": "amara@example.org\nnobody"}, "form", "reviewers"),
        ({"reviews_required": 0}, "form", "reviews_required"),
        ({"due_on": "soon"}, "form", "due_on"),
        ({"assignment": "lottery"}, "form", "assignment"),
        ({"filter": "statu = 'OK'"}, "picks", "filter"),
        ({"filter": "span.attributes.x"}, "picks", "filter"),
        ({"n": "many"}, "picks", "n"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_everything_typed_stays(
    manage, experiment, changes, field, message
):
    response = manage.post(f"/e/{experiment.pk}/sessions/new/", filled_in(experiment, **changes))

    assert not LabelingSession.objects.exists()
    assert list(response.context[field].errors) == [message]
    assert "Is the assistant right?" in response.content.decode()
    assert 'aria-invalid="true"' in response.content.decode()


def test_the_message_about_a_filter_points_at_the_column(manage, experiment):
    response = manage.post(
        f"/e/{experiment.pk}/sessions/new/", filled_in(experiment, filter="status = 'OK' AND x = 1")
    )

    (message,) = response.context["picks"].errors["filter"]
    assert message.startswith("Column 19 of the filter")


def test_a_preview_counts_and_creates_nothing(manage, experiment):
    make_schema(experiment, "tone")
    for n in range(7):
        make_trace(experiment, question=f"Question {n}?", start=NOW + timedelta(minutes=n))

    response = manage.post(
        f"/e/{experiment.pk}/sessions/new/",
        filled_in(experiment, "tone", n=6, name="", do="preview"),
    )

    preview = response.context["preview"]
    assert (preview.matching, preview.taken) == (7, 6)
    assert [line.question for line in preview.first] == [f"Question {n}?" for n in (6, 5, 4, 3, 2)]
    page = response.content.decode()
    assert "Is the assistant right?" in page
    assert "This field is required" not in page
    assert response.context["rows"][0]["ask"].value() is True
    assert not LabelingSession.objects.exists()


def test_a_preview_of_a_random_draw_is_what_creating_takes(manage, experiment):
    for n in range(9):
        make_trace(experiment, question=f"Question {n}?")
    form = filled_in(experiment, how="random", n=4)

    preview = manage.post(f"/e/{experiment.pk}/sessions/new/", form | {"do": "preview"})
    manage.post(f"/e/{experiment.pk}/sessions/new/", form)

    items = LabelingSession.objects.get().items.in_order().select_related("trace")
    shown = [line.trace_id for line in preview.context["preview"].first]
    assert [item.trace.trace_id for item in items] == shown


def test_opening_without_a_question_says_what_is_missing(manage, experiment, manager):
    session = make_session(experiment, manager, questions=(), opened=False)

    response = manage.post(f"/e/{experiment.pk}/sessions/{session.session_id}/open/", follow=True)

    assert "Ask at least one question" in response.content.decode()
    session.refresh_from_db()
    assert session.state == "draft"


def test_a_session_is_opened_closed_and_reopened(manage, experiment, manager):
    session = make_session(experiment, manager, opened=False)
    states = []

    for act in ("open", "close", "reopen"):
        manage.post(f"/e/{experiment.pk}/sessions/{session.session_id}/{act}/")
        session.refresh_from_db()
        states.append(session.state)

    assert states == ["open", "closed", "open"]


def test_moving_a_session_twice_tells_why_not(manage, experiment, manager):
    session = make_session(experiment, manager)

    response = manage.post(f"/e/{experiment.pk}/sessions/{session.session_id}/open/", follow=True)

    assert "A session that is open cannot be opened." in response.content.decode()


def test_the_overview_shows_agreement_with_its_doubt(
    session_of_two, manage, experiment, reviewer, second_reviewer
):
    session = session_of_two(traces=6, questions=("correct", "improvement"))
    for position in range(1, 7):
        submit(session, position, reviewer, correct=position > 3, improvement="Shorter.")
        submit(session, position, second_reviewer, correct=position > 2, improvement="Longer.")
    refresh(session.pk)

    response = manage.get(f"/e/{experiment.pk}/sessions/{session.session_id}/")

    correct, improvement = response.context["board"].agreement.cards
    page = response.content.decode()
    assert correct.too_few == "Too few items yet (6 of 10)"
    assert correct.value in page
    assert "two good texts are seldom written alike" in improvement.undefined
    assert response.context["board"].n_disagreements == 1
    assert response.context["board"].is_stale is False
    assert 'role="img"' in page


def test_the_overview_counts_what_agreement_leaves_out(
    session_of_two, manage, experiment, reviewer, second_reviewer
):
    """One cannot judge; both answers of before the question had ordered options do not fit."""
    session = session_of_two(traces=2, questions=("minutes", "correct"))
    submit(session, 1, reviewer, minutes=5, correct=True)
    submit(session, 1, second_reviewer, minutes=5, correct=True)
    item, by = session.items.get(position=2), Credential(user=reviewer)
    unjudged = {"minutes": Reply(cannot_judge="Not my field"), "correct": Reply(value=True)}
    reviewing.submit(item, Submission(replies=unjudged), by=by, lease=LEASE)
    ordered = describe_input(Categorical(("long", "short"), ordered=True))
    SchemaVersion.objects.filter(label_schema__name="minutes").update(input=ordered)
    refresh(session.pk)

    page = manage.get(f"/e/{experiment.pk}/sessions/{session.session_id}/").content.decode()

    assert page.count("Left out: once somebody could not judge it.") == 1
    assert page.count("2 answers do not fit the question any more and are left out.") == 1
    assert "α can be low" not in page


def test_the_overview_says_that_it_is_updating(manage, experiment, manager, reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer,))
    refresh(session.pk)
    submit(session, 1, reviewer, correct=True)

    page = manage.get(f"/e/{experiment.pk}/sessions/{session.session_id}/").content.decode()

    assert "Updating." in page


@pytest.mark.parametrize(
    ("opened", "words"),
    [(False, "Nobody can answer before the session is open."), (True, "No answers yet.")],
)
def test_the_overview_without_answers_says_what_to_do(manage, experiment, manager, opened, words):
    session = make_session(experiment, manager, opened=opened)

    page = manage.get(f"/e/{experiment.pk}/sessions/{session.session_id}/").content.decode()

    assert words in page
    assert f"/r/{session.session_id}/" in page


def test_the_overview_costs_the_same_whatever_is_in_it(
    manage, experiment, manager, reviewer, second_reviewer, django_assert_max_num_queries
):
    people = (reviewer, second_reviewer, make_user(), make_user())
    questions = ("correct", "tone", "problems", "minutes")
    session = make_session(
        experiment, manager, traces=3, reviewers=people, reviews_required=2, questions=questions
    )
    for position in (1, 2, 3):
        for who, value in ((reviewer, True), (second_reviewer, False)):
            submit(
                session, position, who, correct=value, tone="Rude", problems=["Unclear"], minutes=3
            )
    refresh(session.pk)

    with django_assert_max_num_queries(20):
        manage.get(f"/e/{experiment.pk}/sessions/{session.session_id}/")
