"""PURE: several reviewers' lists of texts as one list, each entry once with who wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

END_MARKS = ".;,!? "


@dataclass(frozen=True, slots=True)
class UnionEntry:
    """One entry, as the first of those who wrote it spelled it.

    who       who has it in their list, each once
    is_usual  more than half of the lists have it
    """

    text: str
    who: tuple[str, ...]
    is_usual: bool


def union_of(lists: Iterable[tuple[str, Sequence[str]]]) -> tuple[UnionEntry, ...]:
    """The entries of named lists in the order they first come; duplicates are one entry.

    Duplicates differ by no more than case, spaces and the mark at the end. A list may name an entry
    twice and counts once. Cost: by the number of entries.
    """
    found: dict[str, tuple[str, list[str]]] = {}
    n_lists = 0
    for name, entries in lists:
        n_lists += 1
        own: dict[str, str] = {}
        for text in entries:
            own.setdefault(plain(text), text)
        for key, text in own.items():
            found.setdefault(key, (text, []))[1].append(name)
    return tuple(
        UnionEntry(text=text, who=tuple(who), is_usual=2 * len(who) > n_lists)
        for text, who in found.values()
    )


def plain(text: str) -> str:
    """What two spellings of one entry share."""
    return " ".join(text.casefold().split()).rstrip(END_MARKS) or text
