"""A page of 100 of 10,000 traces, once by each family of MLflow's filters; newest first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import psycopg

from bench import corpus
from bench.copying import copy_traces
from bench.figures import Figure, Goal, at_most, times_the_peer
from bench.load import median
from bench.servers import Server, end_queries, start_peer
from bench.setup import Refused, Run, ask, make_experiments, send_traces

PAGE = 100
ASSESSED_EVERY = 10
LINK_BATCH = 100
SLOW_SECONDS = 1.0
PATIENCE_SECONDS = 10.0
BY_THE_PAGE = times_the_peer(4.0)
BOUNDED = at_most(2000.0)


@dataclass(frozen=True, slots=True)
class Family:
    """One filter; `{run}` stands for a run's id."""

    name: str
    filter: str
    goal: Goal


MIDDLE_MS = corpus.start_ns(5000) // 1_000_000
FAMILIES = (
    Family("no filter", "", BY_THE_PAGE),
    Family("status", "attributes.status = 'ERROR'", BY_THE_PAGE),
    Family("name", "attributes.name = 'agent-7'", BY_THE_PAGE),
    Family("tag", "tags.topic = 'topic-3'", BY_THE_PAGE),
    Family("metadata", "metadata.`mlflow.trace.session` = 'session-17'", BY_THE_PAGE),
    Family(
        "time range",
        f"timestamp_ms >= {MIDDLE_MS} AND timestamp_ms < {MIDDLE_MS + 500_000}",
        BY_THE_PAGE,
    ),
    Family("run", "attributes.run_id = '{run}'", BY_THE_PAGE),
    Family("feedback", "feedback.correct = 'true'", BY_THE_PAGE),
    Family("expectation", "expectation.expected_answer = 'two years'", BY_THE_PAGE),
    Family("two at once", "tags.topic = 'topic-3' AND attributes.status = 'OK'", BY_THE_PAGE),
    Family("text ILIKE, a word", "trace.text ILIKE '%ZEBRA07X%'", BY_THE_PAGE),
    Family("text ILIKE, a word in every trace", "trace.text ILIKE '%warranty%'", BY_THE_PAGE),
    Family("text ILIKE, an absent word", "trace.text ILIKE '%giraffe%'", BY_THE_PAGE),
    Family(
        "name and type of one span",
        "span.name = 'retrieve' AND span.type = 'RETRIEVER'",
        BY_THE_PAGE,
    ),
    Family("an absent span", "span.name = 'retrieve' AND span.type = 'LLM'", BY_THE_PAGE),
    Family("short LIKE", "trace.text LIKE '%7x%'", BOUNDED),
    Family("absent short LIKE", "trace.text LIKE '%zq%'", BOUNDED),
    Family("span attribute", "span.attributes.`session.id` LIKE '%session-17%'", BOUNDED),
    Family("tag !=", "tags.topic != 'topic-3'", BOUNDED),
    Family("name RLIKE", "attributes.name RLIKE 'agent-1[0-9]'", BOUNDED),
)


def measure(run: Run) -> Iterator[Figure]:
    """Each family on both servers in turn."""
    load_corpus(run)
    runs = {server.name: linked_run(run, server) for server in run.servers}
    for family in FAMILIES:
        ours = Timed(run.ours, family, runs)
        peer = Timed(run.peer, family, runs)
        for _ in range(run.rounds):
            ours.go()
            peer.go()
        if peer.is_endless:
            restart_peer(run)
        yield told(run, family, ours, peer)


def load_corpus(run: Run) -> None:
    """The same traces and assessments in both; on the peer all but the first ones as copies."""
    if "corpus" in run.loaded:
        return
    for server in run.servers:
        make_experiments(server)
    send_traces(run.peer, "corpus", 0, corpus.PERIOD)
    assess(run.peer, corpus.PERIOD)
    copy_traces(run.peer.database_url, run.traces)
    send_traces(run.ours, "corpus", 0, run.traces)
    assess(run.ours, run.traces)
    gather_statistics(run)
    run.loaded.add("corpus")


def gather_statistics(run: Run) -> None:
    """What was loaded is known to the planner, as it is some minutes after any load."""
    if run.database == "postgres":
        for server in run.servers:
            analyze(server.database_url)


