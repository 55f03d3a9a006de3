"""The setup of a session: its plan, its traces, personal links, items, deleting; and exports."""

from __future__ import annotations

import re
from datetime import timedelta
from smtplib import SMTPException

import pytest

from accounts.joining import accept_invitation
from accounts.models import Invitation
from labeling.aggregation import refresh
from labeling.models import LabelingSession
from tests.factories import NOW, make_schema, make_session, make_trace, submit
from tests.places import Place, make_place


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """An open session with two items and one named reviewer."""
    reviewers = (shared_place.reviewer,)
    return make_session(shared_place.experiment, shared_place.manager, reviewers=reviewers)


@pytest.fixture
def place(experiment, session) -> str:
    """Where its pages are."""
    return f"/e/{experiment.pk}/sessions/{session.session_id}"


def plan(session: LabelingSession, **changes: object) -> dict[str, object]:
    """The form of the plan with the one question ticked."""
    schema_id = session.questions.get().label_schema.schema_id
    return {
        "name": "Another name",
        "reviews_required": 2,
        "assignment": "pool",
        "blind": "",
        "reviewers": "amara@example.org\nnew@example.org",
        f"{schema_id}-ask": "on",
        f"{schema_id}-order": 1,
        **changes,
    }


def test_the_plan_is_replaced(manage, session, place):
    response = manage.post(f"{place}/setup/plan/", plan(session), follow=True)

    session.refresh_from_db()
    assert "The session is saved." in response.content.decode()
    assert (session.name, session.reviews_required, session.blind) == (
        "Another name",
        2,
        "until_submitted",
    )
    assert session.reviewers.filter(removed_at__isnull=True).count() == 2


def test_a_refused_plan_stays_as_typed(manage, session, place):
    response = manage.post(f"{place}/setup/plan/", plan(session, reviews_required=99))

    session.refresh_from_db()
    assert list(response.context["form"].errors) == ["reviews_required"]
    assert "Another name" in response.content.decode()
    assert session.name != "Another name"


def test_traces_are_added_by_a_filter(manage, experiment, session, place):
    for n in range(3):
        make_trace(experiment, question=f"New {n}?", start=NOW + timedelta(hours=n + 1))
    form = {"filter": "", "n": 4, "how": "newest", "seed": 1}

    response = manage.post(f"{place}/setup/traces/", form | {"do": "add"}, follow=True)

    assert "3 traces added. 1 trace was there already." in response.content.decode()
    assert session.items.count() == 5


def test_a_preview_in_setup_adds_nothing(manage, session, place):
    form = {"filter": "", "n": 1, "how": "newest", "seed": 1, "do": "preview"}

    response = manage.post(f"{place}/setup/traces/", form)

    assert response.context["preview"].matching == 2
    assert session.items.count() == 2


def test_a_filter_that_cannot_be_read_is_told_in_setup(manage, session, place):
    form = {"filter": "tag. = 1", "n": 1, "how": "newest", "seed": 1, "do": "add"}

    response = manage.post(f"{place}/setup/traces/", form)

    assert "Column" in str(response.context["picks"].errors["filter"])


def test_a_filter_that_cannot_be_searched_adds_nothing(manage, session, place):
    form = {"filter": "name RLIKE 'x{300}'", "n": 9, "how": "newest", "seed": 1, "do": "add"}

    response = manage.post(f"{place}/setup/traces/", form)

    assert "regular expression" in str(response.context["picks"].errors["filter"])
    assert session.items.count() == 2


def test_no_two_fields_of_the_page_share_an_id(manage, place):
    page = manage.get(f"{place}/setup/").content.decode()

    ids = re.findall(r'\bid="([^"]+)"', page)

    assert sorted(ids) == sorted(set(ids))


def test_traces_are_added_by_id_and_unknown_ones_are_named(manage, experiment, session, place):
    trace = make_trace(experiment)

    response = manage.post(
        f"{place}/setup/trace-ids/", {"trace_ids": f"{trace.trace_id}, tr-unknown"}, follow=True
    )

    page = response.content.decode()
    assert "1 trace added. Not in this experiment: tr-unknown." in page
    assert session.items.count() == 3


def test_an_empty_list_of_ids_is_a_mistake(manage, place):
    response = manage.post(f"{place}/setup/trace-ids/", {"trace_ids": " "})

    assert list(response.context["ids_form"].errors) == ["trace_ids"]


