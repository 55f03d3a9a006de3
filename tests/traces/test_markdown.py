from __future__ import annotations

import pytest

from traces.code_colours import LANGUAGES, coloured
from traces.excerpts import Room
from traces.markdown import fits_in, plain, render, render_plain
from traces.visible import visible

REL = 'rel="noopener noreferrer nofollow"'
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def link(href: str, host: str, shown: str, css: str = "") -> str:
    attributes = f'href="{href}" title="{host}" data-host="{host}" target="_blank" {REL}'
    return f"<a {css}{attributes}>{shown}</a>"


def unlinked(shown: str, address: str = "") -> str:
    note = f' <span class="address">({address})</span>' if address else ""
    return f'<span class="unlinked">{shown}</span>{note}'


def image(text: str) -> str:
    return f'<span class="image">Image not loaded{text}</span>'


def cite(number: int) -> str:
    attributes = f'class="cite" href="#s{number}" aria-label="Source {number}"'
    return f"<a {attributes} {REL}>{number}</a>"


def box(inner: str, label: str = "Code") -> str:
    opening = f'<div class="codebox"><pre tabindex="0" dir="ltr" aria-label="{label}"><code>'
    return f"{opening}{inner}</code></pre></div>\n"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# A", '<h3 dir="auto">A</h3>\n'),
        ("### A", '<h5 dir="auto">A</h5>\n'),
        ("##### A", '<h6 dir="auto">A</h6>\n'),
        ("*a* **b** ~~c~~ `d`",
         '<p dir="auto"><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>\n'),
        ("a\nb", '<p dir="auto">a<br>\nb</p>\n'),
        ("<b>a</b>", '<p dir="auto">&lt;b&gt;a&lt;/b&gt;</p>\n'),
        ("> a", '<blockquote dir="auto">\n<p dir="auto">a</p>\n</blockquote>\n'),
        ("3. a", '<ol start="3">\n<li dir="auto">a</li>\n</ol>\n'),
        ("a\n\n---", '<p dir="auto">a</p>\n<hr>\n'),
        ("", ""),
    ],
)  # fmt: skip
def test_markdown_becomes_html_below_the_headings_of_the_page(text, html):
    assert render(text) == html


@pytest.mark.parametrize(
    ("text", "href", "host", "shown"),
    [
        ("[docs](https://docs.example/a)", "https://docs.example/a", "docs.example", "docs"),
        ("[a](HTTPS://u:p@A.Example/b 'A title')", "HTTPS://u:p@A.Example/b", "a.example", "a"),
        ("<https://a.example>", "https://a.example", "a.example", "https://a.example"),
        ("[mail](mailto:a@b.example)", "mailto:a@b.example", "mailto:a@b.example", "mail"),
    ],
)
def test_a_link_names_its_host_and_tells_nothing_to_it(text, href, host, shown):
    assert render(text) == f'<p dir="auto">{link(href, host, shown)}</p>\n'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[x](javascript:f())", unlinked("x", "javascript:f()")),
        ("[x](http://a.example)", unlinked("x", "http://a.example")),
        ("<http://a.example>", unlinked("http://a.example")),
        (f"[x](/{'a' * 300})", unlinked("x", f"/{'a' * 198}…")),
        (f"[x]({PIXEL})", unlinked("x", PIXEL)),
    ],
)
def test_an_address_that_must_not_be_linked_is_shown(text, html):
    assert render(text) == f'<p dir="auto">{html}</p>\n'


OPEN = link("https://cdn.example/c.png", "cdn.example", "Open it", css='class="open" ')


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (f"![a cat]({PIXEL})", f'<img src="{PIXEL}" alt="a cat">'),
        ("![a cat](http://cdn.example/c.png)", image(" from cdn.example: a cat")),
        ("![](https://cdn.example/c.png)", image(f" from cdn.example {OPEN}")),
        ("![a](data:image/svg+xml;base64,aGk=)", image(": a")),
        ("![a](inline-image:0)", image(": a")),
        (
            "[![a](https://b.example)](https://c.example)",
            link("https://c.example", "c.example", image(" from b.example: a")),
        ),
    ],
)
def test_an_image_is_shown_only_when_nothing_is_fetched(text, html):
    assert render(text) == f'<p dir="auto">{html}</p>\n'


def test_an_inline_image_does_not_count_as_text():
    picture = "data:image/png;base64," + "A" * 1_000_000

    html = render(f"before ![a]({picture}) after")

    assert html == f'<p dir="auto">before <img src="{picture}" alt="a"> after</p>\n'


def test_an_inline_image_beyond_two_megabytes_is_not_shown():
    html = render("![a](data:image/png;base64," + "A" * 3_000_000 + ")")

    assert html == '<p dir="auto"><span class="image">Image not loaded: a</span></p>\n'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("yes [1]. No[2][3]", f"yes {cite(1)}. No{cite(2)}[3]"),
        ("yes [1, 2]", f"yes {cite(1)}{cite(2)}"),
        ("yes [1,3] [0] [a] [] [1234]", "yes [1,3] [0] [a] [] [1234]"),
        ("**[1]**", f"<strong>{cite(1)}</strong>"),
        ("`x[1]`", "<code>x[1]</code>"),
        ("[see [1]](https://a.example)", link("https://a.example", "a.example", "see [1]")),
    ],
)  # fmt: skip
def test_a_citation_links_to_a_document_that_exists(text, html):
    assert render(text, n_documents=2) == f'<p dir="auto">{html}</p>\n'


def test_without_documents_nothing_is_cited():
    assert render("yes [1]") == '<p dir="auto">yes [1]</p>\n'


