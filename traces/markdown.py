"""The one way in which strangers' text becomes HTML; nothing in it is ever active (TRUST §3).

Markdown without raw HTML, then an allow-list over tags, attributes and addresses, then hidden
characters made visible. What `render` and `render_plain` return may stand in a page as it is.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

import nh3
from markdown_it import MarkdownIt

from traces import media
from traces.excerpts import html_bytes
from traces.markdown_math import keep_formulas
from traces.markdown_tokens import Page, is_linked, prepared
from traces.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from traces.excerpts import Room

MAX_BYTES = 64 * 1024  # UX §8.10; a longer text is shown as it was written
MAX_IMAGE_BYTES = 3 * 2**20  # of all inline images in one text
MAX_NESTING = 30  # blocks in each other; the parser would leave out what lies deeper
MAX_BRACKETS = 4000  # each that is never closed makes the parser look ahead once more
MAX_CELLS = 20_000  # one wide row makes the parser fill up every later one

_TAGS = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em",
    "strong", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td", "div", "span",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir", "class"},
    "a": {"href", "title", "data-host", "target", "aria-label"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "pre": {"tabindex", "aria-label"},
    "div": {"tabindex", "role", "aria-label"},
}
_CLASSES = {
    "codebox", "tablebox", "tok-k", "tok-s", "tok-f", "tok-c", "cite", "open", "unlinked",
    "address", "image", "right", "center", "plain", "wrap", "sr",
}  # fmt: skip
_FIXED = {
    "dir": {"auto", "ltr"},
    "target": {"_blank"},
    "tabindex": {"0"},
    "role": {"group"},
    "class": _CLASSES,
}
_CITE = re.compile(r"#s[0-9]{1,3}")
_INLINE_SOURCE = re.compile(r'(?<=src=")data:[^"]*')


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's own name
        """Every address reaches the tokens, which show what they do not link."""
        return True


_OPTIONS = {"html": False, "breaks": True, "maxNesting": MAX_NESTING}
_MARKDOWN = keep_formulas(_Parser("commonmark", _OPTIONS)).enable(["table", "strikethrough"])


def render(text: str, *, n_documents: int = 0) -> str:
    """Markdown as safe HTML.

    n_documents   `[1]` becomes a link to `#s1` when there is such a document

    Headings start at h3. Addresses other than https and mailto are shown, not linked. No image is
    fetched. Text that is longer than 64 KB, nested too deeply, or made to cost time, is shown as
    it was written.
    """
    images: dict[str, str] = {}
    short = _without_images(visible(text), images)
    if len(short.encode()) > MAX_BYTES or _is_laborious(short):
        return render_plain(text)
    tokens = _MARKDOWN.parse(short)
    if any(token.level >= MAX_NESTING - 2 for token in tokens):
        return render_plain(text)
    ready = prepared(tokens, Page(n_documents=n_documents, images=images))
    html = _MARKDOWN.renderer.render(ready, _MARKDOWN.options, {})
    return safe(html)


def fits_in(html: str, text: str, room: Room) -> bool:
    """Whether the page has room for what formatting added to the text; a message takes half of it.

    Pictures do not count: they have room of their own.
    """
    n_added = len(_INLINE_SOURCE.sub("", html).encode()) - html_bytes(
        media.IN_MARKDOWN.sub("", text)
    )
    return n_added <= 0 or (n_added <= room.n_bytes // 2 and room.take(n_added))


def render_plain(text: str) -> str:
    """The text as it was written, as safe HTML."""
    return safe(f'<pre class="plain" tabindex="0" dir="auto">{escape(visible(text))}</pre>\n')


def plain(text: str, *, limit: int = 200) -> str:
    """The text in one line without Markdown's marks, for lists; a string, not HTML.

    limit   characters; a longer text ends with `…`
    """
    start = _without_images(visible(text[: limit * 20]), {})
    line = " ".join(" ".join(_words(_MARKDOWN.parse(start))).split())
    return visible(line if len(line) <= limit else line[: limit - 1] + "…")


def _words(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            parts = (
                " " if "break" in child.type else child.content for child in token.children or []
            )
            yield "".join(parts)
        else:
            yield token.content


def _without_images(text: str, images: dict[str, str]) -> str:
    """The text with a name for each inline image; the images by name in `images`.

    They are megabytes of letters that are not text: neither the limit nor the parser counts them.
    """

    def named(match: re.Match[str]) -> str:
        name = f"inline-image:{len(images)}"
        has_room = sum(map(len, images.values())) + len(match.group()) <= MAX_IMAGE_BYTES
        images[name] = match.group() if has_room else ""
        return name

    return media.IN_MARKDOWN.sub(named, text)


def _is_laborious(text: str) -> bool:
    if text.count("[") > MAX_BRACKETS:
        return True
    columns = [n_bars for line in text.split("\n") if (n_bars := line.count("|"))]
    return len(columns) * max(columns, default=0) > MAX_CELLS


def safe(html: str) -> str:
    """HTML with nothing in it but what `render` makes: the wall behind the parser."""
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed,
        url_schemes={"https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
    )
    return visible(clean)


def _allowed(_tag: str, attribute: str, value: str) -> str | None:
    """The last word on every attribute that strangers' text could have reached."""
    if attribute == "href":
        return value if is_linked(value) or _CITE.fullmatch(value) else None
    if attribute == "src":
        return value if media.is_shown(value) else None
    if attribute in _FIXED and value not in _FIXED[attribute]:
        return None
    return value
