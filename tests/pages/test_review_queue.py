"""The reviewer's pages around the items: start, next, my items, done, inbox; and what they cost."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.credentials import Credential
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.managing import close_session
from labeling.models import LabelingSession, QueueItem, Review
from labeling.queueing import claim_next
from tests.factories import LEASE, NOW, make_session
from tests.places import Place, make_place

CORRECT = Submission(replies={"correct": Reply(value=True)})


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    return make_session(
        shared_place.experiment,
        shared_place.manager,
        reviewers=(shared_place.reviewer,),
        traces=3,
        purpose="Tell us which answers are right.",
        guidelines="**Judge** the answer.",
        due_at=NOW + timedelta(days=8),
    )


@pytest.fixture
def client(reviewer) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


def submit_next(session, user, n=1):
    for _ in range(n):
        item = claim_next(session, user, lease=LEASE).review.item
        reviewing.submit(item, CORRECT, by=Credential(user=user), lease=LEASE)


def take_out(session, *positions):
    session.items.filter(position__in=positions).update(removed_at=NOW)


def title_of(page):
    return re.findall("<title>(.*) – ", page)[0]


def place_of(page):
    """What the top bar says."""
    return re.findall(r'class="how-far[^>]*>\s*<b>(\d+)</b><span class="mut"> (of [^<]*)<', page)[0]


def text_of(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_start_page_says_what_is_asked_and_how_much(client, session):
    page = text_of(client, f"/r/{session.session_id}/")

    for words in ("Tell us which answers", "<strong>Judge</strong>", "3 items", "28 November"):
        assert words in page
    assert "Start reviewing" in page


def test_the_link_works_without_its_last_slash(client, session):
    response = client.get(f"/r/{session.session_id}")

    assert response.headers["Location"] == f"/r/{session.session_id}/"


def test_start_claims_the_first_item_and_looking_claims_nothing(client, session):
    client.get(f"/r/{session.session_id}/")
    assert not Review.objects.exists()

    response = client.post(f"/r/{session.session_id}/next/")

    assert response.headers["Location"] == f"/r/{session.session_id}/1/"
    assert Review.objects.get().state == "claimed"


def test_coming_back_continues(client, session, reviewer):
    submit_next(session, reviewer)

    page = text_of(client, f"/r/{session.session_id}/")

    assert "Continue at item 2" in page
    assert "2 of 3 left" in page


@pytest.mark.parametrize("taken_out", [(), (3,)])
def test_the_start_page_names_the_item_that_the_button_leads_to(
    client, experiment, manager, reviewer, second_reviewer, taken_out
):
    session = make_session(experiment, manager, traces=6, reviewers=(reviewer, second_reviewer))
    submit_next(session, reviewer, 1)
    submit_next(session, second_reviewer, 1)
    take_out(session, *taken_out)
    Review.objects.filter(state="claimed").update(claimed_until=NOW - timedelta(days=9))

    page = text_of(client, f"/r/{session.session_id}/")
    led = client.post(f"/r/{session.session_id}/next/").headers["Location"]

    assert re.findall(r"Continue at item (\d+)", page)[0] == led.split("/")[-2]


def test_a_place_is_told_among_the_items_that_are_left(client, session, reviewer):
    take_out(session, 1)

    page = text_of(client, f"/r/{session.session_id}/3/")

    assert title_of(page) == "Item 3, 2 of 2"
    assert place_of(page) == ("2", "of 2")
    assert ">Item 3</h1>" in page


def test_an_item_that_is_not_among_one_s_own_has_no_place(client, session, reviewer):
    take_out(session, 3)

    page = text_of(client, f"/r/{session.session_id}/3/")

    assert title_of(page) == "Item 3"
    assert place_of(page) == ("0", "of 2 done")


def test_in_a_pool_what_others_finished_is_not_counted_in_a_place(
    client, experiment, manager, reviewer, second_reviewer
):
    session = make_session(experiment, manager, traces=4, reviewers=(reviewer, second_reviewer))
    submit_next(session, second_reviewer)

    assert title_of(text_of(client, f"/r/{session.session_id}/4/")) == "Item 4, 3 of 3"
    assert title_of(text_of(client, f"/r/{session.session_id}/1/")) == "Item 1"


def test_a_submitted_item_leads_on_to_the_next_to_do(client, session, reviewer):
    submit_next(session, reviewer, 2)
    take_out(session, 2)

    page = text_of(client, f"/r/{session.session_id}/1/")

    assert "Next to do: item 3" in page
    assert page.count('data-key="next"') == 1


def test_a_submitted_item_after_which_nothing_is_left_leads_to_the_answers(
    client, session, reviewer
):
    submit_next(session, reviewer, 3)

    page = text_of(client, f"/r/{session.session_id}/1/")

    assert "Next to do" not in page
    assert "All my answers" in page


def test_an_unopened_session_shows_no_item(client, experiment, manager, reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer,), opened=False)

    assert "Not open yet" in text_of(client, f"/r/{session.session_id}/")
    for response in (
        client.get(f"/r/{session.session_id}/1/"),
        client.post(f"/r/{session.session_id}/next/"),
    ):
        assert response.headers["Location"] == f"/r/{session.session_id}/"


def test_a_closed_session_can_be_read_and_not_changed(client, session, reviewer, manager):
    submit_next(session, reviewer)
    close_session(session, by=Credential(user=manager), now=NOW)

    assert "This session closed" in text_of(client, f"/r/{session.session_id}/")
    assert "can read your answers" in text_of(client, f"/r/{session.session_id}/1/")
    assert "Read" in text_of(client, f"/r/{session.session_id}/done/")


def test_an_empty_queue_says_that_nothing_is_there_yet(client, experiment, manager, reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer,), traces=0)

    assert "Nothing to review yet" in text_of(client, f"/r/{session.session_id}/")
    assert "Nothing to review yet" in text_of(client, f"/r/{session.session_id}/done/")


def test_when_all_is_answered_the_page_says_thanks(client, session, reviewer):
    submit_next(session, reviewer, 3)

    response = client.post(f"/r/{session.session_id}/next/", follow=True)

    page = response.content.decode()
    assert "That’s all 3. Thank you" in page
    assert page.count(">Edit<") == 3


def test_waiting_for_places_that_others_hold_is_said(
    client, experiment, manager, reviewer, second_reviewer
):
    session = make_session(experiment, manager, traces=1, reviewers=(reviewer, second_reviewer))
    claim_next(session, second_reviewer, lease=LEASE)

    page = client.post(f"/r/{session.session_id}/next/", follow=True).content.decode()

    assert "Nothing for you right now" in page


def test_drafts_that_are_left_are_told(client, session, reviewer):
    item = claim_next(session, reviewer, lease=LEASE).review.item
    reviewing.save_draft(item, Submission(), by=Credential(user=reviewer), lease=LEASE)

    assert "1 item still open" in text_of(client, f"/r/{session.session_id}/done/")


@pytest.mark.parametrize(("show", "listed"), [("all", [1, 2, 3]), ("todo", [3]), ("skipped", [2])])
def test_my_items_can_be_narrowed(client, session, reviewer, show, listed):
    submit_next(session, reviewer)
    item = claim_next(session, reviewer, lease=LEASE).review.item
    reviewing.skip(item, Submission(), by=Credential(user=reviewer), lease=LEASE)
    Review.objects.filter(item__position=3).delete()

    page = text_of(client, f"/r/{session.session_id}/items/?show={show}")

    assert [n for n in (1, 2, 3) if f'id="n{n}"' in page] == listed


@pytest.mark.parametrize(
    ("find", "listed"),
    [("question 1", [2]), ("2", [2, 3]), ("3", [3]), ("nowhere", []), ("%", []), ("\0", [1, 2, 3])],
)
def test_my_items_are_found_by_words_and_number(client, session, find, listed):
    response = client.get(f"/r/{session.session_id}/items/", {"find": find})

    page = response.content.decode()
    assert [n for n in (1, 2, 3) if f'id="n{n}"' in page] == listed
    assert ("No item of yours" in page) == (not listed)


def test_what_was_looked_for_stays_when_the_list_is_narrowed(client, session):
    response = client.get(f"/r/{session.session_id}/items/", {"find": "a&b", "show": "todo"})

    page = response.content.decode()
    assert 'value="a&amp;b"' in page
    assert 'href="?show=skipped&amp;find=a%26b"' in page


def test_the_done_page_finds_an_item(client, session, reviewer):
    submit_next(session, reviewer)

    page = text_of(client, f"/r/{session.session_id}/done/")

    assert f'action="/r/{session.session_id}/items/" role="search"' in page


def test_the_inbox_lists_open_sessions_with_their_progress(client, session, reviewer):
    submit_next(session, reviewer)

    page = text_of(client, "/inbox/")

    assert session.name in page
    assert "1 of 3 done" in page


def test_the_inbox_of_somebody_without_sessions_says_so(outsider):
    client = Client()
    client.force_login(outsider)

    assert "Nothing to review" in text_of(client, "/inbox/")


def test_home_leads_reviewers_to_the_inbox_and_managers_to_sessions(client, experiment, manager):
    managing = Client()
    managing.force_login(manager)

    assert client.get("/").headers["Location"] == "/inbox/"
    assert managing.get("/").headers["Location"] == f"/e/{experiment.experiment_id}/sessions/"
    assert Client().get("/").headers["Location"] == "/login/?next=/"


def test_a_long_queue_is_shown_in_groups(client, session, reviewer):
    trace = session.items.get(position=1).trace
    QueueItem.objects.bulk_create(
        QueueItem(item_id=f"i-{n}", session=session, trace=trace, occurrence=n, position=n)
        for n in range(4, 404)
    )
    submit_next(session, reviewer, 2)

    page = text_of(client, f"/r/{session.session_id}/200/")

    assert page.count('<li class=" now">') == 1
    assert "Items 1–7: 29% done" in page
    assert '2</b><span class="mut"> of 403 done' in page
    assert page.count('<li id="n') == 60


def make_longer(session, n):
    trace = session.items.get(position=1).trace
    QueueItem.objects.bulk_create(
        QueueItem(item_id=f"i-{k}", session=session, trace=trace, occurrence=k, position=k)
        for k in range(4, n + 1)
    )


def listed_in(page):
    return [int(n) for n in re.findall(r'<li id="n(\d+)"', page)]


def ways_on(page):
    return [html.unescape(each) for each in re.findall('data-rows="([^"]+)"', page)]


@pytest.mark.parametrize("length", [100, 403])
def test_the_rail_goes_on_in_both_directions_until_its_ends(client, session, length):
    make_longer(session, length)
    page = text_of(client, f"/r/{session.session_id}/90/")
    found, (before, after) = (
        listed_in(page),
        ways_on(page) if length > 100 else (*ways_on(page), ""),
    )

    while before:
        part = text_of(client, before)
        found = listed_in(part) + found
        before = next(iter(ways_on(part)), "")
    while after:
        part = text_of(client, after)
        found += listed_in(part)
        after = next(iter(ways_on(part)), "")

    assert found == list(range(1, length + 1))
    assert not Review.objects.exists()


@pytest.mark.parametrize(("show", "first"), [("todo", [3]), ("skipped", [2])])
def test_further_lines_are_narrowed_as_the_rail_is(client, session, reviewer, show, first):
    submit_next(session, reviewer)
    item = claim_next(session, reviewer, lease=LEASE).review.item
    reviewing.skip(item, Submission(), by=Credential(user=reviewer), lease=LEASE)

    part = text_of(client, f"/r/{session.session_id}/items/rows/?show={show}&from=1")

    assert listed_in(part) == first
    assert f"/?show={show}" in part


def test_an_outsider_gets_no_lines(outsider, session):
    client = Client()
    client.force_login(outsider)

    assert client.get(f"/r/{session.session_id}/items/rows/").status_code == 404


@pytest.mark.parametrize("query", ["from=1", "before=300"])
def test_further_lines_cost_the_same_however_long_the_queue(
    client, session, django_assert_max_num_queries, query
):
    make_longer(session, 400)

    with django_assert_max_num_queries(4):
        client.get(f"/r/{session.session_id}/items/rows/?{query}")


def test_a_short_rail_goes_nowhere(client, session):
    page = text_of(client, f"/r/{session.session_id}/1/")

    assert ways_on(page) == []
    assert "All 3 items" not in page


@pytest.mark.parametrize(
    ("submitted", "queries"),
    [(False, 13), (True, 14)],  # what others answered and what is settled, once it is submitted
)
def test_the_item_page_costs_as_many_queries_however_long_the_queue(
    session_of_two,
    client,
    reviewer,
    second_reviewer,
    django_assert_max_num_queries,
    submitted,
    queries,
):
    session = session_of_two(traces=30, questions=("correct", "clarity", "tone"))
    session.questions.update(required=False)
    for person in (second_reviewer, reviewer)[: 2 if submitted else 1]:
        submit_next(session, person, 9)

    with django_assert_max_num_queries(queries):
        assert client.get(f"/r/{session.session_id}/5/").status_code == 200


@pytest.mark.parametrize("path", ["", "items/", "done/"])
def test_the_other_pages_cost_a_few_queries(client, session, django_assert_max_num_queries, path):
    with django_assert_max_num_queries(9):
        client.get(f"/r/{session.session_id}/{path}")


def test_the_inbox_costs_the_same_for_many_sessions(
    client, experiment, manager, reviewer, django_assert_max_num_queries
):
    for _ in range(6):
        make_session(experiment, manager, reviewers=(reviewer,), traces=1)

    with django_assert_max_num_queries(6):
        client.get("/inbox/")
