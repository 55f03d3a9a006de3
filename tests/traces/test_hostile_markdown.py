"""Hostile text does nothing on a page, and takes no time to do it."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traces.markdown import MAX_BYTES, plain, render, render_plain, safe

TAGS = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em",
    "strong", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td", "div", "span",
}  # fmt: skip
ATTRIBUTES = {"dir", "class", "href", "title", "data-host", "target", "aria-label", "rel", "src",
              "alt", "start", "tabindex", "role"}  # fmt: skip


class Inspector(HTMLParser):
    """Collects what in a piece of HTML could do anything at all."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.active: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.active.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES or not self._is_calm(name, value or ""):
                self.active.append(f"{tag} {name}={value}")

    def _is_calm(self, name: str, value: str) -> bool:
        if name == "href":
            return value.lower().startswith(("https://", "mailto:", "#s"))
        return value.startswith("data:image/") and "svg" not in value if name == "src" else True

    def handle_comment(self, data: str) -> None:
        self.active.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.active.append(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.active.append(f"<?{data}")


HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>@import url(https://evil.example/x.css)</style>",
    "<div style='background:url(https://evil.example)'>x</div>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=a>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<base href=https://evil.example><form action=x><input name=y><button>z",
    "<!-- <script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><!DOCTYPE html>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62;",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#x1;javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/logout/)",
    "[x](#top)",
    "[x](?delete=1)",
    "[x](http://evil.example)",
    "[x](https:evil.example)",
    "[x](https:///evil)",
    "[x](https://a.example\" onmouseover=\"alert(1))",
    "[x](<https://a.example/\" onmouseover=\"alert(1)>)",
    "[x](https://a.example 'title\" onmouseover=\"alert(1)')",
    "[x](\\\\evil.example)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<https://a.example/\"onmouseover=alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "![\" onerror=\"alert(1)](data:image/png;base64,aGk=)",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "![x](data:text/html;base64,aGk=)",
    "![<img src=x onerror=alert(1)>](https://evil.example/\"><script>alert(1)</script>)",
    "[![x](https://evil.example/a)](javascript:alert(1))",
    "[a [b](https://c.example) ](javascript:alert(1))",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "```\"><script>alert(1)</script>\n<img src=x onerror=alert(1)>\n```",
    "    <script>alert(1)</script>",
    "| <script>a</script> | <img src=x onerror=a> |\n|---|---|\n| [x](javascript:a) | b |",
    "# <script>alert(1)</script>",
    "> <script>alert(1)</script>",
    "**<img src=x onerror=alert(1)>**",
    "[1](javascript:alert(1)) [1]",
    "<a href=\"https://x\" onclick=alert(1)>",
    "\x00<script\x00>alert(1)</script>",
    "<\u202escript>alert(1)</script>",
    "'';!--\"<XSS>=&{()}",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_hostile_text_is_active(text):
    assert Inspector(render(text, n_documents=3)).active == []
    assert Inspector(render_plain(text)).active == []


def test_the_inspector_finds_what_is_active():
    html = (
        "<script></script><p onclick=x><a href=javascript:x></a><img src=https://e.example>"
        "<!-- x --><!DOCTYPE html><?php ?>"
    )

    assert len(Inspector(html).active) == 7


@pytest.mark.parametrize("html", HOSTILE)
def test_the_wall_behind_the_parser_stands_alone(html):
    assert Inspector(safe(html)).active == []


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ('<p class="toast" id="x" style="color:red" dir="rtl">a</p>', "<p>a</p>"),
        (
            '<div role="dialog" tabindex="-1" class="codebox">a</div>',
            '<div class="codebox">a</div>',
        ),
        ('<img src="https://e.example/x" alt="a">', '<img alt="a">'),
        ("<script>f()</script><h1>a</h1>", "a"),
    ],
)
def test_the_wall_knows_only_what_render_makes(html, left):
    assert safe(html) == left


BOMBS = {
    "stars": "*" * 1_000_000,
    "brackets": "[" * 1_000_000,
    "image brackets": "![" * 100_000,
    "a few less brackets": "![" * 3999,
    "a smaller table": "|a" * 50 + "\n" + "|-" * 50 + "\n" + "|a|\n" * 398,
    "nested links": "[a](" * 50_000,
    "backticks": "".join("`" * n + " " for n in range(1, 360)),
    "quotes": "> " * 50_000,
    "emphasis": "*a **b " * 10_000,
    "wide table": "|a" * 1000 + "\n" + "|-" * 1000 + "\n" + "|a|\n" * 16_000,
    "letters of code": ("```java\n" + "a\n" * 1400 + "```\n") * 9,
    "short runs of letters": ("```java\n" + ("a\n" * 99 + ";") * 14 + "```\n") * 9,
    "entities": "&#" * 50_000,
    "definitions": "[a]: b '" * 10_000,
    "spaces": " " * 1_000_000,
    "formulas": "$a " * 20_000,
    "formulas in lines": "\\(" * 30_000,
    "formulas in blocks": "> $$\n" * 13_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_hostile_text_takes_bounded_time(text):
    started = time.process_time()
    render(text, n_documents=9)
    render(text[:MAX_BYTES], n_documents=9)
    plain(text)

    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("code", "has_colours"),
    [
        (
            "public class A {\n  /** Adds. */\n  int add(int a, int b) { return a + b; }\n}\n" * 30,
            True,
        ),
        ("a\n" * 101, False),
        ("a " * 101, False),
        ("a\n" * 100 + ";\n" + "int b;", True),
    ],
)
def test_java_whose_colours_would_cost_time_has_none(code, has_colours):
    assert ("tok-" in render(f"```java\n{code}\n```\n")) is has_colours


_PIECES = st.sampled_from(
    ["<script>", "</script>", "<img src=x onerror=alert(1)>", "javascript:", "](", "![", "[", "]",
     "(", ")", "`", "```", "\n", "\n\n", "    ", "> ", "- ", "1. ", "|", "|-|", "*", "**", "~~",
     "#", "&#", "x6a;", "&colon;", "<", ">", '"', "'", "\\", "https://", "onclick=", "style=",
     "data:image/png;base64,aGk=", "data:text/html,", "[1]", "a", "\x00", "\u202e", "<!--", "-->"]
)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=25).map("".join)))
def test_no_text_becomes_active(text):
    html = render(text, n_documents=2)

    assert Inspector(html).active == []
    assert "<script" not in html.lower()
    assert "\n" not in plain(text)


PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@pytest.mark.parametrize(
    "text",
    ["#", "# ", "## #", "> #", "- #\n- ##", "# \u200b", "# &nbsp;", f"# ![]({PIXEL})", "# [](/x)"],
)
def test_a_heading_without_a_word_is_no_heading(text):
    html = render(f"{text}\n\nAnd then")

    assert "<h" not in html
    assert "And then" in html


def test_what_a_heading_without_a_word_holds_is_kept():
    assert f'<img src="{PIXEL}"' in render(f"# ![]({PIXEL})")


@pytest.mark.parametrize("text", ["# a", "# `a`", "# \u202e", f"# ![A dot]({PIXEL})", "a\n---"])
def test_a_heading_with_something_to_read_stays(text):
    assert "<h" in render(text)
