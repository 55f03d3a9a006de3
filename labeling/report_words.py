"""PURE: the figures of a session's report in words, the same on the page and in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from labeling.agreement_cards import agreement_cards
from traces.json_values import Json

Fact = tuple[str, str]

CHOICES = {
    "automatic": "What fits the scale: majority, median or per option",
    "dawid_skene": "Dawid–Skene, a model of the reviewers",
    "one_coin": "One coin, a model of the reviewers",
    "weighted_vote": "A vote weighed by gold answers",
}
TEXTS = "Nothing: texts are not combined; a person can set the answer"
UNMET = {
    "scale": "it has no meaning for this kind of question",
    "too_few_items": "fewer than 50 items have an answer",
    "too_few_answers": "most items have fewer than three answers",
    "no_variation": "all answers are the same",
    "not_identified": "the answers do not tell the options apart",
    "too_few_gold": "somebody has fewer than 20 gold answers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is counted of one question.

    versions   number of the schema version → answers given under it
    combined   items with a combined answer or one that a person set
    ties       items whose answers come to several; `settled` are those a person decided, of which
               `ambiguous` have no one answer
    """

    versions: Mapping[int, int] = field(default_factory=dict)
    combined: int = 0
    ties: int = 0
    settled: int = 0
    ambiguous: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerLine:
    """One reviewer on one question: answers, match with the others, right on gold items."""

    name: str
    n_answers: str
    match: str
    gold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReport:
    """One question: its words, its facts in order, and a line per reviewer."""

    name: str
    title: str
    facts: list[Fact]
    notes: list[str]
    reviewers: list[ReviewerLine]
    has_gold: bool


def question_report(
    name: str,
    title: str,
    record: Mapping[str, Json] | None,
    counted: Counted,
    *,
    version: int,
    n_items: int,
    reviews_required: int,
    called: Callable[[str], str],
) -> QuestionReport:
    """From the stored (or recomputed) record of agreement on a question.

    version   number of the version in force
    n_items   items in the session
    called    what the report calls the person with an e-mail
    """
    card = agreement_cards([(title, record)], reviews_required=reviews_required).cards[0]
    record = record or {}
    facts = [
        ("Stored name", name),
        ("Version in force", str(version)),
        ("Answers by version", versions_of(counted)),
        ("Items with a combined answer", f"{counted.combined} of {n_items}"),
        ("Answers", plain(record.get("n_answers"))),
        ("Cannot judge", plain(record.get("n_cannot_judge"))),
        ("Coefficient", card.coefficient or "None"),
        ("Agreement", card.value or "Undefined"),
    ]
    if card.interval:
        facts.append(("95 % interval", card.interval))
    facts.append(("Items with two or more answers", str(card.n_items)))
    facts.append(("Answers on them", str(card.n_labels)))
    facts.append(("Reviewers", str(card.n_reviewers)))
    facts += [(name, spaced(figure)) for name, figure in card.more]
    facts += [
        (f"Cohen’s κ, {called(a)} and {called(b)}", f"{kappa}, items: {n}")
        for a, b, kappa, n in card.pairwise
    ]
    facts += [
        ("Combined by", method_of(record)),
        ("Ties", str(counted.ties)),
        ("Settled by a person", str(counted.settled)),
        ("Found ambiguous", str(counted.ambiguous)),
    ]
    lines = reviewers_of(record, called)
    return QuestionReport(
        name=name,
        title=title,
        facts=facts,
        notes=[*filter(None, (card.undefined, card.too_few, card.one_sided)), *card.notes],
        reviewers=lines,
        has_gold=any(line.gold != "–" for line in lines),
    )


def versions_of(counted: Counted) -> str:
    """`version 1: 12, version 2: 66`."""
    said = [f"version {number}: {n}" for number, n in sorted(counted.versions.items())]
    return ", ".join(said) or "none yet"


def plain(count: Json) -> str:
    """A count that may be missing."""
    return str(count) if isinstance(count, int) else "0"


def method_of(record: Mapping[str, Json]) -> str:
    """How answers are combined, and why not as it was asked for."""
    if record.get("scale") == "none":
        return TEXTS
    said = cast("Mapping[str, Json]", record.get("consensus") or {})
    words = CHOICES.get(str(said.get("method", "automatic")), CHOICES["automatic"])
    unmet = UNMET.get(str(said.get("unmet")))
    return f"{words}; not used, because {unmet}" if unmet else words


def reviewers_of(record: Mapping[str, Json], called: Callable[[str], str]) -> list[ReviewerLine]:
    """A line per reviewer, by what they are called."""
    rows = cast("Sequence[Mapping[str, Json]]", record.get("reviewers") or [])
    lines = [
        ReviewerLine(
            name=called(str(row["reviewer"])),
            n_answers=plain(row.get("n_answers")),
            match=share(row.get("match")),
            gold=share(row.get("gold")),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.name)


def share(figure: Json) -> str:
    """`86 % (72 to 94 %) of 40`; a dash when there is nothing to measure."""
    said = cast("Mapping[str, Json]", figure or {})
    value, interval = said.get("value"), cast("Sequence[float] | None", said.get("interval"))
    if not isinstance(value, int | float):
        return "–"
    between = f" ({interval[0]:.0%} to {interval[1]:.0%})" if interval else ""
    return spaced(f"{value:.0%}{between} of {plain(said.get('n'))}")


def spaced(figure: str) -> str:
    """`86 %`, not `86%`."""
    return figure.replace("%", " %")
