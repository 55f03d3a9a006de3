"""PURE: the answers to a question as bars, a bar per reviewer and one for all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from labeling.charts import COLOURS, Bar, colours_for, stacked
from labeling.comparisons import AnswersSoFar

MOST_COLOURS = 7  # beside the others, where there are more options than colours


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersChart:
    """The answers to one question; no bars for texts and free numbers.

    bars       their `total` is how many answers, which may choose several options
    combined   everybody's answers together, None without bars
    """

    answers: AnswersSoFar
    legend: list[tuple[str, str]]
    bars: list[Bar]
    combined: Bar | None


def answers_chart(answers: AnswersSoFar) -> AnswersChart:
    """Bars in the order of the options; of many only the most frequent, and the others together."""
    tallies = answers.tallies if answers.options else []
    sums = [sum(column) for column in zip(*(tally.counts for tally in tallies), strict=True)]
    shown = shown_of(answers, sums)
    names = [answers.options[place] for place in shown]
    # Nothing computed yet is no options, also of pass and fail.
    colours = colours_for(len(shown), is_pass_fail=answers.is_pass_fail and bool(shown))
    has_others = len(shown) < len(answers.options)
    legend = list(zip(names, colours, strict=True))
    if has_others:
        legend.append(("others", "grey"))

    def bar(name: str, counts: list[int], n: int) -> Bar:
        parts = [counts[place] for place in shown]
        if has_others:
            parts.append(sum(counts) - sum(parts))
        drawn = [(words, part, css) for (words, css), part in zip(legend, parts, strict=True)]
        return replace(stacked(name, drawn), total=n)

    bars = [bar(tally.name, tally.counts, tally.n) for tally in tallies]
    return AnswersChart(
        answers=answers,
        legend=legend,
        bars=bars,
        combined=bar("Everybody", sums, sum(tally.n for tally in tallies)) if bars else None,
    )


def shown_of(answers: AnswersSoFar, sums: list[int]) -> list[int]:
    """The places of the options with a colour of their own, in order: all, or the most frequent.

    The highest number comes first, because the colours go from calm to alarming.
    """
    places = list(range(len(answers.options)))
    if len(places) > len(COLOURS):
        most = sorted(places, key=lambda place: (-sums[place] if sums else 0, place))
        places = sorted(most[:MOST_COLOURS])
    return places[::-1] if answers.is_numeric else places
