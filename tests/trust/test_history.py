"""Replies get lost, buttons are clicked twice, two tabs are open: what was acknowledged is kept.

A history of requests is written down while threads send them, and checked afterwards against the
tables: nothing acknowledged is lost, doubled, altered or invented.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

import orjson
import pytest
from django.db import connections
from django.test import Client

from assessments.models import Assessment, Revision
from labeling.models import DraftRevision, Review
from labeling.queueing import claim_next
from tests.factories import LEASE, make_session, make_token, make_trace
from tests.sampling import WALKS_ALL
from traces.models import Trace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

THREADS = 6
# At each of the two doors; with their repeats more than 500 requests.
WRITES = 60 if WALKS_ALL else 15
MOST_REPEATS = 4
TEXTS_PER_TAB = 25 if WALKS_ALL else 8


@dataclass(frozen=True)
class Write:
    """One thing somebody wants to say, however often it is sent."""

    number: int
    trace_id: str

    @property
    def words(self) -> str:
        """What makes it recognisable."""
        return f"write {self.number}"


class History:
    """What was sent and what came back, from every thread."""

    def __init__(self, secret: str) -> None:
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.lock = Lock()
        self.acknowledged: dict[Write, list[str]] = defaultdict(list)
        self.refused: list[tuple[int, bytes]] = []

    def native(self, write: Write, *, has_key: bool = True) -> None:
        """Through the native API, with the key of this write."""
        body = {"name": "correct", "kind": "feedback", "value": True, "rationale": write.words}
        response = Client().post(
            f"/api/v1/traces/{write.trace_id}/assessments",
            body,
            content_type="application/json",
            headers=self.headers | ({"Idempotency-Key": write.words} if has_key else {}),
        )
        self.note(write, response, lambda answer: answer["assessment_id"])

    def mlflow(self, write: Write, *, has_key: bool = True) -> None:
        """Through MLflow's wire, with the creation time the client chose."""
        said = {
            "assessment_name": "correct",
            "feedback": {"value": write.number},
            "rationale": write.words,
            "source": {"source_type": "CODE", "source_id": "checker"},
        }
        if has_key:
            said["create_time"] = f"2026-11-20T12:00:00.{write.number:03d}Z"
        response = Client().post(
            f"/api/3.0/mlflow/traces/{write.trace_id}/assessments",
            {"assessment": said},
            content_type="application/json",
            headers=self.headers,
        )
        self.note(write, response, lambda answer: answer["assessment"]["assessment_id"])

    def note(self, write: Write, response: Any, read: Callable[[Any], str]) -> None:
        """Keep the answer."""
        with self.lock:
            if response.status_code in (200, 201):
                self.acknowledged[write].append(read(orjson.loads(response.content)))
            else:
                self.refused.append((response.status_code, response.content))


def send_all(jobs: Sequence[Callable[[], None]]) -> None:
    """Run the jobs in threads that take from one list."""

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, jobs))


def shuffled_repeats(writes: Sequence[Write]) -> list[Write]:
    """Every write one to four times, in any order, repeats often side by side."""
    chance = random.Random(20261120)
    repeated = [write for write in writes for _ in range(chance.randint(1, MOST_REPEATS))]
    repeated += [write for write in writes for _ in range(2)]
    return sorted(repeated, key=lambda write: write.number + chance.uniform(0, 20))


@pytest.fixture
def writes(experiment) -> list[Write]:
    """Different things to say about a few traces."""
    traces: list[Trace] = [make_trace(experiment) for _ in range(5)]
    return [Write(n, traces[n % len(traces)].trace_id) for n in range(WRITES)]


