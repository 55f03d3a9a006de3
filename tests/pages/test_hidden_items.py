"""Private data on the pages: what reviewers are not shown, and how a manager checks it."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.credentials import Credential
from labeling.access import HIDDEN_TITLE
from labeling.answering import Submission
from labeling.models import LabelingSession, PrivacyFlag
from labeling.models.reviews import PRIVATE
from labeling.queueing import claim_next
from labeling.reviewing import cannot_judge
from tests.factories import LEASE, make_trace
from tests.pages.forms import form_of
from tests.pages.reviewing import send, signed_in, submit, url
from tests.places import Place, make_place

pytestmark = pytest.mark.django_db
CANARY = "kanarie-0171-555"
FOUND_BY = "telephone"  # a word beside it


@pytest.fixture(scope="module")
def shared_place(shared_db) -> Place:
    """Who all tests of this file find."""
    return make_place()


@pytest.fixture(scope="module", autouse=True)
def made(shared_place: Place) -> LabelingSession:
    """The first item's trace holds the canary."""
    session = shared_place.session_of_two(traces=3, questions=("correct", "clarity"))
    trace = make_trace(
        shared_place.experiment, question=f"My {FOUND_BY} {CANARY}", answer=f"{CANARY} answered"
    )
    session.items.filter(position=1).update(trace=trace)
    return session


def flag(session, who, position=1) -> None:
    item = session.items.get(position=position)
    said = Submission(reason=PRIVATE, note="A phone number.")
    cannot_judge(item, said, by=Credential(user=who), lease=LEASE, goes_on=False)


def address(session, *parts) -> str:
    return f"/e/{session.experiment_id}/sessions/{session.session_id}/" + "".join(parts)


def decide(client, session, act, item=None):
    item = item or session.items.get(position=1).item_id
    return client.post(address(session, "hidden/"), {"item": item, "do": act}, follow=True)


def doors(client: Client, session) -> dict[str, bytes]:
    """Everything of the session that a reviewer can ask for, by what was asked."""
    base, prefetch = f"/r/{session.session_id}/", {"X-Prefetch": "1"}
    item, trace = session.items.get(position=1), session.items.get(position=1).trace
    gets = ["", "1/", "1/?edit", "1/?all", "1/?plain", "items/", "items/?show=todo", "done/"]
    gets += [f"items/?find={FOUND_BY}", "practice/", "2/"]
    found = {path: client.get(base + path) for path in gets}
    found |= {f"ahead {path}": client.get(base + path, headers=prefetch) for path in ("1/",)}
    found["next ahead"] = client.get(base + "next/?after=3", headers=prefetch)
    found["inbox"] = client.get("/inbox/")
    found["trace page"] = client.get(f"/e/{session.experiment_id}/traces/{trace.trace_id}/")
    found["native item"] = client.get(f"/api/v1/sessions/{session.session_id}/items/{item.item_id}")
    found["native trace"] = client.get(f"/api/v1/traces/{trace.trace_id}")
    found["queue"] = client.get(
        f"/api/3.0/mlflow/review-queues/items/list?queue_id=rq-{session.session_id}"
    )
    for act in ("submit", "draft", "skip", "cannot_judge", "undo", "renew"):
        sent = {"act": act, "version": "0", "reason": PRIVATE}
        found[f"press {act}"] = client.post(base + "1/", sent, follow=True)
        found[f"script {act}"] = client.post(
            base + "1/", sent, headers={"Accept": "application/json"}
        )
    found["next"] = client.post(base + "next/", follow=True)
    return {name: bytes(str(r.headers), "utf8") + r.getvalue() for name, r in found.items()}


@pytest.mark.parametrize("begun", ["", "claimed", "draft", "submitted"])
def test_no_byte_of_a_hidden_trace_reaches_another_reviewer(
    session, reviewer, second_reviewer, begun
):
    client = signed_in(second_reviewer)
    if begun:
        claim_next(session, second_reviewer, lease=LEASE)
    if begun == "draft":
        send(client, session, "draft", correct="true")
    if begun == "submitted":
        submit(client, session)
    trace = session.items.get(position=1).trace
    LabelingSession.objects.filter(pk=session.pk).update(practice_trace=trace)
    assert CANARY.encode() in b"".join(doors_before(client, session))

    flag(session, reviewer)

    telling = [name for name, whole in doors(client, session).items() if CANARY.encode() in whole]
    assert telling == []
    found = client.get(f"/r/{session.session_id}/items/?find={FOUND_BY}").content.decode()
    assert HIDDEN_TITLE not in found
    assert trace.trace_id not in client.get(url(session)).content.decode()


def doors_before(client, session):
    yield client.get(url(session)).getvalue()


def test_who_opens_it_is_told_and_finds_a_way_on(session, reviewer, second_reviewer):
    flag(session, reviewer)
    client = signed_in(second_reviewer)

    page = client.get(url(session))

    assert page.status_code == 200
    text = page.content.decode()
    assert "Hidden until a manager has checked it for private data." in text
    assert f'action="/r/{session.session_id}/next/"' in text
    on = client.post(f"/r/{session.session_id}/next/")
    assert on.headers["Location"] == url(session, 2)


