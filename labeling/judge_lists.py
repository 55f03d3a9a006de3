"""Read side: the items behind a figure about a judge, with both sides' reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labeling.aligning import Judge, Verdict, latest_of, verdicts_of
from labeling.judge_groups import AMBIGUOUS, DIFFERENT, ERRORS, MISFITS, cell
from labeling.miss_rows import people_on
from labeling.models import LabelingSession, QueueItem, Settlement
from labeling.questions import Asked
from labeling.settled import final_tone, final_words, settlements_among, why_settled
from schemas.answers import label_of, tone_of
from traces.json_values import Json
from traces.titles import title_of

PER_PAGE = 25
MISSED, ALARMS = "missed", "alarms"
Groups = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What somebody said of an item and why; `who` is empty for the judge."""

    who: str
    words: str
    tone: str
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item with what the judge and people say."""

    position: int
    trace_id: str
    preview: str
    judge: Reason | None
    people: list[Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some items: what they have in common, how many there are, and which button shows them."""

    name: str
    words: str
    n: int


def named_groups(
    groups: Groups, target: int | None, n_options: int
) -> list[tuple[Group, list[int]]]:
    """The groups that have a button, the most telling one first; empty ones are left out."""
    missed = joined(groups, [cell(target, c) for c in range(n_options) if c != target], target)
    alarms = joined(groups, [cell(r, target) for r in range(n_options) if r != target], target)
    rows = [
        (MISSED, "Missed", missed),
        (ALARMS, "False alarms", alarms),
        (DIFFERENT, "All that differ", list(groups.get(DIFFERENT, []))),
        (ERRORS, "Judge failed", list(groups.get(ERRORS, []))),
        (AMBIGUOUS, "Ambiguous", list(groups.get(AMBIGUOUS, []))),
        (MISFITS, "No such option", list(groups.get(MISFITS, []))),
    ]
    return [
        (Group(name=name, words=words, n=len(keys)), keys) for name, words, keys in rows if keys
    ]


def joined(groups: Groups, names: Sequence[str], target: int | None) -> list[int]:
    """The items of several cells in the order of the queue; none without a target."""
    if target is None:
        return []
    wanted = {key for name in names for key in groups.get(name, ())}
    return [key for key in groups.get(DIFFERENT, ()) if key in wanted]


def lines_of(
    session: LabelingSession,
    asked: Asked,
    judge: Judge,
    keys: Sequence[int],
    names: Mapping[str, str],
) -> list[Line]:
    """The items by their keys, in that order. Cost: five queries.

    names   of people, by their e-mail
    """
    items = QueueItem.objects.filter(session=session, pk__in=keys).select_related("trace")
    by_key = {item.pk: item for item in items}
    said = latest_of(verdicts_of(session, asked, judge, only=keys), judge.version)
    people, settled = people_on(keys, asked), settlements_among(keys)
    lines = []
    for item in (by_key[key] for key in keys if key in by_key):
        final = settled.get((item.pk, asked.schema.pk))
        decided = [] if final is None else [settled_reason(final)]
        given = [
            reason(asked, names.get(email := str(row["reviewer"]), email), row)
            for row in people.get(item.pk, [])
        ]
        lines.append(
            Line(
                position=item.position,
                trace_id=item.trace.trace_id,
                preview=title_of(item.trace.request_preview),
                judge=verdict_reason(asked, said.get(item.pk)),
                people=decided + given,
            )
        )
    return lines


def reason(asked: Asked, who: str, row: Mapping[str, Json]) -> Reason:
    """One reviewer's answer."""
    value = row["value"]
    words = label_of(asked.version.spec, value)
    return Reason(who=who, words=words, tone=tone_of(value), rationale=str(row["rationale"]))


def verdict_reason(asked: Asked, verdict: Verdict | None) -> Reason | None:
    """What the judge said; None where it said nothing (any more)."""
    if verdict is None:
        return None
    if verdict.is_error:
        return Reason(who="", words="Failed", tone="", rationale=verdict.rationale)
    words = label_of(asked.version.spec, verdict.value)
    return Reason(who="", words=words, tone=tone_of(verdict.value), rationale=verdict.rationale)


def settled_reason(settlement: Settlement) -> Reason:
    """What an adjudicator decided."""
    return Reason(
        who=f"{settlement.adjudicator.display_name}, settled",
        words=final_words(settlement.schema_version.spec, settlement),
        tone=final_tone(settlement),
        rationale=why_settled(settlement),
    )
