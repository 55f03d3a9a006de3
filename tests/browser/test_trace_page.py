"""Traces in a real browser: what strangers send does nothing, fits the screen and folds by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from django.test import Client
from playwright.sync_api import Dialog, Page, expect

from labeling.models import QueueItem
from tests.factories import make_session, make_spans
from tests.traces.hostile import KEYS, hostile_spans
from traces.ingesting import store_spans
from traces.json_values import Json
from traces.records import INPUTS, OUTPUTS, SpanEvent, SpanRecord

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MOST_FRAGMENT_BYTES = 200 * 1024
FIRST_PAINT_MS = 1500
OPEN_ALL = "document.querySelectorAll('main details').forEach((each) => { each.open = true; })"
SIDEWAYS = """() => [document.documentElement, document.body, ...document.querySelectorAll('main')]
    .filter((box) => box.scrollWidth > box.clientWidth)
    .map((box) => `${box.localName} ${box.scrollWidth} > ${box.clientWidth}`)"""
# A promise, because waiting for a function is done by `eval`, which the page's policy refuses.
FIRST_PAINT = """() => new Promise((painted) => new PerformanceObserver((seen) => {
    const [first] = seen.getEntriesByName('first-contentful-paint');
    if (first) painted(first.startTime);
}).observe({ type: 'paint', buffered: true }))"""


@dataclass
class Watched:
    """A page, and everything it did that a trace must not make it do."""

    page: Page
    origin: str
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("dialog", self._dismiss)
        self.page.context.on("page", lambda other: self.faults.append(f"opened {other.url}"))

    def _dismiss(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "data:image/png;base64,")):
            self.outside.append(url)


@pytest.fixture
def visit(browser, live_server, reviewer):
    """Opens pages as the reviewer, or as somebody else."""

    def opened(path, *, who=reviewer, width=1440, scripts=True, scheme="light") -> Watched:
        client = Client()
        client.force_login(who)
        context = browser.new_context(
            base_url=live_server.url,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 844},
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        watched = Watched(context.new_page(), live_server.url)
        watched.page.goto(path)
        return watched

    return opened


def item_of(experiment, manager, reviewer, spans) -> str:
    """The address of an item whose trace has these spans."""
    session = make_session(experiment, manager, traces=1, reviewers=(reviewer,))
    trace = store_spans(experiment, spans)[0]
    QueueItem.objects.filter(session=session).update(trace=trace)
    return f"/r/{session.session_id}/1/"


@pytest.fixture
def hostile(experiment, manager, reviewer) -> str:
    return item_of(experiment, manager, reviewer, hostile_spans())


@pytest.mark.parametrize("width", [1440, 390, 320])
@pytest.mark.parametrize("query", ["", "?plain", "?all"])
def test_a_hostile_trace_runs_nothing_fetches_nothing_and_scrolls_only_down(
    visit, hostile, width, query
):
    watched = visit(hostile + query, width=width)

    assert watched.page.evaluate(SIDEWAYS) == []
    watched.page.evaluate(OPEN_ALL)
    assert watched.page.evaluate(SIDEWAYS) == []
    assert (watched.outside, watched.faults) == ([], [])
    assert watched.page.locator("main :is(script, iframe, object, embed, form, style)").count() == 0


def test_a_hostile_trace_is_painted_soon_and_small(visit, hostile):
    watched = visit(hostile)
    paints = [watched.page.evaluate(FIRST_PAINT)]
    for _ in range(2):
        watched.page.reload()
        paints.append(watched.page.evaluate(FIRST_PAINT))

    assert min(paints) <= FIRST_PAINT_MS
    html = watched.page.request.get(hostile).text()
    fragment = html[html.index("<main") : html.index("</main>")]
    assert 100_000 < len(fragment.encode()) <= MOST_FRAGMENT_BYTES


def test_a_hostile_trace_does_nothing_on_the_developers_page(visit, experiment, developer):
    trace = store_spans(experiment, hostile_spans())[0]

    watched = visit(f"/e/{experiment.pk}/traces/{trace.trace_id}/", who=developer, width=390)

    watched.page.evaluate(OPEN_ALL)
    assert watched.page.evaluate(SIDEWAYS) == []
    assert (watched.outside, watched.faults) == ([], [])


def test_the_rest_of_a_long_trace_is_for_those_who_may_see_the_item(hostile, outsider):
    client = Client()
    client.force_login(outsider)

    assert client.get(hostile + "?all").status_code == 404


ANSWER = """The parcel comes back within fourteen days of delivery [1].

