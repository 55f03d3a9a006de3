"""Until they have submitted, no byte sent to a reviewer tells what others answered.

Two proofs: texts planted in others' answers are nowhere in what a reviewer can fetch; and what they
fetch is the same byte for byte whatever the others answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from accounts.credentials import Credential
from accounts.models import User
from assessments.drafts import Draft
from assessments.recording import record
from labeling import aggregation
from labeling.answering import Reply, Submission
from labeling.models import LabelingSession, QueueItem
from labeling.models.reviews import PRIVATE
from labeling.noting import leave_note
from labeling.queueing import claim_next
from labeling.reviewing import cannot_judge, submit
from tests.factories import (
    LEASE,
    NOW,
    as_token,
    make_dataset,
    make_session,
    make_spans,
    make_token,
)
from tests.sampling import drawn, some
from tests.trust.callers import as_json
from tests.trust.routes import all_routes
from tests.trust.writing import ENDPOINTS, READING_POSTS, filled
from traces.ingesting import store_spans
from traces.models import Trace

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CANARY = "kanarie"
LINKS = re.compile(r"""(?:href|action|src|data-[a-z-]+|hx-get)=["'](/[^"'#]*)""")
# What differs from one answer to the next by itself: times, tokens, keys of saves.
CHANCE = re.compile(
    rb"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)?|\d\d:\d\d"
    rb"|(?<=csrfmiddlewaretoken\" value=\")\w+|(?<=csrf-token\" content=\")\w+"
    rb"|tok-[\w-]+|rva_[\w-]+"
    rb"|(?<=name=\"key\" value=\")[\w-]+|(?<=value=\")[\w-]{20,}(?=\")"
)
MOST_PAGES = 300


@dataclass
class Blind:
    """A session whose first item A has answered and B holds."""

    session: LabelingSession
    item: QueueItem
    a: User
    b: User
    ids: dict[str, Any]

    def a_answers(self, words: str, tone: str) -> None:
        """What A says about the first item, and what is computed from it."""
        replies = {
            "improvement": Reply(value=f"{CANARY}-{words}", rationale=f"{CANARY}-why-{words}"),
            "tone": Reply(value=tone, rationale=f"{CANARY}-tone-{words}"),
            "expected_response": Reply(value=f"{CANARY}-expected-{words}"),
        }
        submit(self.item, Submission(replies=replies), by=Credential(user=self.a), lease=LEASE)
        aggregation.sweep()

    def b_answers(self) -> None:
        """B submits the first item."""
        replies = {
            "improvement": Reply(value="none"),
            "tone": Reply(value="Rude"),
            "expected_response": Reply(value="nothing"),
        }
        submit(self.item, Submission(replies=replies), by=Credential(user=self.b), lease=LEASE)


def make_blind(experiment: Any, manager: User, a: User, b: User, blind: str) -> Blind:
    """A session of two questions in which A and a judge have spoken of every item."""
    session = make_session(
        experiment,
        manager,
        traces=2,
        questions=("improvement", "tone", "expected_response"),
        reviews_required=3,
        blind=blind,
    )
    items = list(session.items.in_order().select_related("trace", "session__run"))
    claim_next(session, b, lease=LEASE)
    found = Blind(session, items[0], a, b, {})
    found.a_answers("one", "Friendly")
    by = Credential(user=a)
    said = Submission(reason=f"{CANARY}-reason", note=f"{CANARY}-note")
    cannot_judge(items[1], said, by=by, lease=LEASE)
    judge_all(items, manager)
    leave_note(session, a, f"{CANARY}-to-the-team", now=NOW)
    # An item that others have spoken of is the worst that a manager can let people practise on.
    LabelingSession.objects.filter(pk=session.pk).update(practice_trace=items[0].trace)
    aggregation.sweep()
    trace = items[0].trace
    assessment = trace.assessments.get(author=a, name="improvement")
    held = {"q": f"{CANARY}-dataset"}
    dataset = make_dataset(experiment, manager, records=[{"inputs": held, "expectations": held}])
    found.ids = {
        "dataset_id": dataset.dataset_id,
        "record_id": dataset.records.get().record_id,
        "key": "topic",
        "spare_experiment_id": experiment.experiment_id,
        "deleted_experiment_id": experiment.experiment_id,
        "experiment_id": experiment.experiment_id,
        "session_id": session.session_id,
        "queue_id": f"rq-{session.session_id}",
        "draft_session_id": session.session_id,
        "run_id": session.session_id,
        "item_id": items[0].item_id,
        "position": 1,
        "trace_id": trace.trace_id,
        "spare_trace_id": items[1].trace.trace_id,
        "assessment_id": assessment.assessment_id,
        "schema_id": session.questions.get(position=1).label_schema.schema_id,
        "spare_schema_id": session.questions.get(position=3).label_schema.schema_id,
        "token_id": "tok-unknown",
        "reviewer_email": b.email,
        "artifact_path": f"{experiment.experiment_id}/{session.session_id}/artifacts/notes.txt",
        "preset": "guidelines",
        "secret": "unknown",
        "app_label": "accounts",
        "object_id": b.pk,
    }
    return found


def judge_all(items: list[QueueItem], manager: User) -> None:
    """A judge and a colleague have spoken under the names of the questions."""
    by = as_token(manager)
    for item in items:
        for source in ("LLM_JUDGE", "CODE", "HUMAN"):
            draft = Draft(
                name="improvement",
                kind="feedback",
                value=f"{CANARY}-{source}",
                rationale=f"{CANARY}-{source}-why",
                source_type=source,
                source_id="" if source == "HUMAN" else f"{CANARY}-judge",
            )
            record(item.trace, draft, by=by, now=NOW)
        expected = Draft(
            name="expected_response", kind="expectation", value=f"{CANARY}-judge-expected"
        )
        record(item.trace, expected, by=by, now=NOW)


@pytest.fixture
def blind(experiment, manager, reviewer, second_reviewer) -> Blind:
    """Blind until submitted; `reviewer` is A and `second_reviewer` is B."""
    return make_blind(experiment, manager, reviewer, second_reviewer, "until_submitted")


class Crawler:
    """Fetches everything a person can reach, by page and by token; every request is undone."""

    def __init__(self, blind: Blind, person: User) -> None:
        self.ids = blind.ids
        self.page = Client(raise_request_exception=False)
        self.page.force_login(person)
        self.program = Client(raise_request_exception=False)
        self.bearer = {"Authorization": f"Bearer {make_token(person)}"}
        self.seen: dict[str, bytes] = {}
        self.in_other_ways: dict[str, bool] = {}
        self.endpoints = list(some([*ENDPOINTS, *READING_POSTS], 4))

    def crawl(self) -> dict[str, bytes]:
        """Each request and what came back, headers included."""
        self.seen = {}
        self.follow([route.filled(self.ids) for route in all_routes()])
        for endpoint in self.endpoints:
            path = endpoint.target.format(**self.ids)
            body = as_json(filled(endpoint.body or {}, self.ids))
            self.fetch(f"program {endpoint.method} {path}", self.program, endpoint.method, **body)
        for name, sent in self.questions().items():
            method, path, *rest = sent
            self.fetch(f"program {name}", self.program, method, path, **(rest[0] if rest else {}))
            self.fetch(f"page {name}", self.page, method, path, **(rest[0] if rest else {}))
        return self.seen

    def follow(self, paths: list[str]) -> None:
        """GET these and whatever they link to, as a page, and as a part and a program."""
        waiting = [*dict.fromkeys(paths)]
        while waiting and len(self.seen) < 2 * MOST_PAGES:
            path = waiting.pop(0)
            if f"page GET {path}" in self.seen:
                continue
            body, location = self.fetch(f"page GET {path}", self.page, "GET", path)
            if self.in_other_ways.setdefault(path, drawn(12)):
                part = {"HX-Request": "true"}
                self.fetch(f"part GET {path}", self.page, "GET", path, headers=part)
                self.fetch(f"program GET {path}", self.program, "GET", path)
            waiting += [link for link in [*LINKS.findall(body), location] if is_ours(link)]

    def questions(self) -> dict[str, tuple[Any, ...]]:
        """Saves that are refused, stale or drafts, and searches for what others said."""
        session = f"/api/v1/sessions/{self.ids['session_id']}"
        review = f"{session}/items/{self.ids['item_id']}/review"
        page = f"/r/{self.ids['session_id']}/1/"
        traces = f"/api/v1/experiments/{self.ids['experiment_id']}/traces"
        queues = "/api/3.0/mlflow/review-queues"
        items = f"{queues}/items/list?queue_id={self.ids['queue_id']}"
        reply = {"improvement": {"value": "mine"}, "tone": {"value": "Rude"}}
        schema = self.ids["spare_schema_id"]
        export = f"{session}/export"
        found: dict[str, tuple[Any, ...]] = {
            f"an export of {rows} as {form}": ("GET", f"{export}?rows={rows}&format={form}")
            for rows in ("labels", "items", "dataset", "traces")
            for form in ("jsonl", "csv")
        }
        for n, condition in enumerate(CONDITIONS):
            sent = {
                "locations": [
                    {
                        "type": "MLFLOW_EXPERIMENT",
                        "mlflow_experiment": {"experiment_id": str(self.ids["experiment_id"])},
                    }
                ],
                "filter": condition,
                "order_by": ["timestamp_ms DESC"],
            }
            found[f"search {n}"] = ("GET", f"{traces}?filter={quote(condition)}")
            found[f"MLflow's search {n}"] = (
                "POST",
                "/api/3.0/mlflow/traces/search",
                as_json(sent),
            )
        return found | {
            "a prefetch": ("GET", page, {"headers": {"X-Prefetch": "1"}}),
            "a prefetch of the other": (
                "GET",
                f"/r/{self.ids['session_id']}/2/",
                {"headers": {"X-Prefetch": "1"}},
            ),
            "what changed": ("GET", page, {"headers": {"If-None-Match": "*"}}),
            "the head alone": ("HEAD", page),
            "keeping what is expected": (
                "POST",
                page,
                {"data": f"keep={schema}&version=1".encode(), "content_type": FORM},
            ),
            "asking to be added": (
                "POST",
                "/inbox/ask/",
                {"data": f"session={self.ids['session_id']}".encode(), "content_type": FORM},
            ),
            "an unknown question": (
                "PUT",
                review,
                as_json({"state": "submitted", "answers": {"nobody asked": {"value": 1}}}),
            ),
            "a submit of nothing": ("PUT", review, as_json({"state": "submitted"})),
            "its queue's item done": (
                "POST",
                f"{queues}/items/set-status",
                as_json(
                    {
                        "queue_id": self.ids["queue_id"],
                        "item_id": self.ids["trace_id"],
                        "status": "COMPLETE",
                    }
                ),
            ),
            "next": ("POST", f"{session}/next", as_json({})),
            "a draft": ("PUT", review, as_json({"state": "draft", "answers": reply})),
            "a stale save": (
                "PUT",
                review,
                as_json({"state": "draft", "answers": reply, "version": 99}),
            ),
            "a misfit": (
                "PUT",
                review,
                as_json({"state": "submitted", "answers": {"tone": {"value": CANARY[:3]}}}),
            ),
            "a skip": ("PUT", review, as_json({"state": "skipped"})),
            "a form without answers": ("POST", page, {"data": b"", "content_type": FORM}),
            "its queue": ("GET", f"{queues}/get?queue_id={self.ids['queue_id']}"),
            "its queues": ("GET", f"{queues}/list?experiment_id={self.ids['experiment_id']}"),
            "its queue's items": ("GET", items),
            "its queue's finished items": ("GET", f"{items}&status=COMPLETE"),
            "its queue's declined items": ("GET", f"{items}&status=DECLINED"),
            "a search": ("GET", f"{traces}?filter=feedback.improvement LIKE '%25one%25'"),
            "a search by consensus": ("GET", f"{traces}?filter=feedback.tone = 'Friendly'"),
        }

    def fetch(
        self, name: str, client: Client, method: str, path: str = "", **sent: Any
    ) -> tuple[str, str]:
        """One request, rolled back: the body, and where it leads."""
        headers = sent.pop("headers", {}) | (self.bearer if client is self.program else {})
        target = path or name.split(" ", 2)[2]
        cookies = SimpleCookie(client.cookies)
        with transaction.atomic():
            response = client.generic(method, target, headers=headers, **sent)
            body = response.getvalue()
            transaction.set_rollback(True)
        client.cookies = cookies
        self.seen[name] = printed(response, body)
        return body.decode(errors="replace"), response.headers.get("Location", "")


FORM = "application/x-www-form-urlencoded"
CONDITIONS = (
    f"feedback.improvement ILIKE '%{CANARY}%'",
    "feedback.tone = 'Friendly'",
    f"expectation.expected_response = '{CANARY}-judge-expected'",
    "feedback.improvement IS NOT NULL",
    "trace.text ILIKE '%Question%'",
    "run_id != 'none'",
)


def is_ours(link: str) -> bool:
    """A page or a part of one, not a style sheet."""
    return link.startswith("/") and not link.startswith("/static/")


def printed(response: Any, body: bytes) -> bytes:
    """Status, headers and body, without what changes by itself."""
    headers = sorted(
        f"{name}: {value}"
        for name, value in response.headers.items()
        if name not in ("X-Request-Id", "Content-Length", "Expires")
    )
    whole = "\n".join([str(response.status_code), *headers]).encode() + b"\n" + body
    return CHANCE.sub(b"*", whole)


def telling(found: dict[str, bytes]) -> list[str]:
    """Which requests were answered with a planted text."""
    return [name for name, whole in found.items() if CANARY.encode() in whole.lower()]


def test_nothing_a_reviewer_can_fetch_holds_or_depends_on_what_others_said(blind) -> None:
    crawler = Crawler(blind, blind.b)

    before = crawler.crawl()
    assert telling(before) == []
    assert len(before) > 200
    assert before[f"page GET /r/{blind.session.session_id}/1/"].startswith(b"200")
    assert before[f"page GET /r/{blind.session.session_id}/practice/"].startswith(b"200")
    assert before["program next"].startswith(b"200")
    assert before["page a prefetch"].startswith(b"200")
    assert before["page keeping what is expected"].startswith(b"302")
    assert before["program MLflow's search 0"].startswith(b"200")

    blind.a_answers("two and some more words", "Rude")
    after = crawler.crawl()
    different = [name for name in before if before[name] != after.get(name)]
    assert not different, "\n".join(different)
    assert before.keys() == after.keys()
    assert telling(after) == []


@pytest.mark.parametrize("role", ["manager", "developer"])
def test_people_who_may_read_everything_get_the_blind_page_to_review_on(
    request, blind, role
) -> None:
    person = request.getfixturevalue(role)
    crawler = Crawler(blind, person)
    session = f"/r/{blind.session.session_id}/"

    crawler.follow([session, f"{session}1/", f"{session}items/", f"{session}done/"])

    review_pages = {
        name: whole
        for name, whole in crawler.seen.items()
        if name.startswith(f"page GET {session}")
    }
    assert len(review_pages) >= 4
    assert telling(review_pages) == []


def test_after_submitting_the_page_shows_what_others_answered(blind) -> None:
    blind.b_answers()
    crawler = Crawler(blind, blind.b)
    session = f"/r/{blind.session.session_id}/"

    crawler.follow([session, f"{session}1/", f"{session}2/"])

    assert f"page GET {session}1/" in telling(crawler.seen)
    assert not [name for name in telling(crawler.seen) if f"{session}2/" in name]
    assert f"{CANARY}-judge".encode() not in b"".join(crawler.seen.values())


def test_in_a_session_that_is_always_blind_nothing_is_ever_shown(
    experiment, manager, reviewer, second_reviewer
) -> None:
    blind = make_blind(experiment, manager, reviewer, second_reviewer, "always")
    blind.b_answers()

    found = Crawler(blind, blind.b).crawl()

    assert telling(found) == []


def test_of_a_trace_hidden_for_private_data_no_other_reviewer_gets_a_byte(
    experiment, blind
) -> None:
    trace = blind.item.trace
    planted = make_spans(f"{CANARY}-asked", f"{CANARY}-said", trace_id=trace.trace_id)
    trace.spans.all().delete()
    store_spans(experiment, planted)
    Trace.objects.filter(pk=trace.pk).update(request_preview=f"{CANARY}-asked")
    crawler = Crawler(blind, blind.b)
    mine = f"/r/{blind.session.session_id}/"
    crawler.follow([mine, f"{mine}1/", f"{mine}items/", f"{mine}practice/"])
    pages = (f"page GET {mine}{name}/" for name in ("1", "items", "practice"))
    assert set(pages) <= set(telling(crawler.seen))

    said = Submission(reason=PRIVATE, note=f"{CANARY}-note")
    cannot_judge(blind.item, said, by=Credential(user=blind.a), lease=LEASE)

    seen = crawler.crawl()
    assert len(seen) > 200
    assert seen[f"page GET {mine}1/"].startswith(b"200")
    assert telling(seen) == []
