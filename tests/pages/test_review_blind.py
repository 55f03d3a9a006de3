"""What a reviewer's pages must never hold: others' answers before submit, and active content."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from accounts.credentials import Credential
from assessments.drafts import Draft
from assessments.recording import record
from labeling import reviewing
from labeling.answering import Reply, Submission
from tests.factories import LEASE, NOW, as_token, make_session, make_spans
from traces.ingesting import store_spans

CANARY = "canary-7f3a-what-jonas-said"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>"
    "[click](javascript:alert(3)) ![pixel](https://evil.example/p.png)"
    "</textarea><form action=https://evil.example><svg onload=alert(4)> \u202egnp.exe"
)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


OWN_ICON = "data:image/svg+xml,"  # an image in a link of its own; nothing of a trace makes one


def active_parts(page: str) -> list[object]:
    """What in a page would run or fetch something that is not ours."""
    reader = Tags()
    reader.feed(page)
    return [
        (tag, name, value)
        for tag, attributes in reader.found
        for name, value in attributes.items()
        if name.startswith("on")
        or name in ("style", "srcdoc", "formaction", "ping")
        or (name in ("src", "action", "data") and not (value or "").startswith("/"))
        or (
            name == "href"
            and tag != "a"
            and not (value or "").startswith(("/static/", "#", OWN_ICON))
        )
        or (name == "href" and "script:" in (value or "").lower())
    ] + [tag for tag, attributes in reader.found if tag == "script" and "src" not in attributes]


def answer(session, user, position=1, *, value=True, rationale=CANARY):
    replies = {"correct": Reply(value=value, rationale=rationale)}
    item = session.items.get(position=position)
    reviewing.submit(item, Submission(replies=replies), by=Credential(user=user), lease=LEASE)


def make_shared(experiment, manager, *people, **plan):
    return make_session(experiment, manager, reviewers=people, reviews_required=2, **plan)


def crawl(client, session) -> str:
    """Every page of the session that can be reached, as one text with its headers."""
    base = f"/r/{session.session_id}/"
    paths = ["", "items/", "done/", "1/", "1/?edit", "1/?all", "1/?plain", "2/", "99/"]
    responses = [client.get(base + path) for path in paths]
    responses += [client.get("/inbox/"), client.post(base + "next/", follow=True)]
    responses.append(client.post(f"{base}1/", {"act": "submit", "version": "0"}))
    return "".join(f"{r.headers} {r.content.decode()}" for r in responses)


def test_no_byte_of_others_answers_reaches_a_reviewer_before_they_submit(
    experiment, manager, reviewer, second_reviewer
):
    session = make_shared(experiment, manager, reviewer, second_reviewer)
    answer(session, second_reviewer)

    everything = crawl(signed_in(reviewer), session)

    assert CANARY not in everything
    assert second_reviewer.email not in everything


def test_a_manager_who_reviews_gets_the_same_blind_page(experiment, manager, second_reviewer):
    session = make_shared(experiment, manager, manager, second_reviewer)
    answer(session, second_reviewer)

    assert CANARY not in crawl(signed_in(manager), session)


def test_after_submit_others_appear_without_their_names(
    experiment, manager, reviewer, second_reviewer
):
    session = make_shared(experiment, manager, reviewer, second_reviewer)
    answer(session, second_reviewer, value=False)
    answer(session, reviewer, rationale="")

    page = signed_in(reviewer).get(f"/r/{session.session_id}/1/").content.decode()

    assert CANARY in page
    assert "Reviewer B: Incorrect" in page
    assert second_reviewer.email not in page


@pytest.mark.parametrize(
    ("blind", "name", "shown"), [("always", "amara", False), ("off", "jonas", True)]
)
def test_always_blind_shows_nothing_and_open_shows_names(
    experiment, manager, reviewer, second_reviewer, blind, name, shown
):
    session = make_shared(experiment, manager, reviewer, second_reviewer, blind=blind)
    answer(session, second_reviewer)
    answer(session, reviewer, rationale="")

    page = signed_in(reviewer).get(f"/r/{session.session_id}/1/").content.decode()

    assert (CANARY in page) is shown
    assert (second_reviewer.email in page) is shown


def test_undo_hides_others_again(experiment, manager, reviewer, second_reviewer):
    session = make_shared(experiment, manager, reviewer, second_reviewer)
    answer(session, second_reviewer)
    answer(session, reviewer, rationale="")
    item = session.items.get(position=1)
    reviewing.undo(item, Submission(), by=Credential(user=reviewer), lease=LEASE)

    assert CANARY not in crawl(signed_in(reviewer), session)


def test_saying_that_one_cannot_judge_reveals_nothing(
    experiment, manager, reviewer, second_reviewer
):
    session = make_shared(experiment, manager, reviewer, second_reviewer)
    answer(session, second_reviewer)
    item = session.items.get(position=1)
    submission = Submission(reason="Outside my area")
    reviewing.cannot_judge(item, submission, by=Credential(user=reviewer), lease=LEASE)

    assert CANARY not in signed_in(reviewer).get(f"/r/{session.session_id}/1/").content.decode()


def test_judges_and_labels_written_by_api_stay_hidden(experiment, manager, reviewer, developer):
    session = make_shared(experiment, manager, reviewer)
    trace, token = session.items.get(position=1).trace, as_token(developer)
    for name, source_type, source_id in (
        ("quality", "LLM_JUDGE", "judge"),
        ("quality", "HUMAN", developer.email),
        ("correct", "HUMAN", "somebody"),
    ):
        draft = Draft(
            name=name,
            kind="feedback",
            value=CANARY,
            source_type=source_type,  # type: ignore[arg-type]  # one of the three words
            source_id=source_id,
        )
        record(trace, draft, by=token, now=NOW)

    assert CANARY not in crawl(signed_in(reviewer), session)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (False, "marked this unhelpful"),
        (True, "marked this helpful"),
        ("Slow", "said about this"),
        (3, "gave this 3"),
    ],
)
def test_the_application_s_own_users_are_heard(experiment, manager, reviewer, value, words):
    session = make_shared(experiment, manager, reviewer)
    trace, token = session.items.get(position=1).trace, as_token(manager, "feedback:write")
    draft = Draft(
        name="user_thumbs", kind="feedback", value=value, rationale="Too vague.", source_id="user-7"
    )
    record(trace, draft, by=token, now=NOW)

    page = signed_in(reviewer).get(f"/r/{session.session_id}/1/").content.decode()

    assert words in page
    assert "“Too vague.”" in page


def test_hostile_content_becomes_text(experiment, manager, reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer,), guidelines=HOSTILE)
    trace = session.items.get(position=1).trace
    spans = make_spans(HOSTILE, HOSTILE, trace_id=trace.trace_id)
    document: Any = spans[0].attributes["mlflow.spanOutputs"]
    document[0]["page_content"] = HOSTILE
    document[0]["metadata"] = {"title": HOSTILE, "source": HOSTILE}
    store_spans(experiment, spans)
    client = signed_in(reviewer)
    answer_form = {"act": "draft", "version": "0"}
    schema = session.questions.get().label_schema.schema_id
    own_words = HOSTILE.replace("\u202e", "")
    client.post(f"/r/{session.session_id}/1/", answer_form | {f"{schema}-why": own_words})

    page = client.get(f"/r/{session.session_id}/1/").content.decode()

    assert "alert(1)" in page
    assert "⟦RLO⟧" in page
    assert "\u202e" not in page
    assert active_parts(page) == []


def test_an_unbegun_trace_is_shown_as_such(experiment, manager, reviewer):
    session = make_session(experiment, manager, reviewers=(reviewer,))
    trace = session.items.get(position=1).trace
    trace.spans.all().delete()
    type(trace).objects.filter(pk=trace.pk).update(request_preview="", response_preview="")

    page = signed_in(reviewer).get(f"/r/{session.session_id}/1/").content.decode()

    assert "Nothing was recorded for this item yet." in page
