"""The reviewer's page as a browser sees it: bytes, requests, shifts, and how long one waits.

The session is as long as the queue of the other parts. The peer has no such page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    Route,
    StorageState,
    ViewportSize,
    expect,
)

from bench import load
from bench.browsing import chromium, cookies_of, signed_in
from bench.figures import Figure, Goal, at_most
from bench.inside import call
from bench.load import median, percentile
from bench.searching import gather_statistics, load_corpus
from bench.servers import Server
from bench.setup import Run

GROUP = "Pages"
WHY_ALONE = "mlflow has no such page"
KILOBYTE = 1024
READS = 200
SUBMITS = 20
VISITS = 10
PHONE: ViewportSize = {"width": 390, "height": 844}
# What Chromium's own tools call "Fast 3G": bytes a second and milliseconds.
FAST_3G = {"latency": 562.5, "downloadThroughput": 180_000.0, "uploadThroughput": 84_375.0}
PREFETCH_SECONDS = 1.5  # a reader is never quicker
QUESTIONS = 6
SMALLEST_EVENT_MS = 16  # the browser tells nothing about shorter ones
# Asked of the browser, before anything of the page runs. A submit's time goes from the key to the
# second frame that shows another item, whether the page was left for it or not.
WATCH = """
(() => {
  window.shift = 0;
  window.presses = [];
  window.chosenFrom = Infinity;
  const each = (type, options, act) => new PerformanceObserver(
    list => list.getEntries().forEach(act)).observe({type, buffered: true, ...options});
  window.painted = 0;
  each("largest-contentful-paint", {}, entry => { window.painted = entry.startTime; });
  each("layout-shift", {}, entry => { window.shift += entry.value; });
  each("event", {durationThreshold: 16}, entry => {
    // Those of the submit before are told late, when the next item is there already.
    if (entry.name === "keydown" && entry.startTime > window.chosenFrom) {
      window.presses.push(entry.duration);
    }
  });
  const now = () => performance.timeOrigin + performance.now();
  const title = () => document.querySelector("h1")?.textContent;
  addEventListener("keydown", event => {
    if (!event.ctrlKey || event.key !== "Enter") return;
    sessionStorage.left = title();
    sessionStorage.since = now();
    sessionStorage.removeItem("took");
  }, true);
  const look = () => {
    if (sessionStorage.since && title() && title() !== sessionStorage.left) {
      const since = sessionStorage.since;
      sessionStorage.removeItem("since");
      requestAnimationFrame(() => { sessionStorage.took = now() - since; });
    }
    requestAnimationFrame(look);
  };
  look();
})();
"""


@dataclass(slots=True)
class Weight:
    """What came over the wire for one visit: compressed bytes with headers, by kind of content."""

    requests: int = 0
    bytes: dict[str, float] = field(default_factory=dict)

    @property
    def kilobytes(self) -> float:
        """All of it."""
        return sum(self.bytes.values()) / KILOBYTE


def measure(run: Run) -> Iterator[Figure]:
    """The server alone, then visits, then a reviewer who submits and presses keys."""
    load_corpus(run)
    made = call(
        run.ours,
        "bench.seeding",
        "reviewer_at_work",
        *(run.ours.experiments["corpus"], str(run.traces), str(QUESTIONS)),
    )
    gather_statistics(run)
    place = f"/r/{made['session_id']}/"
    with chromium() as browser:
        state = signed_in(browser, run.ours.url, f"{run.ours.url}/login/{made['sign_in']}/")
    yield from of_server(run, place, state)
    with chromium() as browser:
        yield from of_visits(run, browser, place, state)
        yield from of_submits(run, browser, place, state)


def figure(
    run: Run, what: str, unit: str, ours: float | None, goal: Goal, note: str = ""
) -> Figure:
    """One line of this part."""
    return Figure(
        group=GROUP,
        what=what,
        database=run.database,
        unit=unit,
        ours=ours,
        goal=goal,
        note=note or WHY_ALONE,
    )


def of_server(run: Run, place: str, state: StorageState) -> Iterator[Figure]:
    """Whole pages of items one after the other, without a browser."""
    cookies = cookies_of(state)

    def make(_client: int, sent: int) -> bytes | None:
        path = f"{place}{sent % run.traces + 1}/"
        return run.ours.bytes_of("GET", path, headers={"Cookie": cookies}) if sent < READS else None

    done = load.run(run.ours, 1, make)
    found = percentile(done.latencies, 0.95)
    yield figure(
        run,
        f"p95 of an item's page, session of {run.traces:,} items",
        "ms",
        None if found is None else found * 1000,
        at_most(80.0),
        f"failed: {dict(done.failures)}" if done.failures else "",
    )


def of_visits(run: Run, browser: Browser, place: str, state: StorageState) -> Iterator[Figure]:
    """With nothing in the browser's cache, and the next item after it."""
    context = watched(browser, run.ours, state)
    page = context.new_page()
    first = visit(page, f"{place}1/")
    shift = float(page.evaluate("window.shift"))
    following = visit(page, f"{place}2/")
    shift = max(shift, float(page.evaluate("window.shift")))
    context.close()
    scripts = first.bytes.get("Script", 0) / KILOBYTE
    yield figure(run, "first visit, compressed", "KB", first.kilobytes, at_most(60.0))
    yield figure(run, "requests of a first visit", "", first.requests, at_most(12.0))
    yield figure(run, "next visit, compressed", "KB", following.kilobytes, at_most(15.0))
    yield figure(run, "scripts, compressed", "KB", scripts, at_most(12.0))
    yield figure(run, "layout shift of a visit", "", round(shift, 2), at_most(0.0))
    firsts = [first_visit(run, browser, place, state) for _ in range(VISITS)]
    ready = median([each[0] for each in firsts])
    yield figure(run, "first visit to where keys work", "ms", ready, at_most(400.0))
    slow = [first_visit(run, browser, place, state, FAST_3G) for _ in range(VISITS)]
    painted = median([each[1] for each in slow])
    about = "largest paint; 1.44 Mbit/s, 562 ms a round trip, a quarter of the CPU"
    yield figure(
        run, "first visit of a phone on a slow network", "ms", painted, at_most(1800.0), about
    )


