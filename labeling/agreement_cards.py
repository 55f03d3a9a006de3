"""PURE: agreement figures in words, for people who do not know the coefficients' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from labeling.charts import Point, Scale, point_on, scale_for
from schemas.answers import number_words
from traces.json_values import Json

ENOUGH_ITEMS = 10
ONE_SIDED = 0.9

COEFFICIENTS = {
    "krippendorff_alpha_nominal": "Krippendorff’s α: answers are equal or not",
    "krippendorff_alpha_ordinal": "Krippendorff’s α, ordered: near misses count less",
    "krippendorff_alpha_interval": "Krippendorff’s α, distances between numbers",
    "krippendorff_alpha_ratio": "Krippendorff’s α, proportions between numbers",
    "krippendorff_alpha_masi": "Krippendorff’s α for sets, with MASI distance",
}
UNDEFINED = {
    "too_few_items": "Not defined yet: fewer than two items have answers of two people.",
    "one_reviewer": "Not defined: all answers are by one person.",
    "no_variation": "Not defined: all answers are the same, so there is nothing to agree about "
    "beyond chance.",
    "single_reviews": "Every item has one review, so there is nothing to compare.",
    "free_text": "Not computed: two good texts are seldom written alike.",
}

NO_INTERVAL = (
    "No interval: people agree equally well on every item, or on none, which does not tell how "
    "often they would on others."
)

NEVER_ENOUGH = ("free_text", "single_reviews")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCard:
    """Agreement on one question as a page shows it.

    value, interval   figures with two decimals; empty when undefined
    undefined         why there is no figure, in words
    too_few           "Too few items yet (6 of 10)", or empty
    one_sided         a note when nearly all answers are the same one
    notes             why there is no interval, and what is left out of the figure
    more              further figures, as (name, figure)
    """

    title: str
    coefficient: str
    value: str
    interval: str
    point: Point | None
    undefined: str
    too_few: str
    one_sided: str
    notes: list[str]
    n_items: int
    n_labels: int
    n_reviewers: int
    more: list[tuple[str, str]]
    pairwise: list[tuple[str, str, str, int]]

    @property
    def says(self) -> str:
        """The chart in a sentence."""
        if not self.value:
            return f"{self.title}: {self.undefined}"
        between = f", 95 % interval {self.interval}" if self.interval else ""
        return f"{self.title}: {self.value}{between}, {self.n_items} items"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCards:
    """All questions of a session on one axis."""

    scale: Scale
    cards: list[AgreementCard]

    @property
    def has_points(self) -> bool:
        """Whether anything can be drawn."""
        return any(card.point for card in self.cards)


def agreement_cards(
    questions: Sequence[tuple[str, Mapping[str, Json] | None]], *, reviews_required: int = 2
) -> AgreementCards:
    """From (title, stored agreement record or None) in the order of the questions.

    reviews_required  of the session; with one, nothing is missing when no item can be compared
    """
    values: list[float] = []
    for _, record in questions:
        if record and record.get("value") is not None:
            interval = cast("list[float] | None", record.get("interval"))
            values += [cast("float", record["value"]), *(interval or [])]
    scale = scale_for(values)
    cards = [
        card(scale, title, single_if_alone(record, reviews_required)) for title, record in questions
    ]
    return AgreementCards(scale=scale, cards=cards)


def single_if_alone(
    record: Mapping[str, Json] | None, reviews_required: int
) -> Mapping[str, Json] | None:
    """With one review required and no item that has more, that is what there is to say."""
    has_pairs = bool(record and record.get("n_items"))
    if reviews_required > 1 or has_pairs or (record or {}).get("undefined") == "free_text":
        return record
    return {**(record or {}), "undefined": "single_reviews"}


def card(scale: Scale, title: str, record: Mapping[str, Json] | None) -> AgreementCard:
    """One question; without a record nothing was computed yet."""
    record = record or {"undefined": "too_few_items"}
    value = cast("float | None", record.get("value"))
    interval = cast("list[float] | None", record.get("interval"))
    n_items = cast("int", record.get("n_items", 0))
    prevalence = cast("float | None", record.get("prevalence"))
    return AgreementCard(
        title=title,
        coefficient=COEFFICIENTS.get(str(record.get("coefficient")), ""),
        value=two(value),
        interval=f"{two(interval[0])} to {two(interval[1])}" if interval else "",
        point=None if value is None else point_on(scale, value, interval),
        undefined=UNDEFINED.get(str(record.get("undefined")), ""),
        too_few=too_few(record, n_items),
        one_sided=one_sided(prevalence, record),
        notes=[*unsure_of(record), *left_out(record)],
        n_items=n_items,
        n_labels=cast("int", record.get("n_labels", 0)),
        n_reviewers=cast("int", record.get("n_reviewers", 0)),
        more=further(record),
        pairwise=pairs(record),
    )


def too_few(record: Mapping[str, Json], n_items: int) -> str:
    """A warning while the figure rests on fewer than ten items that are still to come."""
    if record.get("undefined") in NEVER_ENOUGH or n_items >= ENOUGH_ITEMS:
        return ""
    return f"Too few items yet ({n_items} of {ENOUGH_ITEMS})"


def one_sided(prevalence: float | None, record: Mapping[str, Json]) -> str:
    """A note that α is harsh when nearly everybody says the same.

    Not beside a figure that is undefined or rests on few items: that is told instead.
    """
    if prevalence is None or prevalence <= ONE_SIDED or record.get("value") is None:
        return ""
    if cast("int", record.get("n_items", 0)) < ENOUGH_ITEMS:
        return ""
    better = " AC1 is the better guide here." if record.get("ac1") is not None else ""
    return (
        f"{prevalence:.0%} of the answers are the same one, so α can be low although people "
        f"agree.{better}"
    )


def unsure_of(record: Mapping[str, Json]) -> list[str]:
    """Why a figure has no interval beside it."""
    if record.get("value") is None or record.get("interval"):
        return []
    return [NO_INTERVAL]


def left_out(record: Mapping[str, Json]) -> list[str]:
    """How many answers are in none of the figures, by reason; nothing for what there is none of."""
    unjudged = cast("int", record.get("n_cannot_judge") or 0)
    misfits = cast("int", record.get("n_misfits") or 0)
    told = []
    if unjudged:
        times = "once" if unjudged == 1 else f"{unjudged:,} times"
        told.append(f"Left out: {times} somebody could not judge it.")
    if misfits:
        answers, end = ("answer does", "is") if misfits == 1 else ("answers do", "are")
        told.append(f"{misfits:,} {answers} not fit the question any more and {end} left out.")
    return told


FURTHER = {
    "raw_agreement": "Equal pairs of answers",
    "ac1": "Gwet’s AC1",
    "ac2": "Gwet’s AC2",
    "fleiss_kappa": "Fleiss’ κ",
    "within_one_step": "Within one step",
    "icc": "Intraclass correlation",
    "median_absolute_difference": "Median difference",
    "mean_jaccard": "Mean overlap of the sets (Jaccard)",
}
HUGE = 1e9
SHARES = {"raw_agreement", "within_one_step"}


def further(record: Mapping[str, Json]) -> list[tuple[str, str]]:
    """The companions that are defined for this scale."""
    found = []
    for key, name in FURTHER.items():
        value = cast("float | None", record.get(key))
        if value is not None:
            found.append((name, f"{value:.0%}" if key in SHARES else short(value)))
    return found


def short(value: float) -> str:
    """Two decimals; a difference of huge numbers in as few characters."""
    return two(value) if abs(value) < HUGE else number_words(value)


def pairs(record: Mapping[str, Json]) -> list[tuple[str, str, str, int]]:
    """Cohen's κ of every two reviewers: (a, b, figure or dash, items)."""
    rows = cast("list[dict[str, Json]]", record.get("pairwise") or [])
    return [
        (
            str(row["a"]),
            str(row["b"]),
            two(cast("float | None", row["kappa"])) or "–",
            cast("int", row["n"]),
        )
        for row in rows
    ]


def two(value: float | None) -> str:
    """Two decimals, never minus nothing; empty for None."""
    return "" if value is None else f"{round(value, 2) + 0.0:.2f}"
