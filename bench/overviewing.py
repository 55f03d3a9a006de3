"""The overview of a session as its manager's browser asks for it: the whole page, and what the open
page asks for again and again, when something changed and when nothing did.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from bench.browsing import chromium, cookies_of, signed_in
from bench.figures import Figure, at_most
from bench.inside import call
from bench.load import percentile
from bench.searching import gather_statistics, load_corpus
from bench.setup import Refused, Run

GROUP = "Overview"
WARM, READS = 5, 60


def measure(run: Run) -> Iterator[Figure]:
    """One client, one request after the other. The peer has no such page."""
    load_corpus(run)
    experiment = run.ours.experiments["corpus"]
    made = call(run.ours, "bench.board_seeding", "reviewed", experiment, str(run.traces))
    gather_statistics(run)
    page, live = (f"/e/{experiment}/sessions/{made['session_id']}/{end}" for end in ("", "live/"))
    with chromium() as browser:
        link = f"{run.ours.url}/login/{made['sign_in']}/"
        headers = {"Cookie": cookies_of(signed_in(browser, run.ours.url, link))}
    size = f"{run.traces:,} items × {made['reviewers']} reviews, {made['questions']} questions"
    tag, seconds = read(run, page, headers)
    yield figure(run, f"overview, {size}", seconds)
    tag, seconds = read(run, live, headers)
    yield figure(run, "what an open overview fetches again", seconds)
    _, seconds = read(run, live, headers | {"If-None-Match": tag}, wanted=304)
    yield figure(run, "the same when nothing changed", seconds)


def read(
    run: Run, path: str, headers: Mapping[str, str], *, wanted: int = 200
) -> tuple[str, list[float]]:
    """The answer's ETag, and the seconds each read took once warm. Raises Refused."""
    connection = run.ours.connect()
    request = run.ours.bytes_of("GET", path, headers=headers)
    seconds = []
    tag = ""
    for _ in range(WARM + READS):
        begun = time.perf_counter()
        answer = connection.send(request)
        seconds.append(time.perf_counter() - begun)
        if answer.status != wanted:
            raise Refused(f"{path}: {answer.status} {answer.body[:300]!r}")
        tag = answer.headers.get("etag", "")
    connection.close()
    return tag, seconds[WARM:]


def figure(run: Run, what: str, seconds: list[float]) -> Figure:
    """p95 of some reads."""
    found = percentile(seconds, 0.95)
    return Figure(
        group=GROUP,
        what=f"p95: {what}",
        database=run.database,
        unit="ms",
        ours=None if found is None else found * 1000,
        goal=at_most(250.0),
        note="mlflow has no such page",
    )
