"""Read side: everything the page of a session's judges shows.

Cost: sixteen queries, whatever the number of items, answers and judges; in a small session those
of a comparison beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from accounts.models import User
from labeling.agreement_cards import two
from labeling.judge_choices import Choices, choose
from labeling.judge_lists import PER_PAGE, Group, Line, lines_of, named_groups
from labeling.judge_words import (
    Matrix,
    Versions,
    figure,
    matrix_of,
    most_frequent,
    percent,
    place_of_target,
    sentences,
    versions_of,
)
from labeling.judging import LISTING, Seen, inputs_of, judge_from, look
from labeling.models import Agreement, LabelingSession
from labeling.questions import Asked, questions_of
from schemas.answers import label_of
from traces.json_values import Json

OPTION_SCALES = ("nominal", "ordinal", "set")
SPOKEN_OF = "on the items the judge spoke of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A comparison as the page shows it."""

    n: int
    agreed: str
    sentences: list[str]
    matrix: Matrix | None
    pairs: list[tuple[str, str, int, str]]
    versions: Versions | None
    version_rows: list[tuple[str, int, str, str]]
    rows: list[tuple[str, str]]
    few: list[str]
    apart: list[str]
    is_free_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The items of one group, a page of them; `follows` is where the next begins, 0 at the end."""

    groups: list[Group]
    shown: str
    heading: str
    n: int
    lines: list[Line]
    first: int
    follows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePage:
    """What is known.

    state     no_questions, no_answers (people's), no_judge, computing (nothing to show yet), shown
    wanted    what the worker is to compute, empty when nothing is
    is_stale  what is shown is being computed again
    """

    state: str
    choices: Choices | None = None
    figures: Figures | None = None
    listing: Listing | None = None
    wanted: tuple[Mapping[str, Json], ...] = ()
    computed_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether something is being computed."""
        return bool(self.wanted)


def judge_page(session: LabelingSession, said: Mapping[str, str]) -> JudgePage:
    """By the fields of an address."""
    questions = questions_of(session)
    if not questions:
        return JudgePage(state="no_questions")
    people = people_of(session)
    n_items = session.items.counted().count()
    inputs = inputs_of(session)
    listing = look(session, LISTING, inputs=inputs, n_items=n_items)
    wanted = [] if listing.is_current else [LISTING]
    if listing.result is None:
        return JudgePage(state="computing", wanted=tuple(wanted))
    judges = cast("list[dict[str, Any]]", listing.result["judges"])
    choices = choose(said, questions, judges, people)
    if choices is None:
        return JudgePage(state="no_judge", wanted=tuple(wanted))
    asked = choices.as_asked()
    seen = look(session, asked, inputs=inputs, n_items=n_items)
    if not seen.is_current:
        wanted.append(asked)
    if not seen.result:
        state = "computing" if wanted else "no_questions"
        return JudgePage(state=state, choices=choices, wanted=tuple(wanted))
    return JudgePage(
        state="shown" if people else "no_answers",
        choices=choices,
        figures=figures_of(choices.question, seen.result),
        listing=listing_of(session, choices, seen, said, {email: n for _, email, n in people}),
        wanted=tuple(wanted),
        computed_at=seen.computed_at,
    )


def people_of(session: LabelingSession) -> list[tuple[int, str, str]]:
    """Key, e-mail and name of everybody whose answers were counted. Cost: two queries."""
    emails = {
        str(row["reviewer"])
        for result in Agreement.objects.filter(session=session).values_list("result", flat=True)
        for row in result.get("answers", {}).get("reviewers", [])
    }
    found = User.objects.filter(email__in=emails).order_by("email")
    return [(user.pk, user.email, user.display_name) for user in found]


def figures_of(asked: Asked, found: Mapping[str, Any]) -> Figures:
    """In words and geometry."""
    label = partial(label_of, asked.version.spec)
    scale = str(found["scale"])
    many = matrix_of(found, label) is None and bool(found["confusion"]) and found["n"]
    return Figures(
        n=found["n"],
        agreed=percent(found["agreed"]),
        sentences=sentences(found, label),
        matrix=matrix_of(found, label),
        pairs=most_frequent(found, label) if many else [],
        versions=versions_of(found),
        version_rows=[
            (each["version"], each["n"], percent(each["agreed"]), closeness(each, scale))
            for each in found["versions"]
        ],
        rows=further(found, scale),
        few=[label(option) for option in found["few"]],
        apart=counted_apart(found),
        is_free_text=scale == "none",
    )


def closeness(version: Mapping[str, Any], scale: str) -> str:
    """κ of options, the mean error of numbers."""
    return figure(version["kappa" if scale in OPTION_SCALES else "absolute_error"])


def further(found: Mapping[str, Any], scale: str) -> list[tuple[str, str]]:
    """Figures by name, those that belong to the scale."""
    if scale in ("nominal", "ordinal"):
        weighed = ", weighted" if scale == "ordinal" else ""
        return [
            (f"Cohen’s κ of judge and people{weighed}", figure(found["kappa"])),
            (
                f"People with each other, {SPOKEN_OF}",
                figure(found["human_kappa"]),
            ),
        ]
    if scale in ("interval", "ratio"):
        apart = found["human_difference"]
        return [
            ("Mean difference between judge and people", figure(found["absolute_error"])),
            (
                f"Mean difference between two people, {SPOKEN_OF}",
                "–" if apart is None else two(apart),
            ),
            ("Rank correlation (Spearman)", figure(found["spearman"])),
        ]
    return []


def counted_apart(found: Mapping[str, Any]) -> list[str]:
    """What is in none of the figures, in words; nothing for what there is none of."""
    said = [
        (found["n_errors"], "on which the judge failed"),
        (found["n_ambiguous"], "that people found ambiguous"),
        (found["n_unlabeled"], "on which people came to no answer yet"),
        (found["n_misfits"], "with an answer that is no option of the question"),
    ]
    return [f"{n:,} {words}" for n, words in said if n]


def listing_of(
    session: LabelingSession,
    choices: Choices,
    seen: Seen,
    said: Mapping[str, str],
    names: Mapping[str, str],
) -> Listing:
    """The group that was asked for, else the first there is."""
    found = cast("dict[str, Any]", seen.result)
    groups: dict[str, list[int]] = found["groups"]
    named = named_groups(groups, place_of_target(found), len(found["options"]))
    keys_by_name = {group.name: keys for group, keys in named}
    usual = named[0][0].name if named else ""
    shown = said.get("show", "")
    if shown not in keys_by_name and shown not in groups:
        shown = usual
    keys = keys_by_name.get(shown, groups.get(shown, []))
    first = start_in(said.get("from", ""), len(keys))
    judge = judge_from(choices.as_asked())
    return Listing(
        groups=[group for group, _ in named],
        shown=shown,
        heading=heading_of(shown, found, choices.question),
        n=len(keys),
        lines=lines_of(session, choices.question, judge, keys[first : first + PER_PAGE], names),
        first=first,
        follows=first + PER_PAGE if first + PER_PAGE < len(keys) else 0,
    )


def start_in(text: str, n: int) -> int:
    """Where a page of a list begins; 0 for what lies in no list of n."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return number if number < n else 0


HEADINGS = {
    "missed": "Answers the judge missed",
    "alarms": "False alarms of the judge",
    "different": "Where judge and people differ",
    "errors": "Where the judge failed",
    "ambiguous": "What people found ambiguous",
    "misfits": "Answers that are no option of the question",
    "": "Where judge and people differ",
}


def heading_of(shown: str, found: Mapping[str, Any], asked: Asked) -> str:
    """What the listed items have in common."""
    if shown in HEADINGS:
        return HEADINGS[shown]
    people, judge = (found["options"][int(place)] for place in shown.split("."))
    spec = asked.version.spec
    return f"People say {label_of(spec, people)}, the judge says {label_of(spec, judge)}"


def shown_fields(choices: Choices | None) -> Sequence[tuple[str, str]]:
    """What was chosen, for links that keep it."""
    return [(each.name, each.value) for each in choices.fields] if choices else []