def first_visit(
    run: Run,
    browser: Browser,
    place: str,
    state: StorageState,
    network: Mapping[str, float] | None = None,
) -> tuple[float, float]:
    """Milliseconds from the request until every script has run, and to the largest paint.

    network   how slow it is; then as a phone, with a quarter of this machine's CPU
    """
    context = watched(browser, run.ours, state)
    page = context.new_page()
    if network is not None:
        page.set_viewport_size(PHONE)
        protocol = page.context.new_cdp_session(page)
        protocol.send("Network.enable")
        protocol.send("Network.emulateNetworkConditions", {"offline": False, **network})
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"{place}1/")
    page.wait_for_load_state("networkidle")
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    painted = page.evaluate("window.painted")
    context.close()
    return float(ready), float(painted)


def watched(browser: Browser, server: Server, state: StorageState) -> BrowserContext:
    """A profile with an empty cache in which every page is watched."""
    context = browser.new_context(base_url=server.url, storage_state=state)
    context.add_init_script(WATCH)
    return context


def visit(page: Page, path: str) -> Weight:
    """Open a page and weigh what it loads; a prefetch of the next item is not part of it."""
    weight = Weight()
    kinds: dict[str, str] = {}
    protocol = page.context.new_cdp_session(page)

    def sent(event: dict[str, object]) -> None:
        request = event["request"]
        headers = request["headers"] if isinstance(request, dict) else {}
        if "X-Prefetch" not in headers:
            kinds[str(event["requestId"])] = str(event["type"])

    def finished(event: dict[str, object]) -> None:
        kind, size = kinds.get(str(event["requestId"])), event["encodedDataLength"]
        if kind is not None and isinstance(size, int | float) and size > 0:
            weight.requests += 1
            weight.bytes[kind] = weight.bytes.get(kind, 0) + size

    protocol.on("Network.requestWillBeSent", sent)
    protocol.on("Network.loadingFinished", finished)
    protocol.send("Network.enable")
    page.goto(path)
    page.wait_for_load_state("networkidle")
    protocol.detach()
    return weight


def of_submits(run: Run, browser: Browser, place: str, state: StorageState) -> Iterator[Figure]:
    """Keys, and submits: with time for the page to fetch the next item, and where it may not."""
    context = watched(browser, run.ours, state)
    page = context.new_page()
    prefetched: list[str] = []

    def noticed(request: Request) -> None:
        if "x-prefetch" in request.headers:
            prefetched.append(request.url)

    page.on("request", noticed)
    start(page, place)
    presses: list[float] = []
    waits = [submit(page, presses, PREFETCH_SECONDS) for _ in range(SUBMITS)]
    note = "" if prefetched else "nothing is prefetched"
    yield wait_figure(run, "submit to the next item painted, prefetched", waits, 100.0, note)
    page.route("**/*", refuse_prefetch)
    waits = [submit(page, presses, 0.0) for _ in range(SUBMITS)]
    yield wait_figure(run, "submit to the next item painted, cold", waits[1:], 600.0, "")
    yield wait_figure(run, "key press to the visible choice", presses, 50.0, "16 ms or more")
    context.close()


def start(page: Page, place: str) -> None:
    """Claim the first item as a person does."""
    page.goto(place)
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(lambda url: urlsplit(url).path.startswith(place) and url[-2].isdigit())
    page.wait_for_load_state()


def submit(page: Page, presses: list[float], pause: float) -> float:
    """Choose an answer to each question by its key, wait, submit; milliseconds to the next item."""
    item = page.locator("h1").inner_text()
    page.evaluate("window.chosenFrom = performance.now()")
    for number in range(QUESTIONS):
        page.keyboard.press(str(number % 2 + 1))
        expect(page.locator(f"#q{number + 1} :checked").first).to_be_attached()
        expect(page.locator(f"#q{min(number + 2, QUESTIONS)}.act")).to_be_attached()
    page.wait_for_timeout(pause * 1000)
    presses += page.evaluate("window.presses.splice(0)")
    page.evaluate("window.chosenFrom = Infinity")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).not_to_have_text(item)
    page.wait_for_load_state()
    while (took := page.evaluate("sessionStorage.took")) is None:  # the second frame is to come
        page.wait_for_timeout(20)
    return float(took)


def refuse_prefetch(route: Route) -> None:
    """The network without the requests that come too early."""
    if "x-prefetch" in route.request.headers:
        route.abort()
    else:
        route.continue_()


def wait_figure(run: Run, what: str, waits: Sequence[float], limit: float, note: str) -> Figure:
    """p95 of the waits; for keys that were too quick to be told, the smallest that is."""
    found = percentile(waits, 0.95)
    if found is None and limit <= 50:
        found = SMALLEST_EVENT_MS
    return figure(run, f"p95: {what}", "ms", found, at_most(limit), note)