def test_a_table_scrolls_in_its_own_box():
    html = render("| a | b | c |\n|---|--:|:-:|\n| 1 | 2 | 3 |")

    box = '<div class="tablebox" tabindex="0" role="group" aria-label="Table"><table>\n'
    assert html.startswith(box)
    assert html.endswith("</table>\n</div>\n")
    assert '<td dir="auto" class="right">2</td>\n<td dir="auto" class="center">3</td>' in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("```python\nimport os  # x\n```", box(
            '<span class="tok-k">import</span> os  <span class="tok-c"># x</span>\n',
            "Python code")),
        ("```SQL title=x\nSELECT 1\n```", box('<span class="tok-k">SELECT</span> 1\n', "SQL code")),
        ("```html\n<p>\n```", box('&lt;<span class="tok-f">p</span>&gt;\n', "HTML code")),
        ("```novel\na < b\n```", box("a &lt; b\n")),
        ("```\na\n```", box("a\n")),
        ("    a\n", box("a\n")),
        ("```python\nimport os" + " " * 500 + "\n```", box("import os" + " " * 500 + "\n",
                                                            "Python code")),
        ("```json\n" + "1\n" * 1501 + "```", box("1\n" * 1501, "JSON code")),
    ],
)  # fmt: skip
def test_code_stands_in_a_box_with_its_colours(text, html):
    assert render(text) == html


def test_only_the_first_six_kilobytes_of_code_get_colours():
    fence = "```python\n" + "pass\n" * 600 + "```\n"

    html = render(fence * 4)

    assert html.count("tok-k") == 2 * 600


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_colours(language):
    assert coloured("x", language) == "x" or "tok-" in coloured("x", language)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a⟦RLO⟧b"),
        ("a\u2066b\u2069", "a⟦LRI⟧b⟦PDI⟧"),
        ("a\x07b\x7f\x85", "a␇b␡⟦U+0085⟧"),
        ("a\x00b", "a␀b"),
        ("a\ud800b", "a�b"),
        ("a\tb\r\nc é 日本 \u200f", "a\tb\r\nc é 日本 \u200f"),
    ],
)
def test_hidden_characters_are_made_visible(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["&#x202e;", "`\u202e`", "```\n\u202e\n```", "![\u202e](x)"])
def test_hidden_characters_are_visible_wherever_they_come_from(text):
    html = render(text)

    assert "⟦RLO⟧" in html
    assert "\u202e" not in html


@pytest.mark.parametrize("text", ["[" * 4001, "|a" * 100 + "\n|-" * 200])
def test_text_that_costs_too_much_time_is_shown_as_it_was_written(text):
    assert render(text) == render_plain(text)


def test_text_nested_too_deeply_is_shown_as_it_was_written():
    text = "> " * 40 + "hidden?"

    html = render(text)

    assert html.startswith('<pre class="plain" tabindex="0" dir="auto">&gt; &gt;')
    assert "hidden?" in html


def test_a_text_of_more_than_64_kilobytes_is_shown_whole_as_it_was_written():
    text = "**é**" * 40_000

    assert render(text) == render_plain(text)
    assert render_plain(text).count("**é**") == 40_000


def test_formatting_has_room_of_its_own():
    room = Room(100)

    assert fits_in("<p>short</p>", "short", room)
    assert room.n_bytes == 93
    assert not fits_in("<p>" + "<em>x</em>" * 10, "*x*" * 10, room)
    assert room.n_bytes == 93


def test_pictures_do_not_count_as_formatting():
    text = f"![a]({PIXEL})"

    assert fits_in(render(text), text, Room(80))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (r"$a*b*c$ x", '<p dir="auto"><code>$a*b*c$</code> x</p>\n'),
        (r"\(x_1 \\ y\)", '<p dir="auto"><code>\\(x_1 \\\\ y\\)</code></p>\n'),
        ("$$x$$ in a line", '<p dir="auto"><code>$$x$$</code> in a line</p>\n'),
        ("$$\na * b\n* c\n$$", box("$$\na * b\n* c\n$$")),
        ("so\n\\[\n- x\n\\]\nend", '<p dir="auto">so</p>\n' + box("\\[\n- x\n\\]\n")
         + '<p dir="auto">end</p>\n'),
        ("$5 and *$6*", '<p dir="auto">$5 and <em>$6</em></p>\n'),
        ("US$7 or A$", '<p dir="auto">US$7 or A$</p>\n'),
        ("$ 7 and 8 $", '<p dir="auto">$ 7 and 8 $</p>\n'),
        ("$$\nnever closed", '<p dir="auto">$$<br>\nnever closed</p>\n'),
        (r"\(never closed", '<p dir="auto">(never closed</p>\n'),
        ("    $$x$$", box("$$x$$\n")),
    ],
)  # fmt: skip
def test_formulas_stay_as_they_were_written(text, html):
    assert render(text) == html


def test_plain_text_is_shown_as_it_was_written():
    html = render_plain("**a** <b> [1]\n  c")

    assert html == ('<pre class="plain" tabindex="0" dir="auto">**a** &lt;b&gt; [1]\n  c</pre>\n')


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# A\n\n**b** `c` [d](https://e.example)\n- f\n- g", "A b c d f g"),
        ("a\nb  \nc", "a b c"),
        ("![alt](https://e.example/x.png) x", "alt x"),
        ("```python\nx = 1\n```", "x = 1"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
        ("<b>x</b> &amp; \u202e", "<b>x</b> & ⟦RLO⟧"),
        ("x" * 300, "x" * 199 + "…"),
        ("x" * 200, "x" * 200),
        ("", ""),
    ],
)
def test_a_preview_is_one_line_without_marks(text, line):
    assert plain(text) == line
