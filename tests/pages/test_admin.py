"""The operators' pages: who enters; everything can be read, and nothing be changed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.joining import ATTEMPTS_ALLOWED, count_attempt
from accounts.models import ApiToken, Heartbeat, Invitation, SignInLink, User
from accounts.operator_columns import MOST_CHARACTERS
from accounts.operator_lists import FirstRows
from assessments.models import Assessment, Revision
from labeling.models import LabelingSession, QueueItem
from tests.counting import row_counts
from tests.factories import make_token, make_trace, make_user
from tests.pages.operating import (
    LISTS,
    NAMES,
    list_of,
    make_operated_world,
    make_operator,
    page_of,
    text_at,
)
from tests.trust.world import World
from traces.models import Experiment, Trace

pytestmark = pytest.mark.django_db
every_list = pytest.mark.parametrize(("model", "pages"), LISTS, ids=NAMES)


@pytest.fixture(scope="module")
def world(shared_db) -> World:
    return make_operated_world()


@pytest.fixture
def client(world) -> Client:
    """An operator's browser."""
    client = Client()
    client.force_login(make_operator())
    return client


def rows_in(text: str) -> int:
    return text.count("<tr><th") + text.count('<td class="action-checkbox">')


@pytest.mark.parametrize("name", ["owner", "manager", "developer", "reviewer", "outsider"])
def test_nobody_else_is_let_in_whatever_the_address_names(world, name):
    other = Client()
    other.force_login(world.people[name])

    answers = [other.get(f"/admin/accounts/user/{n}/change/") for n in (world.people[name].pk, 0)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "for the operators of this site" in answers[0].content.decode()


def test_one_who_is_not_signed_in_signs_in_by_our_own_page(db):
    answer = Client().get("/admin/accounts/user/?q=a")

    assert answer.headers["Location"] == "/login/?next=/admin/accounts/user/%3Fq%3Da"


def test_a_token_opens_no_page(db):
    bearer = {"Authorization": f"Bearer {make_token(make_operator())}"}

    assert Client().get("/admin/", headers=bearer).status_code == 302


def test_an_operator_who_was_shut_out_is_not_let_in(client):
    User.objects.filter(email="operator@example.org").update(is_active=False)

    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("place", ["login", "logout", "password_change", "autocomplete", "r/1/1"])
def test_routes_that_are_not_needed_are_not_there(client, place):
    assert client.get(f"/admin/{place}/").status_code == 404


def test_only_operators_are_shown_the_way(client, world):
    other = Client()
    other.force_login(world.people["owner"])

    assert 'href="/admin/"' in text_at(client, "/me/")
    assert 'href="/admin/"' not in text_at(other, "/me/")


def test_the_start_leads_to_every_list_and_back_to_the_site(client):
    text = text_at(client, "/admin/")

    assert all(f'href="{list_of(model)}"' in text for model, _ in LISTS)
    assert '<a href="/">View site</a>' in text
    assert "Recent actions" not in text


@every_list
def test_each_list_and_each_row_can_be_read(client, model, pages):
    row = model._default_manager.order_by("-pk")[0]

    assert page_of(row) in text_at(client, list_of(model))
    assert str(row) in text_at(client, page_of(row)).replace("&#x27;", "'")


@every_list
def test_a_list_costs_as_many_queries_for_many_rows_as_for_one(client, model, pages, monkeypatch):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            text_at(client, list_of(model))
        return len(asked)

    many = queries()
    monkeypatch.setattr(pages, "list_per_page", 1)

    assert model._default_manager.count() > 1
    assert queries() == many <= 4


@every_list
def test_each_list_can_be_searched(client, model, pages):
    text = text_at(client, list_of(model, "q=no-such-thing"))

    assert not pages.search_fields or rows_in(text) == 0


@every_list
def test_each_filter_of_a_list_can_be_followed(client, model, pages):
    text = text_at(client, list_of(model))
    aside = text.partition('id="changelist-filter"')[2].partition("</nav>")[0]

    links = [part.split('"')[0] for part in aside.split('<a href="')[1:]]

    assert all(
        client.get(list_of(model) + link.replace("&amp;", "&")).status_code == 200 for link in links
    )


@every_list
def test_nothing_is_added_changed_or_deleted(client, model, pages):
    row = model._default_manager.order_by("-pk")[0]
    before, kept = row_counts(), str(row.__dict__)

    answers = [
        client.post(f"{list_of(model)}add/", {"name": "new"}),
        client.post(page_of(row), {"name": "changed", "_save": "Save"}),
        client.post(page_of(row), {"_saveasnew": "1"}),
        client.post(page_of(row).replace("change", "delete"), {"post": "yes"}),
        client.post(page_of(row).replace("change", "history")),
        client.post(list_of(model), {"_save": "Save", "form-TOTAL_FORMS": "1"}),
        client.post(
            list_of(model),
            {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"},
        ),
    ]

    assert [answer.status_code for answer in answers[:5]] == [404, 405, 405, 404, 404]
    assert all(answer.status_code in (200, 302, 405) for answer in answers[5:])
    assert row_counts() == before
    assert (
        str(model._default_manager.get(pk=row.pk).__dict__).split(">", 1)[1]
        == kept.split(">", 1)[1]
    )


@every_list
def test_no_page_shows_a_secret(client, model, pages):
    secrets = {
        text
        for kind, column in (
            (User, "password"),
            (ApiToken, "secret_hash"),
            (Invitation, "secret_hash"),
            (SignInLink, "secret_hash"),
        )
        for text in kind.objects.values_list(column, flat=True)
    }
    texts = [text_at(client, list_of(model))]
    texts += [text_at(client, page_of(row)) for row in model._default_manager.all()[:3]]

    assert len(secrets) > 4
    assert [secret for secret in secrets for text in texts if secret in text] == []


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (User, "password__startswith=md5"),
        (ApiToken, "secret_hash__startswith=a"),
        (ApiToken, "user__password__startswith=md5"),
        (Invitation, "secret_hash=a"),
    ],
)
def test_a_secret_cannot_be_guessed_by_a_filter(client, model, query):
    assert client.get(list_of(model, query)).status_code == 400


