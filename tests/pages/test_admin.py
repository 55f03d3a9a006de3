"""The operators' pages: everything can be read, at a constant cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.joining import ATTEMPTS_ALLOWED, count_attempt
from accounts.models import Heartbeat, User
from accounts.operator_columns import MOST_CHARACTERS
from accounts.operator_lists import FirstRows
from assessments.models import Assessment, Revision
from labeling.models import LabelingSession, QueueItem
from tests.factories import make_trace, make_user
from tests.pages.operating import (
    LISTS,
    every_list,
    list_of,
    page_of,
    rows_in,
    text_at,
)
from traces.models import Experiment, Trace

pytestmark = pytest.mark.django_db


def test_only_operators_are_shown_the_way(operate, operated):
    other = Client()
    other.force_login(operated.people["owner"])

    assert 'href="/admin/"' in text_at(operate, "/me/")
    assert 'href="/admin/"' not in text_at(other, "/me/")


def test_the_start_leads_to_every_list_and_back_to_the_site(operate):
    text = text_at(operate, "/admin/")

    assert all(f'href="{list_of(model)}"' in text for model, _ in LISTS)
    assert '<a href="/">View site</a>' in text
    assert "Recent actions" not in text


@every_list
def test_each_list_and_each_row_can_be_read(operate, model, pages):
    row = model._default_manager.order_by("-pk")[0]

    assert page_of(row) in text_at(operate, list_of(model))
    assert str(row) in text_at(operate, page_of(row)).replace("&#x27;", "'")


@every_list
def test_a_list_costs_as_many_queries_for_many_rows_as_for_one(operate, model, pages, monkeypatch):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            text_at(operate, list_of(model))
        return len(asked)

    many = queries()
    monkeypatch.setattr(pages, "list_per_page", 1)

    assert model._default_manager.count() > 1
    assert queries() == many <= 4


@every_list
def test_each_list_can_be_searched(operate, model, pages):
    text = text_at(operate, list_of(model, "q=no-such-thing"))

    assert not pages.search_fields or rows_in(text) == 0


@every_list
def test_each_filter_of_a_list_can_be_followed(operate, model, pages):
    text = text_at(operate, list_of(model))
    aside = text.partition('id="changelist-filter"')[2].partition("</nav>")[0]

    links = [part.split('"')[0] for part in aside.split('<a href="')[1:]]

    assert all(
        operate.get(list_of(model) + link.replace("&amp;", "&")).status_code == 200
        for link in links
    )


def test_a_trace_is_found_by_its_whole_id(operate, operated):
    text = text_at(operate, list_of(Trace, f"q={operated.trace.trace_id}"))

    assert rows_in(text) == 1
    assert page_of(operated.trace) in text


def test_an_assessment_leads_to_its_history(operate, operated):
    place = list_of(Revision, f"assessment={operated.assessment.pk}")

    assert f'href="{place}"' in text_at(operate, page_of(operated.assessment))
    assert rows_in(text_at(operate, place)) == 1


def test_a_person_leads_to_what_they_did_and_may(operate, operated):
    text = text_at(operate, page_of(operated.people["reviewer"]))

    assert f"/admin/traces/membership/?user={operated.people['reviewer'].pk}" in text
    assert f"/admin/labeling/review/?reviewer={operated.people['reviewer'].pk}" in text


def test_rows_lead_to_the_pages_of_the_product(operate, operated):
    text = text_at(operate, page_of(operated.trace))

    assert f"/e/{operated.experiment.experiment_id}/traces/{operated.trace.trace_id}/" in text


def test_a_traces_content_is_left_to_its_own_page(operate, operated):
    Trace.objects.filter(pk=operated.trace.pk).update(
        request_preview="kanarie", response_preview="kanarie", metadata={"in": "kanarie"}
    )

    assert "kanarie" not in text_at(operate, page_of(operated.trace))
    assert "kanarie" not in text_at(operate, list_of(Trace))


def test_a_trace_of_megabytes_is_opened_without_its_spans(operate, operated):
    trace = make_trace(operated.experiment, answer="kanarie" + "x" * 2_500_000)

    with CaptureQueriesContext(connection) as asked:
        text = text_at(operate, page_of(trace))

    assert trace.trace_id in text
    assert "kanarie" not in text
    assert not any("traces_span" in query["sql"] for query in asked.captured_queries)


def test_from_an_answer_one_comes_to_its_review_and_its_session(operate, operated):
    answer = Assessment.objects.exclude(run=None).latest("pk")

    texts = [text_at(operate, page_of(row)) for row in (answer, operated.session.run)]

    assert f"/admin/labeling/answer/?assessment={answer.pk}" in texts[0]
    assert page_of(operated.session.run) in texts[0]
    assert f"/admin/labeling/labelingsession/?run={operated.session.run_id}" in texts[1]


def test_of_a_long_value_the_beginning_is_shown(operate, operated):
    said = "x" * 2_500_000
    Assessment.objects.filter(pk=operated.assessment.pk).update(value=said, rationale=said)

    text = text_at(operate, page_of(operated.assessment))

    assert len(text) < 2 * MOST_CHARACTERS + 40_000
    assert "… (2,500,000 characters)" in text
    assert len(text_at(operate, list_of(Assessment))) < 100_000


def test_a_list_counts_no_further_than_it_can_be_turned(operate, monkeypatch):
    monkeypatch.setattr(FirstRows, "most_rows", 2)

    text = text_at(operate, list_of(QueueItem))

    assert "These are the first 2." in text
    assert "\n2 queue items" in text


def signing_in(operate: Client, user: User) -> str:
    text = text_at(operate, page_of(user))
    return text.partition("Signing in:")[2].partition('class="readonly">')[2].partition("<")[0]


def test_the_page_of_a_person_says_why_they_cannot_sign_in(operate):
    person = make_user()

    assert signing_in(operate, person).startswith("By a link that is mailed")
    person.set_password("correct horse battery")
    person.save()
    assert signing_in(operate, person).startswith("By password")
    for _ in range(ATTEMPTS_ALLOWED):
        count_attempt(person.email, now=timezone.now())
    assert signing_in(operate, person).startswith("Has to wait")
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert signing_in(operate, person).startswith("Cannot sign in")


def test_times_are_told_to_the_second_and_with_their_zone(operate):
    assert "2026-11-20 12:00:00 UTC" in text_at(operate, list_of(Heartbeat))


def test_deleted_things_stay_on_the_lists(operate, operated):
    Experiment.objects.filter(pk=operated.experiment.pk).update(deleted_at=timezone.now())

    for row in (operated.experiment, operated.session, operated.items[0]):
        assert page_of(row) in text_at(operate, list_of(type(row)))


def test_a_queue_is_narrowed_to_its_session(operate, operated):
    place = list_of(QueueItem, f"session={operated.session.pk}")

    assert rows_in(text_at(operate, place)) == len(operated.items)
    assert f'href="{place}"' in text_at(
        operate, page_of(LabelingSession.objects.get(pk=operated.session.pk))
    )