def test_a_personal_link_is_shown_once_and_mailed(manage, reviewer, place, mailoutbox):
    form = {"email": reviewer.email, "mail": "on"}

    response = manage.post(f"{place}/setup/invitations/", form)

    page = response.content.decode()
    secret = re.search(r"/join/([^/]+)/", page).group(1)
    assert response["Cache-Control"] == "no-store"
    assert mailoutbox[0].to == [reviewer.email]
    assert secret in mailoutbox[0].body
    assert secret not in manage.get(f"{place}/setup/").content.decode()
    assert accept_invitation(secret, now=NOW).user == reviewer


def test_a_link_for_somebody_new_names_them_as_a_reviewer(manage, session, place, mailoutbox):
    manage.post(f"{place}/setup/invitations/", {"email": "new@example.org"})

    assert session.reviewers.filter(user__email="new@example.org").exists()
    assert mailoutbox == []


def test_a_mail_that_cannot_be_sent_leaves_the_link_on_the_page(manage, place, monkeypatch):
    def refuse(*_args: object, **_kwargs: object) -> int:
        raise SMTPException("no")

    monkeypatch.setattr("labeling.views.manage_setup.send_mail", refuse)

    form = {"email": "new@example.org", "mail": "on"}
    page = manage.post(f"{place}/setup/invitations/", form).content.decode()

    assert "The mail could not be sent." in page
    assert "/join/" in page


def test_an_address_that_is_none_gets_no_link(manage, place):
    response = manage.post(f"{place}/setup/invitations/", {"email": "nobody"})

    assert list(response.context["invite_form"].errors) == ["email"]
    assert not Invitation.objects.exists()


def test_somebodys_own_queue_is_for_nobody_else(manage, session, place, reviewer):
    LabelingSession.objects.filter(pk=session.pk).update(queue_user=reviewer)

    saved = manage.post(f"{place}/setup/plan/", plan(session))
    invited = manage.post(f"{place}/setup/invitations/", {"email": "new@example.org"})

    told = "This is one person&#x27;s own queue."
    assert told in saved.content.decode()
    assert told in invited.content.decode()
    assert [row.user for row in session.reviewers.all()] == [reviewer]
    assert not Invitation.objects.exists()


def test_a_line_break_in_a_name_does_not_break_the_mail(manage, session, place, mailoutbox):
    LabelingSession.objects.filter(pk=session.pk).update(name="First\nBcc: everybody@example.org")

    manage.post(f"{place}/setup/invitations/", {"email": "new@example.org", "mail": "on"})

    assert mailoutbox[0].subject == "You are asked to review: First Bcc: everybody@example.org"


def test_a_session_is_deleted_once_its_name_is_typed(manage, session, place):
    refused = manage.post(f"{place}/setup/delete/", {"name": "something"})
    done = manage.post(f"{place}/setup/delete/", {"name": session.name}, follow=True)

    assert list(refused.context["delete_form"].errors) == ["name"]
    assert "is deleted. Its labels stay." in done.content.decode()
    assert not LabelingSession.objects.present().exists()


def test_ticked_items_are_taken_out(manage, session, place):
    item = session.items.get(position=1)

    response = manage.post(f"{place}/items/remove/", {"item": [item.item_id]}, follow=True)

    assert "1 item taken out." in response.content.decode()
    assert session.items.present().count() == 1


def test_the_items_show_who_has_done_what(manage, session, place, reviewer):
    submit(session, 1, reviewer, correct=True)

    response = manage.get(f"{place}/items/")

    first, second = response.context["grid"].rows
    assert (first.status, first.cells) == ("complete", ["submitted"])
    assert (second.status, second.cells[0]) == ("pending", "claimed")


@pytest.mark.parametrize(
    ("status", "positions"), [("complete", [1]), ("pending", [2]), ("x", [1, 2])]
)
def test_items_are_chosen_by_status(manage, session, place, reviewer, status, positions):
    submit(session, 1, reviewer, correct=True)

    response = manage.get(f"{place}/items/?status={status}")

    assert [row.position for row in response.context["grid"].rows] == positions


def test_items_go_on_behind_a_position(manage, place):
    response = manage.get(f"{place}/items/?after=1")

    assert [row.position for row in response.context["grid"].rows] == [2]


@pytest.mark.parametrize("page", ["items/", "gold/", "disagreements/", "setup/", "export/"])
def test_pages_of_a_session_cost_the_same_whatever_their_length(
    manage, experiment, manager, reviewer, second_reviewer, page, django_assert_max_num_queries
):
    people = (reviewer, second_reviewer)
    session = make_session(
        experiment, manager, traces=6, reviewers=people, reviews_required=2, assignment="balanced"
    )
    for position in (1, 2, 3):
        submit(session, position, reviewer, correct=True)
        submit(session, position, second_reviewer, correct=False)

    with django_assert_max_num_queries(13):
        manage.get(f"/e/{experiment.pk}/sessions/{session.session_id}/{page}")


