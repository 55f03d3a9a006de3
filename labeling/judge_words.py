"""PURE: a judge's figures as sentences, as a matrix of links and as a chart of versions.

`found` is a stored comparison, of `judging.as_stored`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.scales import text_of
from labeling.agreement_cards import two
from labeling.charts import rounded
from labeling.judge_groups import cell
from traces.json_values import Json

MOST_OPTIONS = 12
MANY_OPTIONS = 4
MOST_PAIRS = 20
MOST_VERSIONS = 8

Found = Mapping[str, Any]  # Any: figures of every shape; the comparison's own record
Label = Callable[[Json], str]

UNDEFINED = {
    "no_cases": "nothing to compare yet",
    "no_variation": "both always say the same one thing",
    "no_target": "this question does not say which answer is to be caught",
    "no_better_than_chance": "the judge raises alarms no better than chance",
    "scale": "not computed for this kind of answer",
    "one_reviewer": "all answers are by one person",
    "too_few_items": "no item has two people’s answers",
    "out_of_range": "the numbers are too large",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: how many items, what that means, and which group of items it opens."""

    n: int
    group: str
    words: str
    css: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A column per answer of people, a row per answer of the judge."""

    columns: list[str]
    rows: list[tuple[str, list[Cell]]]

    @property
    def is_many(self) -> bool:
        """Whether there is only room for figures."""
        return len(self.columns) > MANY_OPTIONS


def matrix_of(found: Found, label: Label) -> Matrix | None:
    """None for sets and numbers, without cases, and with more options than a screen holds."""
    options, confusion = found["options"], found["confusion"]
    if not confusion or not found["n"] or len(options) > MOST_OPTIONS:
        return None
    names = [label(option) for option in options]
    target = place_of_target(found)
    worst = costliest(confusion, target)
    return Matrix(
        columns=names,
        rows=[
            (
                names[said],
                [
                    cell_of(confusion[people][said], people, said, names, target, worst)
                    for people in range(len(names))
                ],
            )
            for said in range(len(names))
        ],
    )


def place_of_target(found: Found) -> int | None:
    """Where the answer to be caught stands among the options."""
    target = found["target"]
    if target is None:
        return None
    texts = [text_of(option) for option in found["options"]]
    return texts.index(text_of(target["option"]))


def costliest(confusion: Sequence[Sequence[int]], target: int | None) -> tuple[int, int] | None:
    """The one cell that is marked: where the judge missed most of what it is there to catch."""
    if target is None:
        return None
    missed = [(n, -said) for said, n in enumerate(confusion[target]) if said != target and n]
    return (target, -max(missed)[1]) if missed else None


def cell_of(
    n: int,
    people: int,
    said: int,
    names: Sequence[str],
    target: int | None,
    worst: tuple[int, int] | None,
) -> Cell:
    """One cell in words and colour."""
    if people == said:
        words, css = "agree", "agree first" if people == 0 else "agree"
    elif target is None:
        words, css = "differ", ""
    elif people == target:
        words, css = "judge missed it", "costly" if (people, said) == worst else ""
    else:
        words, css = ("false alarm" if said == target else "differ"), ""
    says = f"{n:,}: people say {names[people]}, the judge says {names[said]}"
    return Cell(
        n=n, group=cell(people, said), words=words, css=css if n else f"{css} none", says=says
    )


def most_frequent(found: Found, label: Label) -> list[tuple[str, str, int, str]]:
    """What is confused most often: people say, the judge says, items, group. For many options."""
    names = [label(option) for option in found["options"]]
    pairs = [
        (names[people], names[said], n, cell(people, said))
        for people, row in enumerate(found["confusion"])
        for said, n in enumerate(row)
        if n and people != said
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[:2]))[:MOST_PAIRS]


def percent(share: Mapping[str, Any]) -> str:
    """60 % (95 % interval 36 to 80 %); a dash without a case."""
    if share["value"] is None:
        return "–"
    low, high = share["interval"]
    return f"{share['value']:.0%} (95 % interval {100 * low:.0f} to {high:.0%})"


def figure(found: Mapping[str, Any]) -> str:
    """0.58 (0.33 to 0.79), or why there is none."""
    if found["value"] is None:
        return f"– ({UNDEFINED.get(found['undefined'] or '', 'undefined')})"
    if not found["interval"]:
        return f"{two(found['value'])} (no interval: too few items, or all alike)"
    low, high = found["interval"]
    return f"{two(found['value'])} ({two(low)} to {two(high)})"


def sentences(found: Found, label: Label) -> list[str]:
    """What the figures say, the most telling one first."""
    target = found["target"]
    told = []
    if target is not None:
        name = label(target["option"])
        told.append(caught(target, name))
        told.append(alarmed(target, name))
        told += corrected(found, name)
    return [sentence for sentence in told if sentence]


def caught(target: Mapping[str, Any], name: str) -> str:
    """It catches 9 of the 15 …"""
    n = target["n_human"]
    if not n:
        return f"People never say “{name}” here, so there is nothing it could have caught."
    items = "items" if n != 1 else "item"
    return (
        f"It catches {target['n_both']:,} of the {n:,} {items} for which people say “{name}”: "
        f"{percent(target['catch_rate'])}."
    )


def alarmed(target: Mapping[str, Any], name: str) -> str:
    """Two of its 11 alarms are false."""
    false = target["n_judge"] - target["n_both"]
    others = target["false_alarms"]["n"]
    if not others:
        return f"People always say “{name}” here, so no alarm could have been false."
    alarms = target["n_judge"]
    start = "It raises no alarm"
    if alarms:
        is_ = "is" if false == 1 else "are"
        start = f"{false:,} of its {alarms:,} alarm{'' if alarms == 1 else 's'} {is_} false"
    return (
        f"{start}. Of the {others:,} other item{'s' if others != 1 else ''} it raises a false "
        f"alarm for {percent(target['false_alarms'])}."
    )


def corrected(found: Found, name: str) -> list[str]:
    """What share is fine by the judge, and what that comes to with its mistakes reckoned in."""
    said, true = found["judge_pass_rate"], found["corrected_pass_rate"]
    if said["value"] is None:
        return []
    start = f"By the judge {said['value']:.0%} of the {said['n']:,} items are not “{name}”"
    if true["value"] is None:
        why = UNDEFINED.get(true["undefined"] or "", "undefined")
        return [f"{start}; that cannot be corrected for its mistakes: {why}."]
    low, high = true["interval"] or (0.0, 1.0)
    between = f"{100 * low:.0f} to {high:.0%}"
    return [f"{start}; corrected for its mistakes it is {true['value']:.0%} ({between})."]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDot:
    """One version: its place from the left and its figure from the top, in percent."""

    name: str
    x: float
    y: float
    low: float
    high: float
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """κ by version, and how well people agree with each other as a band; in percent."""

    says: str
    dots: list[VersionDot]
    levels: list[tuple[float, str]]
    people: float | None
    band: tuple[float, float] | None
    people_words: str


def versions_of(found: Found) -> Versions | None:
    """The versions heard of last; None where there is no κ to draw."""
    shown = [each for each in found["versions"] if each["kappa"]["value"] is not None]
    shown = shown[-MOST_VERSIONS:]
    if not shown:
        return None
    ceiling = found["human_kappa"]
    ends = [end for each in shown for end in (each["kappa"]["interval"] or [])]
    values = [each["kappa"]["value"] for each in shown] + ends
    bottom = 0.0 if min(values) >= 0 else -0.5 if min(values) >= -0.5 else -1.0

    def y(value: float) -> float:
        return rounded(100 * (1 - max(bottom, min(1.0, value))) / (1 - bottom))

    step = 100 / len(shown)
    dots = [
        VersionDot(
            name=each["version"] or "no version",
            x=rounded(step * (place + 0.4)),
            y=y(each["kappa"]["value"]),
            low=y((each["kappa"]["interval"] or [each["kappa"]["value"]] * 2)[0]),
            high=y((each["kappa"]["interval"] or [each["kappa"]["value"]] * 2)[1]),
            value=two(each["kappa"]["value"]),
        )
        for place, each in enumerate(shown)
    ]
    band = ceiling["interval"]
    people = "" if ceiling["value"] is None else f"People with each other: {two(ceiling['value'])}"
    told = ", ".join(f"{each.name} {each.value}" for each in dots)
    return Versions(
        says=f"Cohen’s κ by version of the judge: {told}. {people or 'No figure for people'}.",
        dots=dots,
        levels=[(y(level), f"{level:g}") for level in levels(bottom)],
        people=None if ceiling["value"] is None else y(ceiling["value"]),
        band=None if band is None else (y(band[1]), rounded(y(band[0]) - y(band[1]))),
        people_words=people,
    )


def levels(bottom: float) -> list[float]:
    """The lines across."""
    step = 0.25 if bottom == 0 else 0.5
    return [bottom + n * step for n in range(round((1 - bottom) / step) + 1)]
