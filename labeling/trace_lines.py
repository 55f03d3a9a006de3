"""Read side: the traces of an experiment as a list, a page at a time by a keyset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from assessments.models import Assessment, Revision
from assessments.trace_search import matching_traces
from schemas.answers import label_of
from traces.headlines import answered
from traces.json_values import Json, dumps
from traces.models import Experiment, Trace
from traces.searching import bounded
from traces.titles import title_of

PAGE_SIZE = 50
MAXIMUM_CHIPS = 6
LONGEST_CHIP = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """An assessment as a chip: `css` is its colour, `source` who said it in words.

    n   how many of the trace's assessments say the same, when a list shows one chip for them
    """

    name: str
    text: str
    css: str
    source: str
    n: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLine:
    """One trace of the list; `n_more` assessments are not among the chips."""

    trace_id: str
    requested_at: datetime
    question: str
    answer: str
    duration_ms: int | None
    state: str
    chips: list[Chip]
    n_more: int


def trace_page(
    experiment: Experiment, text: str, *, after: str = ""
) -> tuple[list[TraceLine], str]:
    """Matching traces, newest first, behind the trace `after`; and where the next page begins.

    An unknown `after` starts from the beginning. Raises FilterSyntax or SearchRefused. Cost: two
    queries, three behind the first page, and those of `bounded`.
    """
    last = Trace.objects.filter(experiment=experiment, trace_id=after).first() if after else None
    with bounded():
        found = matching_traces(experiment, text).newest_first()
        if last is not None:
            same = Q(requested_at=last.requested_at, trace_id__gt=last.trace_id)
            found = found.filter(Q(requested_at__lt=last.requested_at) | same)
        page = list(found[: PAGE_SIZE + 1])
    follows = page[PAGE_SIZE - 1].trace_id if len(page) > PAGE_SIZE else ""
    return trace_lines(page[:PAGE_SIZE]), follows


def trace_lines(page: Sequence[Trace]) -> list[TraceLine]:
    """Lines with the assessments that stand. Cost: one query."""
    said: dict[int, list[Chip]] = defaultdict(list)
    standing = Assessment.objects.standing().filter(trace__in=page).oldest_first()
    for assessment in standing.select_related("schema_version"):
        said[assessment.trace_id].append(chip_of(assessment))
    chips = {trace: together(each) for trace, each in said.items()}
    return [
        TraceLine(
            trace_id=trace.trace_id,
            requested_at=trace.requested_at,
            question=title_of(trace.request_preview),
            answer=answered(trace.response_preview),
            duration_ms=trace.duration_ms,
            state=trace.state,
            chips=chips.get(trace.pk, [])[:MAXIMUM_CHIPS],
            n_more=max(0, len(chips.get(trace.pk, [])) - MAXIMUM_CHIPS),
        )
        for trace in page
    ]


def together(chips: Sequence[Chip]) -> list[Chip]:
    """One chip for those that look alike, with their number and sources, in the order begun."""
    found: dict[tuple[str, str, str], list[Chip]] = defaultdict(list)
    for chip in chips:
        found[chip.name, chip.text, chip.css].append(chip)
    return [
        replace(alike[0], n=len(alike), source=", ".join(chip.source for chip in alike))
        for alike in found.values()
    ]


def chip_of(assessment: Assessment) -> Chip:
    """Coloured by what it says when people said pass or fail, else by who said it.

    Fetch with the schema version, whose words are used.
    """
    return Chip(
        name=assessment.name,
        text=shortened(said_by(assessment)),
        css=css_of(assessment),
        source=source_of(assessment),
    )


def said_by(state: Assessment | Revision) -> str:
    """The value of an assessment, or of an earlier state of it, in words."""
    if state.error is not None:
        return "error"
    if state.schema_version is not None and state.value is not None:
        return label_of(state.schema_version.spec, state.value)
    return in_words(state.value)


def in_words(value: Json) -> str:
    """Any value on one line, as its text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(str(part) for part in value)
    return "–" if value is None else dumps(value)


def shortened(text: str) -> str:
    """As much as a chip holds."""
    return text if len(text) <= LONGEST_CHIP else text[: LONGEST_CHIP - 1] + "…"


def css_of(assessment: Assessment) -> str:
    """warn for errors, judge for judges, line for code, pass and fail for people's yes and no."""
    if assessment.error is not None:
        return "warn"
    if assessment.source_type == Assessment.SourceType.LLM_JUDGE:
        return "judge"
    if assessment.source_type == Assessment.SourceType.CODE:
        return "line"
    if isinstance(assessment.value, bool):
        return "pass" if assessment.value else "fail"
    return ""


SOURCES = {"HUMAN": "person", "LLM_JUDGE": "judge", "CODE": "code"}


def source_of(assessment: Assessment) -> str:
    """Who said it, in words."""
    return f"{SOURCES[assessment.source_type]} {assessment.source_id}"