def test_a_secret_cannot_be_guessed_by_a_search(client, world):
    text = text_at(client, list_of(ApiToken, f"q={world.token.secret_hash[:20]}"))

    assert rows_in(text) == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("user=abc", 302),
        ("user=" + "9" * 40, 302),
        ("user=-1", 302),
        ("user=1%00", 404),
        ("q=a%00b", 404),
        ("p=" + "9" * 40, 200),
        ("p=x", 200),
        ("o=99.-3", 200),
        ("all=", 200),
        ("revoked_at__isempty=x", 302),
        ("e=1&user=abc", 200),
        ("nothing=1", 400),
        ("_to_field=secret_hash", 400),
    ],
)
def test_an_odd_query_breaks_no_list(client, query, status):
    assert client.get(list_of(ApiToken, query)).status_code == status


@pytest.mark.parametrize("number", ["x", "9" * 40, "9" * 5000, "-1", "1/2", "_00", "1_5F"])
def test_a_row_that_is_not_there_is_not_found(client, number):
    assert client.get(f"/admin/accounts/user/{number}/change/").status_code == 404


def test_a_trace_is_found_by_its_whole_id(client, world):
    text = text_at(client, list_of(Trace, f"q={world.trace.trace_id}"))

    assert rows_in(text) == 1
    assert page_of(world.trace) in text


def test_an_assessment_leads_to_its_history(client, world):
    place = list_of(Revision, f"assessment={world.assessment.pk}")

    assert f'href="{place}"' in text_at(client, page_of(world.assessment))
    assert rows_in(text_at(client, place)) == 1


def test_a_person_leads_to_what_they_did_and_may(client, world):
    text = text_at(client, page_of(world.people["reviewer"]))

    assert f"/admin/traces/membership/?user={world.people['reviewer'].pk}" in text
    assert f"/admin/labeling/review/?reviewer={world.people['reviewer'].pk}" in text


