"""What Markdown may become on a page: links with their host, images that fetch nothing, boxes.

Works on the parser's tokens; the sanitiser in `markdown` has the last word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from unicodedata import category

from markdown_it.token import Token

from traces import media
from traces.code_colours import Colours

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

HEADING_SHIFT = 2  # the page owns h1 and h2
LAST_HEADING = 6
MAX_ADDRESS = 200
_TEXT_BLOCKS = {"paragraph_open", "blockquote_open", "list_item_open", "heading_open", "th_open",
                "td_open"}  # fmt: skip
_ALIGNED = {"text-align:right": "right", "text-align:center": "center"}
_CITATION = re.compile(r"\[(\d{1,3}(?:[ ]?,[ ]?\d{1,3}){0,9})\]")
_ADDRESS = re.compile(r"https://[^\s\\]+|mailto:[^\s\\]+", re.IGNORECASE)


@dataclass(slots=True)
class Page:
    """What the text stands beside.

    n_documents   `[1]` becomes a link while the number is at most this
    images        inline images that were taken out of the text, by the name that stands for them
    """

    n_documents: int = 0
    images: Mapping[str, str] = field(default_factory=dict)
    colours: Colours = field(default_factory=Colours)


def is_linked(href: str) -> bool:
    """Whether a page may link there: https and mail only, never back into our own pages."""
    if not _ADDRESS.fullmatch(href):
        return False
    return media.host(href) is not None or href.lower().startswith("mailto:")


def prepared(tokens: Iterable[Token], page: Page) -> list[Token]:
    """The parser's tokens as the renderer shall see them."""
    return [each for token in _with_worded_headings(tokens) for each in _block(token, page)]


def _with_worded_headings(tokens: Iterable[Token]) -> list[Token]:
    """A heading without a word would be a place to jump to that has no name.

    What it holds instead, as a picture, becomes a paragraph; one that holds nothing is left out.
    """
    found = list(tokens)
    for n, token in enumerate(found):
        if token.type != "heading_open" or _is_worded(found[n + 1]):
            continue
        ends = (token, found[n + 2])
        for end, kind in zip(ends, ("paragraph_open", "paragraph_close"), strict=True):
            end.type, end.tag = kind, "p"
        if not found[n + 1].children:
            for each in (*ends, found[n + 1]):
                each.type = ""
    return [token for token in found if token.type]


def _is_worded(inline: Token) -> bool:
    """Whether anything in it can be read, beyond blanks and joiners without a width."""
    letters = (letter for child in inline.children or [] for letter in child.content)
    return any(category(letter)[0] not in "CZ" for letter in letters)


def _block(token: Token, page: Page) -> Iterator[Token]:
    if token.type in _TEXT_BLOCKS:
        token.attrs["dir"] = "auto"
    if token.type in {"heading_open", "heading_close"}:
        token.tag = f"h{min(int(token.tag[1:]) + HEADING_SHIFT, LAST_HEADING)}"
    if css := _ALIGNED.get(str(token.attrs.pop("style", ""))):
        token.attrs["class"] = css
    match token.type:
        case "inline":
            token.children = list(_inline(token.children or [], page))
            yield token
        case "fence" | "code_block":
            yield _html(page.colours.box(token.content, (token.info.split() or [""])[0]))
        case "table_open":
            yield _html('<div class="tablebox" tabindex="0" role="group" aria-label="Table">')
            yield token
        case "table_close":
            yield token
            yield _html("</div>\n")
        case _:
            yield token


def _html(content: str) -> Token:
    return Token("html_block", "", 0, content=content)


def _inline(children: Iterable[Token], page: Page) -> Iterator[Token]:
    open_links: list[str] = []  # what each open link puts at its end; empty for a real link
    for token in children:
        match token.type:
            case "link_open":
                yield from _link(token, page, open_links)
            case "link_close":
                end = open_links.pop()
                yield _html(end) if end else token
            case "image":
                yield _html(_image(token, page, is_inside_link=bool(open_links)))
            case "text" if page.n_documents and not open_links:
                yield from _cited(token, page.n_documents)
            case _:
                yield token


def _link(token: Token, page: Page, open_links: list[str]) -> Iterator[Token]:
    href = str(token.attrs.get("href", ""))
    if is_linked(href):
        host = media.host(href) or href[:MAX_ADDRESS]
        token.attrs = {"href": href, "title": host, "data-host": host, "target": "_blank"}
        open_links.append("")
        yield token
    else:  # not a link, but the reader sees where it wanted to lead
        address = escape(_clipped(page.images.get(href, href)))
        shown = f' <span class="address">({address})</span>' if token.info != "auto" else ""
        open_links.append("</span>" + shown)
        yield _html('<span class="unlinked">')


def _image(token: Token, page: Page, *, is_inside_link: bool) -> str:
    """The picture itself when it is small and inline; else what it is and where it would be."""
    source = str(token.attrs.get("src", ""))
    source = page.images.get(source, source)
    alt = escape(token.content)
    if media.is_shown(source):
        return f'<img src="{escape(source)}" alt="{alt}">'
    host = media.host(source)
    where = f" from {escape(host)}" if host else ""
    said = f": {alt}" if alt else ""
    opened = ""
    if is_linked(source) and host and not is_inside_link:
        attrs = f'href="{escape(source)}" title="{escape(host)}" data-host="{escape(host)}"'
        opened = f' <a class="open" {attrs} target="_blank">Open it</a>'
    return f'<span class="image">Image not loaded{where}{said}{opened}</span>'


def _cited(token: Token, n_documents: int) -> Iterator[Token]:
    """Cut a text at its citation marks; a mark that names no document stays text."""
    start = 0
    for match in _CITATION.finditer(token.content):
        numbers = [int(number) for number in match.group(1).split(",")]
        if all(1 <= number <= n_documents for number in numbers):
            yield _text(token.content[start : match.start()])
            yield _html("".join(map(_cite, numbers)))
            start = match.end()
    yield _text(token.content[start:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _cite(number: int) -> str:
    return f'<a class="cite" href="#s{number}" aria-label="Source {number}">{number}</a>'


def _clipped(text: str) -> str:
    return text if len(text) <= MAX_ADDRESS else text[: MAX_ADDRESS - 1] + "…"
