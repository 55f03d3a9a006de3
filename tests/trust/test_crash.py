"""kill -9 in the middle of a recomputation, messages lost, answers coming in: nothing is lost.

Real processes on the set-up the environment names: SQLite and the file broker, or Postgres and
Redis. TRUST, section 1: figures equal their recomputation within 60 seconds after recovery.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import pytest

from tests.trust.crash_seed import SCHEMAS
from tests.trust.deployment import Deployment, deployed, wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

CONVERGES_WITHIN_SECONDS = 60
TICKETS = "SELECT last_ticket, written_ticket FROM labeling_aggregationstate"
HEARTBEAT = "SELECT max(at) FROM accounts_heartbeat"
STALE = "SELECT count(*) FROM assessments_stalemark"
KEPT = """
    SELECT review.item_id, person.email, schema.name, assessment.value, assessment.rationale
      FROM labeling_answer answer
      JOIN labeling_review review ON review.id = answer.review_id
      JOIN accounts_user person ON person.id = review.reviewer_id
      JOIN schemas_labelschema schema ON schema.id = answer.label_schema_id
      JOIN assessments_assessment assessment ON assessment.id = answer.assessment_id
     WHERE person.email LIKE 'writer%'
"""
REVISIONS = """
    SELECT person.email, revision.rationale
      FROM assessments_revision revision
      JOIN accounts_user person ON person.id = revision.author_id
     WHERE person.email LIKE 'writer%'
"""


@dataclass
class Writer(Thread):
    """A reviewer who goes on answering, and what the server acknowledged to them."""

    deployment: Deployment
    session_id: str
    email: str
    token: str
    acknowledged: list[tuple[str, str, str]] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)
    enough: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        path = f"/api/v1/sessions/{self.session_id}"
        _, item = self.deployment.ask("POST", f"{path}/next", self.token, {})
        while item and not self.enough.wait(0.02):
            item = self.answer(f"{path}/items/{item['item_id']}/review", item["item_id"])

    def answer(self, path: str, item_id: str) -> Any:
        """Submit one item; the next one, or nothing after a refusal."""
        words = f"{self.email} on {item_id}"
        value = ("Good", "Fair")[len(self.acknowledged) % 2]
        answers = {name: {"value": value, "rationale": words} for name in SCHEMAS}
        body = {"state": "submitted", "answers": answers}
        status, saved = self.deployment.ask("PUT", path, self.token, body, key=words)
        if status != 200:
            self.refused.append((status, saved))
            return None
        self.acknowledged += [(self.email, name, words) for name in SCHEMAS]
        return saved["next"]


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Deployment]:
    """Prepared once: that takes seconds."""
    with deployed(tmp_path_factory.mktemp("crash")) as made:
        yield made


@pytest.fixture
def deployment(running) -> Iterator[Deployment]:
    """Web is up; worker and writers are started by the tests."""
    yield running
    if "worker" in running.processes:
        running.kill("worker")


@pytest.fixture
def writers(deployment) -> Iterator[list[Writer]]:
    """Reviewers of a session that holds 20,000 answers already."""
    seeded = deployment.call("tests.trust.crash_seed")
    assert seeded.returncode == 0, seeded.stderr
    made = json.loads(seeded.stdout)
    people = [
        Writer(deployment, made["session_id"], email, token)
        for email, token in made["tokens"].items()
    ]
    yield people
    stop(people)


def tickets(deployment: Deployment) -> tuple[int, int]:
    """The recomputation begun last, and the one whose figures stand."""
    rows = deployment.rows(TICKETS)
    return (rows[0][0], rows[0][1]) if rows else (0, 0)


def kill_in_the_middle(deployment: Deployment, kill: Callable[[str], None]) -> None:
    """SIGKILL while a recomputation runs; what it would have written must not be there."""
    before, _ = tickets(deployment)
    wait_until(lambda: tickets(deployment)[0] > before, seconds=60)
    begun, _ = tickets(deployment)
    kill("worker")
    _, written = tickets(deployment)
    assert written < begun, "the worker had written already"


def answered(writers: list[Writer]) -> int:
    """How many items were acknowledged."""
    return sum(len(writer.acknowledged) for writer in writers) // len(SCHEMAS)


def stop(writers: list[Writer]) -> None:
    """Let every reviewer finish the item they are at."""
    for writer in writers:
        writer.enough.set()
    for writer in writers:
        writer.join(timeout=30)


def answer_more(writers: list[Writer], n: int) -> None:
    """Wait for as many further acknowledged items."""
    begun = answered(writers)
    wait_until(lambda: answered(writers) >= begun + n, seconds=30)


def test_figures_are_right_again_a_minute_after_a_worker_and_the_broker_were_killed(
    deployment, writers
) -> None:
    deployment.start_worker()
    for writer in writers:
        writer.start()

    kill_in_the_middle(deployment, deployment.kill_busiest_child)
    kill_in_the_middle(deployment, deployment.kill)
    answer_more(writers, 10)
    lost = deployment.broker.waiting()
    deployment.broker.lose_everything()
    answer_more(writers, 10)
    stop(writers)
    deployment.broker.come_back()
    deployment.start_worker()
    wait_until(lambda: deployment.rows(STALE) == [(0,)], seconds=CONVERGES_WITHIN_SECONDS)

    verified = deployment.command("verify")
    assert lost >= 10
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
    assert_history_holds(deployment, writers)
    assert_verify_can_fail(deployment)


def assert_history_holds(deployment: Deployment, writers: list[Writer]) -> None:
    """Lost, doubled, altered, invented: none."""
    said = [each for writer in writers for each in writer.acknowledged]
    kept = [(email, name, words) for _, email, name, _, words in deployment.rows(KEPT)]
    revisions = deployment.rows(REVISIONS)
    assert [writer.refused for writer in writers] == [[]] * len(writers)
    assert sorted(kept) == sorted(said)
    assert sorted(revisions) == sorted((email, words) for email, _, words in said)


def assert_verify_can_fail(deployment: Deployment) -> None:
    """The positive control: one altered figure is found."""
    deployment.rows(
        "UPDATE labeling_consensus SET n = n + 1"
        " WHERE id = (SELECT min(id) FROM labeling_consensus)"
    )

    verified = deployment.command("verify")

    assert verified.returncode == 1
    assert "consensus of item" in verified.stdout


def test_a_worker_whose_beat_was_killed_ends_so_that_both_are_started_again(deployment) -> None:
    before = deployment.rows(HEARTBEAT)
    deployment.start_worker()
    wait_until(lambda: deployment.rows(HEARTBEAT) != before, seconds=30)
    worker = deployment.processes["worker"]

    for child in deployment.children("worker"):
        os.kill(child, signal.SIGKILL)

    wait_until(lambda: worker.poll() is not None, seconds=30)
