"""A JSON value as a folding tree of safe HTML that needs no script (UX §8.4).

Keys are as hostile as values: both are escaped here, with hidden characters made visible.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import orjson

from traces.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from traces.json_values import Json

N_OPEN = 2  # levels that are open at first
PAGE = 50  # entries of a list or an object that are shown before the next ones are folded
MAX_SHOWN = 300  # characters of a text before the rest is folded
MAX_KEY = 120


def tree(value: Json) -> str:
    """The value as nested lists in `<div class="tree">`; a bare value as one line.

    Objects and lists fold, the first two levels are open, and further ones come fifty at a time.
    What was stored is nested at most 64 deep, three elements each; browsers stop at 512.
    """
    return f'<div class="tree">{"".join(_inside(value, 1))}</div>\n'


def _inside(value: Json, level: int) -> Iterator[str]:
    """What stands under a key."""
    match value:
        case dict() if value:
            yield from _list("ul", list(value.items()), level)
        case list() if value:
            yield from _list("ol", list(enumerate(value)), level)
        case _:
            yield _leaf(value)


def _list(tag: str, entries: Sequence[tuple[str | int, Json]], level: int) -> Iterator[str]:
    """Entries in pages; every page behind the first is folded."""
    yield f"<{tag}>"
    for first in range(0, len(entries), PAGE):
        page = entries[first : first + PAGE]
        if first:
            range_ = f"{first + 1:,} to {first + len(page):,} of {len(entries):,}"
            yield f'<li class="page"><details><summary>{range_}</summary><{tag}>'
        for key, each in page:
            yield from _entry(key, each, level)
        if first:
            yield f"</{tag}></details></li>"
    yield f"</{tag}>"


def _entry(key: str | int, value: Json, level: int) -> Iterator[str]:
    named = f'<b class="key">{_text(_clipped(str(key)))}</b> '
    if not isinstance(value, dict | list) or not value:
        yield f"<li>{named}{_leaf(value)}</li>"
    else:
        is_open = " open" if level < N_OPEN else ""
        yield f'<li><details{is_open}><summary>{named}<i class="n">{_size(value)}</i></summary>'
        yield from _inside(value, level + 1)
        yield "</details></li>"


def _size(value: dict[str, Json] | list[Json]) -> str:
    word = "key" if isinstance(value, dict) else "item"
    return f"{len(value):,} {word}{'' if len(value) == 1 else 's'}"


def _leaf(value: Json) -> str:
    match value:
        case str():
            return _string(value)
        case dict() | list():
            return '<i class="n">empty</i>'
        case _:
            return f'<span class="tok-k">{orjson.dumps(value).decode()}</span>'


def _string(text: str) -> str:
    if len(text) <= MAX_SHOWN:
        return f'<bdi class="tok-s">{_text(text)}</bdi>'
    shown, rest = text[:MAX_SHOWN], text[MAX_SHOWN:]
    return (
        f'<details class="long"><summary><bdi class="tok-s">{_text(shown)}</bdi>'
        f'<i class="n">… {len(rest):,} more characters</i></summary>'
        f'<bdi class="tok-s">{_text(rest)}</bdi></details>'
    )


def _clipped(key: str) -> str:
    return key if len(key) <= MAX_KEY else key[: MAX_KEY - 1] + "…"


def _text(text: str) -> str:
    return escape(visible(text), quote=False)