@pytest.mark.parametrize("door", ["native", "mlflow"])
def test_of_hundreds_of_repeated_requests_none_makes_a_second_label(
    developer, writes, door
) -> None:
    history = History(make_token(developer))
    sent = shuffled_repeats(writes)

    send_all([partial(getattr(history, door), write) for write in sent])

    assert len(sent) >= 4 * WRITES
    assert history.refused == []
    assert all(len(set(ids)) == 1 for ids in history.acknowledged.values())
    assert sum(map(len, history.acknowledged.values())) == len(sent)
    found = dict(Assessment.objects.values_list("assessment_id", "rationale"))
    assert found == {ids[0]: write.words for write, ids in history.acknowledged.items()}
    assert len(found) == len(writes) == Revision.objects.count()


@pytest.mark.parametrize("door", ["native", "mlflow"])
def test_without_a_key_or_a_time_the_same_repeats_are_labels_of_their_own(
    developer, writes, door
) -> None:
    history = History(make_token(developer))
    sent = [write for write in writes[:10] for _ in range(2)]

    send_all([partial(getattr(history, door), write, has_key=False) for write in sent])

    assert history.refused == []
    assert Assessment.objects.count() == 20


class Tab:
    """A browser tab that autosaves; told that another tab was faster, it reads and saves again."""

    def __init__(self, name: str, url: str, secret: str, version: int) -> None:
        self.name = name
        self.url = url
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.version = version
        self.acknowledged: list[str] = []
        self.conflicts: list[dict[str, Any]] = []

    def type_and_save(self) -> None:
        """Save one text after the other."""
        for n in range(TEXTS_PER_TAB):
            self.save(f"{self.name} wrote {n}", state="draft")

    def save(self, text: str, *, state: str) -> None:
        """Save until it is acknowledged."""
        answers = {"correct": {"value": True, "rationale": text}}
        while text not in self.acknowledged:
            response = Client().put(
                self.url,
                {"state": state, "answers": answers, "version": self.version},
                content_type="application/json",
                headers=self.headers | {"Idempotency-Key": f"{text} over {self.version}"},
            )
            answer = orjson.loads(response.content)
            if response.status_code == 200:
                self.acknowledged.append(text)
                self.version = answer["version"]
            else:
                assert response.status_code == 409, answer
                self.conflicts.append(answer)
                self.version = answer["current"]["version"]


@pytest.fixture
def tabs(experiment, manager, reviewer) -> list[Tab]:
    """Two tabs on the same item of the same reviewer."""
    session = make_session(experiment, manager, traces=1)
    review = claim_next(session, reviewer, lease=LEASE).review
    assert review is not None
    url = f"/api/v1/sessions/{session.session_id}/items/{review.item.item_id}/review"
    secret = make_token(reviewer)
    return [Tab(name, url, secret, review.version) for name in ("left", "right")]


def test_every_draft_that_either_tab_was_told_is_saved_is_in_the_history(tabs) -> None:
    send_all([tab.type_and_save for tab in tabs])

    kept = [row.draft["correct"]["rationale"] for row in DraftRevision.objects.order_by("number")]
    told = [text for tab in tabs for text in tab.acknowledged]
    assert sorted(kept) == sorted(told)
    assert len(told) == 2 * TEXTS_PER_TAB
    assert Review.objects.get().version == 1 + len(told)


def test_the_tab_that_was_slower_is_shown_what_the_other_one_saved(tabs) -> None:
    left, right = tabs
    left.save("left came first", state="draft")

    right.save("right came second", state="draft")

    answers = [conflict["current"]["answers"] for conflict in right.conflicts]
    assert answers == [{"correct": {"value": True, "rationale": "left came first"}}]
    assert [conflict["code"] for conflict in right.conflicts] == ["changed_meanwhile"]


def test_every_answer_that_either_tab_submitted_is_a_revision(tabs) -> None:
    jobs = [
        partial(tab.save, f"{tab.name} says {n}", state="submitted")
        for tab in tabs
        for n in range(10)
    ]

    send_all(jobs)

    told = [text for tab in tabs for text in tab.acknowledged]
    kept = Revision.objects.order_by("number").values_list("rationale", flat=True)
    assert sorted(kept) == sorted(told)
    assert len(told) == 20
    assert Assessment.objects.count() == 1
