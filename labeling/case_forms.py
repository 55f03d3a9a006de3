"""The adjudicator's form: what one POST of the page says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, get_args

from django.http import QueryDict

from labeling.adjudicating import Decision
from labeling.answering import MAXIMUM_RATIONALE_LENGTH, InvalidAnswers
from labeling.case_records import MERGED, SOMETHING_ELSE, CaseQuestion, Typed
from labeling.forms import whole_number
from labeling.questions import Asked
from schemas.answer_fields import read_value, sent_text, unix_lines
from schemas.answers import missing_words
from traces.json_values import Json

Act: TypeAlias = Literal["settle", "ambiguous", "reopen", "undo", "send_back", "another"]
ACTS: tuple[str, ...] = get_args(Act)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCase:
    """What an adjudicator sent.

    act      empty for anything unknown
    named    the question that is to be reopened
    typed    what was entered, by the question's name, to be shown again
    seen     the settlement that was on the page, by the question's name
    """

    act: Act | Literal[""]
    named: str = ""
    typed: Mapping[str, Typed] = field(default_factory=dict)
    seen: Mapping[str, int | None] = field(default_factory=dict)
    reviewers: Sequence[str] = ()
    note: str = ""

    def decisions(
        self, questions: Sequence[CaseQuestion], asked: Sequence[Asked]
    ) -> list[Decision]:
        """What is to be settled: the questions with a choice; or found ambiguous: the others.

        Raises InvalidAnswers when nothing was chosen, or a choice has no answer in it.
        """
        wanted = [each for each in questions if self.is_about(each)]
        if not wanted:
            raise InvalidAnswers({"": "Choose an answer first."})
        specs = {each.question.name: each for each in asked}
        faults: dict[str, str] = {}
        found = []
        for each in wanted:
            typed = self.typed[each.name]
            value = chosen(each, typed) if self.act == "settle" else None
            if value is None and self.act == "settle":
                faults[each.name] = missing_words(specs[each.name].question.input)
            found.append(
                Decision(
                    schema=each.name,
                    value=value,
                    rationale=typed.rationale,
                    replaces=self.seen[each.name],
                )
            )
        if faults:
            raise InvalidAnswers(faults)
        return found

    def is_about(self, question: CaseQuestion) -> bool:
        """Whether this question is decided; one that was settled already needs a choice."""
        has_choice = bool(self.typed[question.name].pick)
        if self.act == "settle":
            return has_choice
        return not has_choice and self.seen[question.name] is None

    def faults_of(self, error: InvalidAnswers) -> tuple[dict[str, str], str]:
        """What is shown beside which question, and what above all when it belongs to none.

        A missing reason is that of every new answer without one.
        """
        faults = {name: text for name, text in error.fields.items() if name in self.typed}
        if "rationale" in error.fields:
            faults |= {
                name: error.fields["rationale"]
                for name, typed in self.typed.items()
                if typed.pick in (SOMETHING_ELSE, MERGED) and not typed.rationale
            }
        others = [text for name, text in error.fields.items() if name not in self.typed]
        return faults, "" if faults else " ".join(others)

    def with_faults(self, faults: Mapping[str, str]) -> dict[str, Typed]:
        """What was entered, with what has to be mended beside it."""
        return {
            name: replace(typed, fault=faults.get(name, "")) for name, typed in self.typed.items()
        }


def chosen(question: CaseQuestion, typed: Typed) -> Json:
    """The value of the answer that was picked; None when it is none of them, or empty."""
    if typed.pick == SOMETHING_ELSE:
        return typed.value
    if typed.pick == MERGED:
        return list(typed.kept) or None
    return next((each.given.value for each in question.positions if each.key == typed.pick), None)


def sent_case(
    data: QueryDict, questions: Sequence[CaseQuestion], asked: Sequence[Asked]
) -> SentCase:
    """Read the form."""
    act, _, named = sent_text(data, "act").partition(":")
    specs = {each.question.name: each for each in asked}
    return SentCase(
        act=act if act in ACTS else "",  # type: ignore[arg-type]  # one of the literals
        named=named,
        typed={each.name: typed_in(data, each.prefix, specs[each.name]) for each in questions},
        seen={each.name: whole_number(data, f"{each.prefix}-seen") or None for each in questions},
        reviewers=list(named_people(data)),
        note=words_in(data, "note"),
    )


def typed_in(data: QueryDict, prefix: str, each: Asked) -> Typed:
    """One question's part."""
    return Typed(
        pick=sent_text(data, f"{prefix}-pick"),
        value=read_value(each.question.input, data, prefix),
        kept=tuple(without_nul(text) for text in data.getlist(f"{prefix}-keep")),
        rationale=words_in(data, f"{prefix}-why"),
    )


def words_in(data: QueryDict, name: str) -> str:
    """A text field, as much of it as is kept."""
    return without_nul(sent_text(data, name)).strip()[:MAXIMUM_RATIONALE_LENGTH]


def without_nul(text: str) -> str:
    """What was typed, without the one character that PostgreSQL does not keep."""
    return unix_lines(text).replace("\0", "")


def named_people(data: QueryDict) -> Iterator[str]:
    """The reviewers that were ticked."""
    for email in data.getlist("reviewer"):
        if isinstance(email, str) and "\0" not in email:
            yield email
