"""What the page says about the act that led to it, with an undo where there is one.

Carried by Django's messages; the item and the version to undo travel in the message's tags.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest

from labeling.models import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """One sentence.

    position   of the item it is about, 0 when it is about none
    version    what an undo must name, 0 when there is nothing to undo
    """

    words: str
    position: int = 0
    version: int = 0


def tell(request: HttpRequest, words: str, *, about: Review, can_undo: bool) -> None:
    """Say it on the next page."""
    tags = f"{about.item.position} {about.version if can_undo else 0}"
    messages.success(request, words, extra_tags=tags)


def flash_in(request: HttpRequest) -> Flash | None:
    """The last sentence for this page. Reading it uses it up."""
    found = list(messages.get_messages(request))
    if not found:
        return None
    numbers = [int(part) for part in (found[-1].extra_tags or "").split() if part.isdecimal()]
    position, version = numbers if len(numbers) == 2 else (0, 0)
    return Flash(words=str(found[-1].message), position=position, version=version)
