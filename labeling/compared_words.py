"""PURE: what can be said where no disagreement is listed: that people agree only where somebody's
answers were compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from labeling.questions import Asked
from traces.json_values import Json

TEXTS = "Texts are not compared."
NOTHING_YET = "Nobody’s answers could be compared yet."


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether two people's answers to one item were compared, and whether there are texts of two
    people to one item, which are not.
    """

    any: bool
    texts: bool

    def none_found(self, *, reviews_required: int) -> str:
        """Instead of a list of disagreements while reviews come in."""
        if self.any:
            said = "Wherever two answers to the same item were compared so far, they agree."
            return f"{said} {TEXTS}" if self.texts else said
        if self.texts:
            return TEXTS
        if reviews_required == 1:
            return "With one review per trace, nobody can disagree."
        return NOTHING_YET

    def none_left(self, *, reviews_required: int, n_settled: int) -> str:
        """Once all reviews are in and nothing waits to be settled; empty where it needs no word."""
        if self.any or n_settled:
            said = "No disagreement is left."
            return f"{said} {TEXTS}" if self.texts else said
        if self.texts:
            return TEXTS
        return "" if reviews_required == 1 else "Nobody’s answers could be compared."


def compared_in(questions: Iterable[Asked], results: Mapping[int, Mapping[str, Json]]) -> Compared:
    """From what is stored of each question, by the key of its label schema."""
    found = {True: False, False: False}
    for each in questions:
        record = results.get(each.schema.pk, {})
        is_text = record.get("scale") == "none" and each.question.kind != "expectation"
        found[is_text] |= bool(record.get("n_items"))
    return Compared(any=found[False], texts=found[True])