def test_what_was_typed_without_a_place_is_given_back(session, reviewer, second_reviewer):
    client = signed_in(second_reviewer)
    page = client.get(url(session))
    flag(session, reviewer)

    refused = send(
        client, session, "submit", page=page, correct="true", clarity="4", correct__why="My words"
    )

    assert refused.status_code == 409
    assert "My words" in refused.content.decode()
    assert "What you wrote was not saved" in refused.content.decode()


def test_what_was_begun_is_saved_and_said_so(session, reviewer, second_reviewer):
    claim_next(session, second_reviewer, lease=LEASE)
    client = signed_in(second_reviewer)
    page = client.get(url(session))
    flag(session, reviewer)

    saved = send(client, session, "draft", page=page, correct__why="My words")

    assert saved.status_code == 302
    shown = client.get(url(session)).content.decode()
    assert "What you saved here is kept" in shown
    review = session.items.get(position=1).reviews.get(reviewer=second_reviewer)
    assert review.draft["correct"]["rationale"] == "My words"


def test_who_found_it_still_sees_it_and_can_undo(session, reviewer):
    client = signed_in(reviewer)
    form = form_of(client.get(url(session)))
    client.post(url(session), form | {"act": "cannot_judge", "reason": PRIVATE})

    page = client.get(url(session))

    assert CANARY in page.content.decode()
    assert "Others don’t get it until a manager has checked it." in page.content.decode()
    send(client, session, "undo", page=page)
    assert PrivacyFlag.objects.get().decision == "withdrawn"


def test_the_dialog_says_what_it_does(session, reviewer):
    page = signed_in(reviewer).get(url(session)).content.decode()

    assert page.count("Others don’t get this item until a manager has checked it.") == 1


def test_readers_still_see_it_with_a_banner(session, reviewer, developer):
    flag(session, reviewer)
    client, trace = signed_in(developer), session.items.get(position=1).trace

    for path in (
        f"/e/{session.experiment_id}/traces/{trace.trace_id}/",
        address(session, "disagreements/1/"),
    ):
        text = client.get(path).content.decode()
        assert CANARY in text
        assert "Hidden from reviewers." in text
        assert address(session, "hidden/") in text


def test_a_reviewer_who_reads_the_experiment_is_led_to_the_trace(session, manager, reviewer):
    session.reviewers.create(user=manager)
    flag(session, reviewer)

    page = signed_in(manager).get(url(session)).content.decode()

    assert CANARY not in page
    assert f"/traces/{session.items.get(position=1).trace.trace_id}/" in page


def test_the_overview_says_so_and_leads_to_the_list(session, manager, reviewer):
    client = signed_in(manager)
    assert "hidden:" not in client.get(address(session)).content.decode()
    before = client.get(address(session, "live/")).headers["ETag"]

    flag(session, reviewer)

    page = client.get(address(session)).content.decode()
    assert "1 item hidden:</b> somebody found private data in it." in page
    assert f'href="{address(session, "hidden/")}"' in page
    assert client.get(address(session, "live/")).headers["ETag"] != before
    assert ">Hidden</a>" in client.get(address(session, "items/")).content.decode()


def test_a_manager_shows_it_again(session, manager, reviewer, second_reviewer):
    flag(session, reviewer)
    client = signed_in(manager)
    listed = client.get(address(session, "hidden/")).content.decode()
    assert "A phone number." in listed
    assert reviewer.display_name in listed

    done = decide(client, session, "show")

    assert "Item 1 is shown to reviewers again." in done.content.decode()
    assert "Nothing is hidden" in done.content.decode()
    assert CANARY in signed_in(second_reviewer).get(url(session)).content.decode()


def test_a_manager_takes_it_out(session, manager, reviewer, second_reviewer):
    flag(session, reviewer)

    done = decide(signed_in(manager), session, "remove")

    assert "Item 1 was taken out." in done.content.decode()
    assert session.items.present().count() == 2
    assert CANARY not in signed_in(second_reviewer).get(url(session)).content.decode()


def test_a_second_manager_is_told_that_it_was_checked(session, manager, owner, reviewer):
    flag(session, reviewer)
    item = session.items.get(position=1).item_id
    decide(signed_in(manager), session, "show", item)

    told = decide(signed_in(owner), session, "remove", item)

    assert "Somebody has checked this item already." in told.content.decode()
    assert session.items.present().count() == 3


def test_a_developer_reads_the_list_and_decides_nothing(session, developer, reviewer):
    flag(session, reviewer)
    client = signed_in(developer)

    assert 'name="do"' not in client.get(address(session, "hidden/")).content.decode()
    assert decide(client, session, "show").status_code == 403
    assert session.items.hidden().count() == 1


@pytest.mark.parametrize(
    ("item", "act", "status"),
    [("i-unknown", "show", 404), ("i\0", "show", 404), ("", "show", 404), (None, "burn", 200)],
)
def test_a_bad_form_changes_nothing(session, manager, reviewer, item, act, status):
    flag(session, reviewer)
    sent = {"item": session.items.get(position=1).item_id if item is None else item, "do": act}

    answer = signed_in(manager).post(address(session, "hidden/"), sent, follow=True)

    assert answer.status_code == status
    assert session.items.hidden().count() == 1


def test_the_list_costs_the_same_whatever_it_holds(
    session, manager, reviewer, django_assert_max_num_queries
):
    client = signed_in(manager)
    client.get(address(session, "hidden/"))
    for position in (1, 2, 3):
        flag(session, reviewer, position)

    with django_assert_max_num_queries(11):
        client.get(address(session, "hidden/"))