def test_a_disagreement_shows_all_answers_with_their_comments(
    manage, experiment, manager, reviewer, second_reviewer
):
    people = (reviewer, second_reviewer)
    session = make_session(experiment, manager, reviewers=people, reviews_required=2)
    submit(session, 1, reviewer, correct=True)
    submit(session, 1, second_reviewer, correct=False)
    refresh(session.pk)

    place = f"/e/{experiment.pk}/sessions/{session.session_id}/disagreements/"
    page = manage.get(place).content.decode()

    for words in ("Correct", "Incorrect", "Because.", reviewer.email, second_reviewer.email):
        assert words in page
    assert "No disagreements" in manage.get(f"{place}?after=1.correct").content.decode()


def test_every_download_the_page_offers_opens(manage, session, place, reviewer):
    submit(session, 1, reviewer, correct=True)
    form = manage.get(f"{place}/export/").context["form"]

    offered = [
        {"rows": rows, "format": name}
        for rows, _ in form.fields["rows"].choices
        for name, _ in form.fields["format"].choices
        if rows not in ("traces", "dataset") or name == "jsonl"
    ]

    assert len(offered) >= 6
    for wanted in offered:
        response = manage.get(f"{place}/export/", {**wanted, "do": "download"}, follow=True)
        assert response.status_code == 200
        assert b"".join(response.streaming_content) or wanted["rows"] == "dataset"


def test_the_export_form_says_everything_to_the_api(manage, session, place):
    asked = {
        "rows": "items",
        "format": "csv",
        "updated_since": "2026-11-20T12:00",
        "by_reviewer": "on",
        "pseudonyms": "on",
        "do": "download",
    }

    response = manage.get(f"{place}/export/", asked)

    assert response.status_code == 302
    assert response["Location"] == (
        f"/api/v1/sessions/{session.session_id}/export?rows=items&format=csv"
        "&updated_since=2026-11-20T12%3A00%3A00Z&by_reviewer=true&pseudonyms=true"
    )


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"rows": "people", "format": "csv"}, "rows"),
        ({"rows": "traces", "format": "csv"}, "format"),
        ({"rows": "labels", "format": "jsonl", "updated_since": "soon"}, "updated_since"),
        ({"rows": "labels", "format": "jsonl", "by_reviewer": "on"}, "by_reviewer"),
        ({"rows": "traces", "format": "jsonl", "pseudonyms": "on"}, "pseudonyms"),
    ],
)
def test_what_cannot_be_exported_is_said_beside_its_field(manage, place, asked, field):
    response = manage.get(f"{place}/export/", asked)

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]


def test_parquet_is_offered_where_the_server_can_make_it(manage, place, monkeypatch):
    monkeypatch.setattr("labeling.export_forms.is_available", lambda: False)

    page = manage.get(f"{place}/export/")
    refused = manage.get(f"{place}/export/", {"rows": "labels", "format": "parquet"})

    assert "parquet" not in dict(page.context["form"].fields["format"].choices)
    assert list(refused.context["form"].errors) == ["format"]


def test_too_many_people_for_columns_are_said_beside_the_field(
    manage, session, place, reviewer, monkeypatch
):
    monkeypatch.setattr("labeling.item_rows.MOST_PEOPLE", 0)
    submit(session, 1, reviewer, correct=True)
    asked = {"rows": "items", "format": "csv", "by_reviewer": "on"}

    response = manage.get(f"{place}/export/", asked)

    assert list(response.context["form"].errors) == ["by_reviewer"]


def test_the_first_rows_are_shown_before_a_download(manage, session, place, reviewer):
    submit(session, 1, reviewer, correct=True)
    asked = {"rows": "labels", "format": "csv", "pseudonyms": "on", "do": "preview"}

    response = manage.get(f"{place}/export/", asked)
    traces = manage.get(f"{place}/export/", {"rows": "traces", "format": "jsonl", "do": "preview"})

    preview, page = response.context["preview"], response.content.decode()
    assert preview.columns[0] == "session_id"
    assert [row[8] for row in preview.rows] == ["true"]
    assert "<td" in page
    assert reviewer.email not in page.partition("</nav>")[2]
    assert "not shown as a table" in traces.content.decode()


def test_schemas_are_offered_those_asked_first(manage, experiment, session, place):
    make_schema(experiment, "tone")

    rows = manage.get(f"{place}/setup/").context["rows"]

    assert [(row.schema.name, row["ask"].value()) for row in rows] == [
        ("correct", True),
        ("tone", False),
    ]
