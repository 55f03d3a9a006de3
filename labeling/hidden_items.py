"""Read side: items that are hidden because somebody found private data in them, and who said so.

Only for readers of the experiment: who said it, and why, is not for other reviewers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labeling.models import LabelingSession, PrivacyFlag, QueueItem
from traces.titles import title_of

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenLine:
    """One hidden item of a session, with what keeps its trace hidden, oldest first.

    flags   also those of other sessions of the experiment: a trace is hidden in all of them
    """

    item_id: str
    position: int
    trace_id: str
    title: str
    hidden_at: datetime
    flags: tuple[PrivacyFlag, ...]


def hidden_lines(session: LabelingSession) -> list[HiddenLine]:
    """The first of them by position. Cost: two queries."""
    items = session.items.hidden().select_related("trace").in_order()[:MOST_SHOWN]
    return lines_of(list(items))


def lines_of(items: Sequence[QueueItem]) -> list[HiddenLine]:
    """Hidden items, fetched with their traces. Cost: one query."""
    standing = PrivacyFlag.objects.standing().filter(
        item__trace__in=[item.trace_id for item in items]
    )
    flags: dict[int, list[PrivacyFlag]] = defaultdict(list)
    for flag in standing.select_related("reporter", "checked_by", "item__session"):
        flags[flag.item.trace_id].append(flag)
    return [
        HiddenLine(
            item_id=item.item_id,
            position=item.position,
            trace_id=item.trace.trace_id,
            title=title_of(item.trace.request_preview),
            hidden_at=item.hidden_at,
            flags=tuple(flags[item.trace_id]),
        )
        for item in items
        if item.hidden_at is not None
    ]