def test_rows_lead_to_the_pages_of_the_product(client, world):
    text = text_at(client, page_of(world.trace))

    assert f"/e/{world.experiment.experiment_id}/traces/{world.trace.trace_id}/" in text


def test_a_traces_content_is_left_to_its_own_page(client, world):
    Trace.objects.filter(pk=world.trace.pk).update(
        request_preview="kanarie", response_preview="kanarie", metadata={"in": "kanarie"}
    )

    assert "kanarie" not in text_at(client, page_of(world.trace))
    assert "kanarie" not in text_at(client, list_of(Trace))


def test_a_trace_of_megabytes_is_opened_without_its_spans(client, world):
    trace = make_trace(world.experiment, answer="kanarie" + "x" * 2_500_000)

    with CaptureQueriesContext(connection) as asked:
        text = text_at(client, page_of(trace))

    assert trace.trace_id in text
    assert "kanarie" not in text
    assert not any("traces_span" in query["sql"] for query in asked.captured_queries)


def test_from_an_answer_one_comes_to_its_review_and_its_session(client, world):
    answer = Assessment.objects.exclude(run=None).latest("pk")

    texts = [text_at(client, page_of(row)) for row in (answer, world.session.run)]

    assert f"/admin/labeling/answer/?assessment={answer.pk}" in texts[0]
    assert page_of(world.session.run) in texts[0]
    assert f"/admin/labeling/labelingsession/?run={world.session.run_id}" in texts[1]


def test_of_a_long_value_the_beginning_is_shown(client, world):
    said = "x" * 2_500_000
    Assessment.objects.filter(pk=world.assessment.pk).update(value=said, rationale=said)

    text = text_at(client, page_of(world.assessment))

    assert len(text) < 2 * MOST_CHARACTERS + 40_000
    assert "… (2,500,000 characters)" in text
    assert len(text_at(client, list_of(Assessment))) < 100_000


def test_hostile_text_stays_text(client, world):
    hostile = "<script>alert(1)</script>"
    Assessment.objects.filter(pk=world.assessment.pk).update(value=hostile, name=hostile)

    texts = [
        text_at(client, address) for address in (page_of(world.assessment), list_of(Assessment))
    ]

    assert all("alert(1)" in text and hostile not in text for text in texts)


def test_a_list_counts_no_further_than_it_can_be_turned(client, monkeypatch):
    monkeypatch.setattr(FirstRows, "most_rows", 2)

    text = text_at(client, list_of(QueueItem))

    assert "These are the first 2." in text
    assert "\n2 queue items" in text


def signing_in(client: Client, user: User) -> str:
    text = text_at(client, page_of(user))
    return text.partition("Signing in:")[2].partition('class="readonly">')[2].partition("<")[0]


def test_the_page_of_a_person_says_why_they_cannot_sign_in(client):
    person = make_user()

    assert signing_in(client, person).startswith("By a link that is mailed")
    person.set_password("correct horse battery")
    person.save()
    assert signing_in(client, person).startswith("By password")
    for _ in range(ATTEMPTS_ALLOWED):
        count_attempt(person.email, now=timezone.now())
    assert signing_in(client, person).startswith("Has to wait")
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert signing_in(client, person).startswith("Cannot sign in")


def test_times_are_told_to_the_second_and_with_their_zone(client):
    assert "2026-11-20 12:00:00 UTC" in text_at(client, list_of(Heartbeat))


def test_deleted_things_stay_on_the_lists(client, world):
    Experiment.objects.filter(pk=world.experiment.pk).update(deleted_at=timezone.now())

    for row in (world.experiment, world.session, world.items[0]):
        assert page_of(row) in text_at(client, list_of(type(row)))


def test_a_queue_is_narrowed_to_its_session(client, world):
    place = list_of(QueueItem, f"session={world.session.pk}")

    assert rows_in(text_at(client, place)) == len(world.items)
    assert f'href="{place}"' in text_at(
        client, page_of(LabelingSession.objects.get(pk=world.session.pk))
    )