```python
value = "a line of code that is far too long for any screen to show without scrolling sideways, ever, at all"
```

![chart](https://pictures.example/chart.png)"""  # noqa: E501 - the line must be long


def calm_spans() -> list[SpanRecord]:
    """A chat with documents, a tool that failed, and JSON."""
    retriever, root = make_spans()
    trace_id, begin = root.trace_id, root.start_ns
    chat: list[Json] = [
        {"role": role, "content": f"{role} {n}"} for n in range(3) for role in ("user", "assistant")
    ]
    documents: list[Json] = [
        {"page_content": "We say: the parcel comes back within fourteen days. " + "More. " * 200},
        {"page_content": "Title of another\n" + "Nobody cited this one. " * 40},
    ]
    fault: dict[str, Json] = {"exception.type": "ReadTimeout",
             "exception.message": "30 s were not enough",
             "exception.stacktrace": "Traceback: line 1"}  # fmt: skip
    given: Json = {"filter": {"where": {"deep": {"deeper": 1}}}, "ids": [*range(120)],
             "text": "x" * 400, **KEYS}  # fmt: skip
    tool = SpanRecord(
        trace_id=trace_id,
        span_id="ab" * 8,
        parent_span_id=root.span_id,
        name="get_order",
        span_type="TOOL",
        status="ERROR",
        start_ns=begin,
        end_ns=begin + 10**9,
        attributes={INPUTS: given},
        events=(SpanEvent(name="exception", time_ns=begin, attributes=fault),),
    )
    asked: Json = {"messages": [*chat, {"role": "user", "content": "How long?"}]}
    return [
        replace(retriever, attributes={**retriever.attributes, OUTPUTS: documents}),
        tool,
        replace(root, attributes={**root.attributes, INPUTS: asked, OUTPUTS: ANSWER}),
    ]


@pytest.fixture
def calm(experiment, manager, reviewer) -> str:
    return item_of(experiment, manager, reviewer, calm_spans())


def test_json_folds_and_unfolds_without_scripts(visit, calm):
    page = visit(calm, scripts=False).page
    page.locator("#tools > summary").click()
    tree = page.locator("#t1a .tree")

    expect(tree.get_by_text("where")).to_be_visible()
    expect(tree.get_by_text("deeper")).to_be_hidden()
    tree.locator("summary", has_text="where").press("Enter")
    tree.locator("summary", has_text="deep").last.press("Enter")
    expect(tree.get_by_text("deeper")).to_be_visible()
    expect(tree.get_by_text("119", exact=True).first).to_be_hidden()
    tree.get_by_text("101 to 120 of 120").click()
    expect(tree.get_by_text("119", exact=True).first).to_be_visible()
    tree.get_by_text("… 100 more characters").click()
    expect(tree.get_by_text("x" * 100, exact=True)).to_be_visible()


def test_json_can_be_seen_raw_and_as_a_tree_again(visit, calm):
    page = visit(calm, scripts=False).page
    page.locator("#tools > summary").click()

    page.locator("#t1a").get_by_text("Raw", exact=True).click()
    expect(page.locator("#t1a pre")).to_contain_text('"__proto__": {\n')
    page.locator("#t1a").get_by_text("As a tree").click()
    expect(page.locator("#t1a .tree")).to_have_count(1)


def test_the_path_of_a_row_can_be_copied(visit, calm):
    watched = visit(calm)
    page, tree = watched.page, watched.page.locator("#t1a .tree")
    page.locator("#tools > summary").click()

    tree.locator("summary", has_text="ids").focus()
    page.get_by_role("button", name="Copy path ids").click()
    assert page.evaluate("navigator.clipboard.readText()") == "ids"
    tree.get_by_text("polluted").click()
    page.get_by_role("button", name="Copy path __proto__.polluted").click()
    assert page.evaluate("navigator.clipboard.readText()") == "__proto__.polluted"
    assert page.evaluate("({}).polluted") is None
    assert watched.faults == []


def test_one_message_is_shown_as_it_was_written_without_scripts(visit, calm):
    page = visit(calm, scripts=False).page
    answer = page.locator(".turn.assistant").last

    answer.get_by_text("Show as plain text").click()
    expect(answer.locator("pre.plain")).to_contain_text("```python")
    answer.get_by_text("With formatting").click()
    expect(answer.locator(".codebox")).to_have_count(1)


def test_code_wraps_on_request_without_scripts(visit, calm):
    page = visit(calm, scripts=False).page
    box = page.locator(".codebox pre")
    before = box.bounding_box()

    page.get_by_label("Wrap code").check()

    assert before is not None
    assert box.bounding_box()["height"] > before["height"]


def test_earlier_turns_are_folded_and_the_turn_under_review_is_named(visit, calm):
    page = visit(calm).page

    expect(page.get_by_text("6 earlier messages")).to_be_visible()
    expect(page.get_by_text("user 0")).to_be_hidden()
    expect(page.locator(".turn", has_text="the part you judge")).to_contain_text("fourteen days")


def test_a_remote_picture_is_named_and_not_fetched(visit, calm):
    watched = visit(calm)

    picture = watched.page.locator(".image")
    expect(picture).to_contain_text("Image not loaded from pictures.example: chart")
    expect(picture.get_by_text("Open it")).to_have_attribute("target", "_blank")
    assert watched.outside == []


def test_where_a_link_leads_is_said_at_the_keyboard_too(visit, calm):
    link = visit(calm, scripts=False).page.get_by_text("Open it")

    link.focus()
    said = link.evaluate("(link) => getComputedStyle(link, '::after').content")

    assert said == '"pictures.example"'


def test_documents_show_what_the_answer_repeats_and_fold_what_it_does_not_cite(visit, calm):
    page = visit(calm).page
    cited, other = page.locator("#s1"), page.locator("#s2")

    expect(cited.locator("mark")).to_have_text("the parcel comes back within fourteen days")
    expect(cited).to_contain_text("matches the answer")
    expect(other.get_by_text("not cited", exact=True)).to_be_visible()
    expect(other.locator(".x")).to_be_hidden()
    other.get_by_text("Show its text").click()
    expect(other.locator(".x")).to_be_visible()


def test_the_step_that_failed_is_open_with_its_message_before_its_type(visit, calm):
    page = visit(calm).page
    page.locator("#steps > summary").click()

    failure = page.locator("#steps .failure")
    expect(failure.get_by_text("30 s were not enough")).to_be_visible()
    expect(failure.get_by_text("ReadTimeout")).to_be_visible()
    expect(failure.get_by_text("Traceback")).to_be_hidden()
    message, kind = (failure.locator(css).bounding_box() for css in (".said", ".mono"))
    assert message["y"] < kind["y"]


def test_the_bar_of_the_shortest_step_is_two_pixels_wide(visit, experiment, manager, reviewer):
    spans = calm_spans()
    root = spans[-1]
    short = replace(root, span_id="cd" * 8, parent_span_id=root.span_id, name="quick",
                    end_ns=root.start_ns + 1, attributes={})  # fmt: skip
    page = visit(item_of(experiment, manager, reviewer, [*spans, short]), width=320).page
    page.locator("#steps > summary").click()

    stroke = (
        page.locator("#steps li", has_text="quick")
        .locator("rect")
        .evaluate(
            "(bar) => [getComputedStyle(bar).strokeWidth, getComputedStyle(bar).vectorEffect]"
        )
    )

    assert stroke == ["2px", "non-scaling-stroke"]
