"""The documents an application looked at, and where they meet its answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from traces.picking import decoded, dict_at, list_at, number_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from traces.excerpts import Room
    from traces.json_values import Json
    from traces.records import SpanRecord

RETRIEVER = "RETRIEVER"
N_WORDS = 6  # UX §8.5: a passage that shares this many words in a row matches
MAX_TITLE = 120
MAX_COMPARED = 2**18  # characters of a document and of an answer that are looked through

_TEXT_KEYS = ("page_content", "pageContent", "content", "text", "body", "chunk", "passage",
              "document.content")  # fmt: skip
_SOURCE_KEYS = ("source", "doc_uri", "uri", "url", "link", "file_path", "path", "file_name",
                "filename", "file", "document_id")  # fmt: skip
_TITLE_KEYS = ("title", "name", "heading", "document_title")
_SCORE_KEYS = ("score", "relevance_score", "similarity", "similarity_score", "document.score")
# A word is a run of letters and digits; in scripts without spaces, one character.
_SCRIPTS = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f"
_WORD = re.compile(rf"[{_SCRIPTS}]|[^\W_{_SCRIPTS}]+")
_CITATION = re.compile(r"[\[【]\^?(\d{1,3}(?:\s*,\s*\d{1,3})*)(?:†[^】\]]{0,80})?[\]】]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One retrieved passage.

    rank      1 for the first; the number that `[1]` in an answer points to
    title     from its metadata, else its first line
    source    path or address it came from
    score     as the retriever gave it, on the retriever's own scale
    cited     the answer names its number or its source
    matches   parts of `text` that share at least six words in a row with the answer, as offsets
    is_cut    part of the text was left out, because the page has no room for it
    """

    rank: int
    title: str
    source: str | None
    score: float | None
    text: str
    cited: bool = False
    matches: tuple[tuple[int, int], ...] = ()
    is_cut: bool = False


def read_documents(spans: Sequence[SpanRecord]) -> tuple[Document, ...]:
    """The documents of all retrievers in the order of their spans, numbered throughout.

    A retriever inside another one gives the same documents again and is left out.
    """
    found = {span.span_id: read_list(span.outputs) for span in spans if span.span_type == RETRIEVER}
    parents = {span.span_id: span.parent_span_id for span in spans}
    listed: list[Document] = []
    for span_id, documents in found.items():
        if not any(found.get(above) for above in _ancestors(span_id, parents)):
            listed.extend(documents)
    return tuple(replace(each, rank=rank) for rank, each in enumerate(listed, start=1))


def read_list(value: Json) -> tuple[Document, ...]:
    """The documents in a retriever's outputs; their ranks count from 1."""
    value = decoded(value)
    if isinstance(value, dict):
        value = list_at(value, "documents", "docs", "results", "matches", "nodes", "output") or [
            value
        ]
    if not isinstance(value, list):
        return ()
    documents = [document for item in value if (document := _document(item))]
    return tuple(replace(each, rank=rank) for rank, each in enumerate(documents, start=1))


def with_answer(documents: Iterable[Document], answer: str) -> tuple[Document, ...]:
    """The same documents, marked where the answer cites or repeats them."""
    numbers = cited_numbers(answer)
    passages = _passages(_words(answer))
    return tuple(
        replace(
            each,
            cited=each.rank in numbers or (each.source or "\0") in answer,
            matches=tuple(_matches(each.text, passages)),
        )
        for each in documents
    )


def fitted(documents: Sequence[Document], room: Room) -> tuple[Document, ...]:
    """The documents with as much of their texts as there is room for, each its share of it."""
    shown = []
    for n, each in enumerate(documents):
        text, is_cut = room.fit(each.text, shares=len(documents) - n)
        shown.append(replace(each, text=text, is_cut=is_cut))
    return tuple(shown)


def cited_numbers(answer: str) -> frozenset[int]:
    """The numbers that an answer cites as `[1]`, `[1, 2]`, `[^1]` or `【1†source】`."""
    groups = (match.group(1).split(",") for match in _CITATION.finditer(answer))
    return frozenset(int(number) for group in groups for number in group)


def overlaps(document_text: str, answer_text: str) -> list[tuple[int, int]]:
    """Offsets (start, end) of the parts of a document that repeat the answer.

    A part shares at least six words in a row with the answer; case and punctuation do not count.
    Takes time in proportion to the two lengths.
    """
    return _matches(document_text, _passages(_words(answer_text)))


def _matches(text: str, passages: frozenset[tuple[str, ...]]) -> list[tuple[int, int]]:
    words = list(_WORD.finditer(text, 0, MAX_COMPARED)) if passages else []
    folded = [word.group().casefold() for word in words]
    ranges: list[tuple[int, int]] = []
    for first in range(len(words) - N_WORDS + 1):
        if tuple(folded[first : first + N_WORDS]) in passages:
            start, end = words[first].start(), words[first + N_WORDS - 1].end()
            if ranges and start <= ranges[-1][1]:
                ranges[-1] = (ranges[-1][0], end)
            else:
                ranges.append((start, end))
    return ranges


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text, 0, MAX_COMPARED)]


def _passages(words: list[str]) -> frozenset[tuple[str, ...]]:
    n_passages = len(words) - N_WORDS + 1
    return frozenset(tuple(words[first : first + N_WORDS]) for first in range(n_passages))


def _ancestors(span_id: str, parents: dict[str, str | None]) -> list[str]:
    chain: list[str] = []
    seen = {span_id}
    above = parents.get(span_id)
    while above is not None and above not in seen:
        seen.add(above)
        chain.append(above)
        above = parents.get(above)
    return chain


def _document(item: Json) -> Document | None:
    if isinstance(item, list) and len(item) == 2:  # LangChain: [document, score]
        inner, score = _document(item[0]), number_at({"score": item[1]}, "score")
        return replace(inner, score=score) if inner else None
    if isinstance(item, str):
        item = {"text": item}
    if not isinstance(item, dict):
        return None
    holder = dict_at(item, "kwargs", "node", "document") or item
    text = text_at(holder, *_TEXT_KEYS) or text_at(item, *_TEXT_KEYS, "document")
    if text is None:
        return None
    return _described(text, item, holder)


def _described(text: str, item: dict[str, Json], holder: dict[str, Json]) -> Document:
    metadata = dict_at(holder, "metadata", "document.metadata") or dict_at(item, "metadata")
    places = (metadata, holder, item)
    scores = (number_at(each, *_SCORE_KEYS) for each in places)
    return Document(
        rank=1,
        title=_short(_first_text(places, _TITLE_KEYS) or "", MAX_TITLE) or _first_line(text),
        source=_first_text(places, _SOURCE_KEYS),
        score=next((score for score in scores if score is not None), None),
        text=text,
    )


def _first_text(places: Iterable[dict[str, Json]], keys: tuple[str, ...]) -> str | None:
    return next((found for each in places if (found := text_at(each, *keys))), None)


def _first_line(text: str) -> str:
    lines = (line.strip(" #*\r\t") for line in text[:MAX_COMPARED].split("\n"))
    line = next((line for line in lines if line), "Untitled document")
    return _short(line, MAX_TITLE)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