def analyze(url: str) -> None:
    """The statistics that Postgres gathers by itself within some minutes."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("ANALYZE")


def assess(server: Server, end: int) -> None:
    """One trace in ten has a feedback and an expectation."""
    connection = server.connect()
    for n in range(0, end, ASSESSED_EVERY):
        trace = corpus.trace_id(n)
        for name, kind, value in (
            ("correct", "feedback", n % 20 == 0),
            ("expected_answer", "expectation", "two years" if n % 20 else "one year"),
        ):
            body = corpus.assessment(trace, name, kind, value, time.time_ns())
            path = f"/api/3.0/mlflow/traces/{trace}/assessments"
            answer = connection.send(server.bytes_of("POST", path, body))
            if answer.status != 200:
                raise Refused(f"{server.name} {path}: {answer.status} {answer.body[:300]!r}")
    connection.close()


def restart_peer(run: Run) -> None:
    """End a search that nobody waits for any more: it would slow what is measured next."""
    before = run.peer
    before.kill()
    if run.database == "postgres":
        end_queries(before.database_url)
    run.peer = start_peer(run.folder / "peer", before.database_url)
    run.peer.experiments = before.experiments


def linked_run(run: Run, server: Server) -> str:
    """A run with the odd ones of the last 400 traces."""
    experiment = {"experiment_id": server.experiments["corpus"], "start_time": 0}
    made = ask(server, "POST", "/api/2.0/mlflow/runs/create", experiment)
    run_id = str(orjson.loads(orjson.dumps(made))["run"]["info"]["run_id"])
    numbers = range(run.traces - 399, run.traces, 2)
    traces = [corpus.trace_id(n) for n in numbers]
    for start in range(0, len(traces), LINK_BATCH):
        body = {"run_id": run_id, "trace_ids": traces[start : start + LINK_BATCH]}
        ask(server, "POST", "/api/2.0/mlflow/traces/link-to-run", body)
    return run_id


class Timed:
    """One family on one server: how long a page takes and which traces it holds."""

    def __init__(self, server: Server, family: Family, runs: dict[str, str]) -> None:
        experiment = {"experiment_id": server.experiments["corpus"]}
        location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": experiment}
        asked = {
            "locations": [location],
            "filter": family.filter.replace("{run}", runs[server.name]),
            "max_results": PAGE,
            "order_by": ["timestamp_ms DESC"],
        }
        path = "/api/3.0/mlflow/traces/search"
        self.request = server.bytes_of("POST", path, orjson.dumps(asked))
        self.server = server
        self.is_endless = False
        self.times: list[float] = []
        self.page: list[str] = []
        self.refusal = ""

    def go(self) -> None:
        """A few pages; a slow family is asked once in all."""
        if self.refusal or (self.times and self.times[-1] > SLOW_SECONDS):
            return
        connection = self.server.connect(PATIENCE_SECONDS)
        connection.send(self.server.bytes_of("GET", "/health"))
        for _ in range(5):
            begun = time.perf_counter()
            try:
                answer = connection.send(self.request)
            except TimeoutError:
                self.is_endless = True
                self.times.append(PATIENCE_SECONDS)
                break
            except OSError as error:
                self.refusal = f"{self.server.name} did not answer: {error}"
                break
            self.times.append(time.perf_counter() - begun)
            if answer.status != 200:
                self.refusal = f"{self.server.name} answered {answer.status}"
                break
            self.page = [trace["trace_id"] for trace in orjson.loads(answer.body).get("traces", [])]
            if self.times[-1] > SLOW_SECONDS:
                break
        connection.close()

    @property
    def milliseconds(self) -> float | None:
        """The median; None when the server refuses the filter."""
        found = None if self.refusal else median(self.times)
        return None if found is None else found * 1000


def told(run: Run, family: Family, ours: Timed, peer: Timed) -> Figure:
    """One line; the note says when the two do not answer the same traces."""
    notes = [each.refusal for each in (ours, peer) if each.refusal]
    notes += [
        f"{each.server.name} was given up after {PATIENCE_SECONDS:.0f} s"
        for each in (ours, peer)
        if each.is_endless
    ]
    if not notes:
        same = ours.page == peer.page
        notes = [f"{len(ours.page)} traces" if same else different(ours.page, peer.page)]
    return Figure(
        group=f"Search in {run.traces:,} traces",
        what=f"page of {PAGE}: {family.name}",
        database=run.database,
        unit="ms",
        ours=ours.milliseconds,
        peer=peer.milliseconds,
        goal=family.goal,
        note="; ".join(notes),
    )


def different(ours: list[str], peer: list[str]) -> str:
    """How two pages differ."""
    return (
        f"answers differ: {len(ours)} and {len(peer)} traces, {len(set(ours) & set(peer))} shared"
    )
