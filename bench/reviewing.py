"""Next items of a queue for 16 reviewers at once: one request claims, another submits and claims.

One a second each is still ten times as fast as people review. Without pause 16 requests are always
under way, which no people manage: that measures how many a second there can be, so it has no goal.

The peer hands out nothing: MLflow's review queues are lists from which everybody picks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from bench import load
from bench.figures import Figure, at_most
from bench.inside import call
from bench.load import Load, percentile
from bench.searching import load_corpus
from bench.servers import Server
from bench.setup import Run

GROUP = "Queue"
REVIEWERS = 16
CLAIMS_EACH = 20
SMALL_QUEUE = 100
PACED_ROUNDS = 4
PACED_SECONDS = 3.0
WARM_UP_SECONDS = 3.0
WITHOUT_PAUSE = "without pause"
WHY_ALONE = "mlflow hands no items out"
Claim = tuple[str, str]  # who, which item


@dataclass
class Reviewers:
    """The clients' side: each remembers, in its own process, the item it holds."""

    server: Server
    session: str
    question: str
    tokens: Sequence[str]
    held: dict[int, str] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)

    def claim(self, client: int, sent: int) -> bytes | None:
        """Every request is somebody's first, so that each claims."""
        number = client + sent * REVIEWERS
        return self.next_request(self.tokens[number]) if number < len(self.tokens) else None

    def keep_claim(self, client: int, sent: int, body: bytes) -> object:
        """Who got what."""
        if not body:
            return None
        return self.tokens[client + sent * REVIEWERS], str(orjson.loads(body)["item_id"])

    def work(self, client: int, _sent: int) -> bytes | None:
        """Submit what is held, else ask for an item; None once there is nothing left."""
        if client in self.finished:
            return None
        token = self.tokens[client]
        if client not in self.held:
            return self.next_request(token)
        path = f"/api/v1/sessions/{self.session}/items/{self.held[client]}/review"
        answers = {self.question: {"value": client % 3 > 0, "rationale": "It names the period."}}
        body = orjson.dumps({"state": "submitted", "answers": answers, "active_ms": 9000})
        return self.server.bytes_of("PUT", path, body, token=token)

    def keep_work(self, client: int, _sent: int, body: bytes) -> object:
        """Remember the next item; answers who got what."""
        answer = orjson.loads(body) if body else {}
        following = answer.get("next") if "queue_state" in answer else answer
        self.held.pop(client, None)
        if not following:
            self.finished.add(client)
            return None
        self.held[client] = following["item_id"]
        return self.tokens[client], following["item_id"]

    def next_request(self, token: str) -> bytes:
        """POST …/next."""
        return self.server.bytes_of("POST", f"/api/v1/sessions/{self.session}/next", token=token)


def measure(run: Run) -> Iterator[Figure]:
    """The same with a short and with a long queue, after the server's threads are warm."""
    load_corpus(run)
    warm = reviewers_of_new_session(run, SMALL_QUEUE, REVIEWERS)
    load.run(run.ours, REVIEWERS, warm.work, seconds=WARM_UP_SECONDS, keep=warm.keep_work)
    for n_items in (SMALL_QUEUE, run.traces):
        yield from of_queue(run, n_items)


def of_queue(run: Run, n_items: int) -> Iterator[Figure]:
    """People who hold nothing claim; then others submit, one a second each, then without pause."""
    queue = f"queue of {n_items:,}, {REVIEWERS} reviewers"
    claimers = reviewers_of_new_session(run, n_items, min(n_items, REVIEWERS * CLAIMS_EACH))
    claimed = load.run(run.ours, REVIEWERS, claimers.claim, keep=claimers.keep_claim)
    yield from told(run, f"claim the next item, {queue}", claimed, claimers)
    pace = run.seconds * PACED_ROUNDS if n_items > SMALL_QUEUE else PACED_SECONDS
    for what, seconds, every in (
        ("submit and claim, one a second each", pace, 1.0),
        (f"submit and claim, {WITHOUT_PAUSE}", run.seconds * run.rounds, 0.0),
    ):
        workers = reviewers_of_new_session(run, n_items, REVIEWERS)
        done = load.run(
            run.ours, REVIEWERS, workers.work, seconds=seconds, every=every, keep=workers.keep_work
        )
        yield from told(run, f"{what}, {queue}", done, workers)


def reviewers_of_new_session(run: Run, n_items: int, n_reviewers: int) -> Reviewers:
    """A queue that nobody has claimed from, so that no load finds what another left."""
    made = call(
        run.ours,
        "bench.seeding",
        "queue",
        run.ours.experiments["corpus"],
        *(str(n_items), str(n_reviewers)),
    )
    question = str(made["question"])
    return Reviewers(run.ours, str(made["session_id"]), question, texts(made["reviewers"]))


def told(run: Run, what: str, done: Load, reviewers: Reviewers) -> Iterator[Figure]:
    """Median, p95 and CPU, and whether anybody got what was full."""
    database = run.database
    overfull = call(run.ours, "bench.seeding", "places", reviewers.session)["overfull"]
    most = most_reviewers(done.kept)
    check = f"at most {most} reviewers got one item, {overfull} items overfull"
    failures = f"failed: {dict(done.failures)}; " if done.failures else ""
    for share in (0.5, 0.95):
        found = percentile(done.latencies, share)
        bounded = share == 0.95 and database == "postgres" and WITHOUT_PAUSE not in what
        yield Figure(
            group=GROUP,
            what=f"p{share * 100:.0f}: {what}",
            database=database,
            unit="ms",
            ours=None if found is None else found * 1000,
            goal=at_most(100.0) if bounded else None,
            note=f"{failures}{check}" if share > 0.5 else WHY_ALONE,
        )
    yield Figure(
        group=GROUP,
        what=f"CPU of the server: {what}",
        database=database,
        unit="ms",
        ours=done.cpu_milliseconds,
        note=f"{done.rate:.0f} requests per second",
    )


def texts(value: object) -> list[str]:
    """A list of texts out of JSON."""
    return [str(each) for each in value] if isinstance(value, list) else []


def most_reviewers(kept: Iterable[object]) -> int:
    """To how many different people the most handed-out item went; REVIEWS_REQUIRED is right."""
    people: dict[str, set[str]] = defaultdict(set)
    for claim in kept:
        if isinstance(claim, tuple):
            people[claim[1]].add(claim[0])
    return max((len(each) for each in people.values()), default=0)
