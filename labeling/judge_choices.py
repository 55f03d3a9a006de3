"""PURE: what can be chosen on the page of a session's judges, and what was.

An address that names what is not there (any more) shows the first there is, and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assessments.scales import text_of
from labeling.questions import Asked
from schemas.answers import declared_options, label_of, scale_of
from schemas.judged import failing_answer
from traces.json_values import Json

CONSENSUS, ADJUDICATED = "consensus", "adjudicated"
LATEST = "latest"
NO_TARGET = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One field: its options as (value, words) and the chosen value."""

    name: str
    words: str
    options: list[tuple[str, str]]
    value: str

    @property
    def chosen(self) -> str:
        """The words of what is chosen."""
        return dict(self.options).get(self.value, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Everything chosen; `unknown` are fields whose value was not there."""

    question: Asked
    judge: str
    name: str
    version: str | None
    reviewer: int | None
    is_adjudicated: bool
    target: Json
    fields: list[Choice]
    unknown: list[str] = field(default_factory=list)

    def as_asked(self) -> dict[str, Json]:
        """As `judging` takes it."""
        return {
            "schema": self.question.schema.pk,
            "judge": self.judge,
            "name": self.name,
            "version": self.version,
            "reviewer": self.reviewer,
            "adjudicated": self.is_adjudicated,
            "target": self.target,
        }


def choose(
    said: Mapping[str, str],
    questions: Sequence[Asked],
    judges: Sequence[Mapping[str, Any]],
    people: Sequence[tuple[int, str, str]],
) -> Choices | None:
    """By the fields of an address; None where there is no question or no judge.

    judges   as `aligning.judges_of` lists them
    people   key, e-mail and name of those who answered
    """
    if not questions or not judges:
        return None
    names = {str(each["name"]) for each in judges}
    usual = next((q for q in questions if q.question.name in names), questions[0])
    by_name = {each.question.name: each for each in questions}
    question_field = Choice(
        name="question",
        words="Question",
        options=[(each.question.name, each.version.title) for each in questions],
        value=usual.question.name,
    )
    picked, unknown = pick(question_field, said)
    question = by_name[picked.value]
    judge_field, row_of = judges_field(judges, question)
    judge_field, strange = pick(judge_field, said)
    unknown += strange
    source, name = row_of[judge_field.value]
    rest = [
        versions_field(judges, source, name),
        people_field(people),
        target_field(question),
    ]
    found = []
    for each in rest:
        taken, strange = pick(each, said)
        found.append(taken)
        unknown += strange
    version, against, target = (each.value for each in found)
    keys = {email: key for key, email, _ in people}
    options = {text_of(option): option for option in declared_options(question.version.spec)}
    return Choices(
        question=question,
        judge=source,
        name=name,
        version=None if version == LATEST else version.removeprefix("v:"),
        reviewer=keys.get(against),
        is_adjudicated=against == ADJUDICATED,
        target=options.get(target),
        fields=[picked, judge_field, *(each for each in found if len(each.options) > 1)],
        unknown=unknown,
    )


def pick(choice: Choice, said: Mapping[str, str]) -> tuple[Choice, list[str]]:
    """With the value that was said, if there is such an option; else the name of the field."""
    value = said.get(choice.name, "")
    if not value:
        return choice, []
    if value in dict(choice.options):
        return replace(choice, value=value), []
    return choice, [choice.words]


def judges_field(
    judges: Sequence[Mapping[str, Any]], question: Asked
) -> tuple[Choice, dict[str, tuple[str, str]]]:
    """Each judge under each name it spoke by; usual is the one that said most, before all others
    one that speaks of the question by its name.
    """
    rows: dict[str, tuple[str, str]] = {}
    n: Counter[str] = Counter()
    for each in judges:
        source, name = str(each["judge"]), str(each["name"])
        rows[f"{name}/{source}"] = (source, name)
        n[f"{name}/{source}"] += int(each["n"])
    options = [
        (value, source if name == question.question.name else f"{source}, on “{name}”")
        for value, (source, name) in rows.items()
    ]
    mine = [value for value, (_, name) in rows.items() if name == question.question.name]
    usual = max(mine or list(rows), key=lambda value: n[value])
    return Choice(name="judge", words="Judge", options=options, value=usual), rows


def versions_field(judges: Sequence[Mapping[str, Any]], source: str, name: str) -> Choice:
    """The latest word of any version, or one version's."""
    found = [
        str(each["version"]) for each in judges if each["judge"] == source and each["name"] == name
    ]
    options = [(LATEST, "Latest word of any version")]
    options += [(f"v:{version}", version or "no version") for version in dict.fromkeys(found)]
    return Choice(name="version", words="Version", options=options, value=LATEST)


def people_field(people: Sequence[tuple[int, str, str]]) -> Choice:
    """Whom the judge is compared with."""
    options = [(CONSENSUS, "Consensus"), (ADJUDICATED, "Only what was adjudicated")]
    options += [(email, name or email) for _, email, name in people]
    return Choice(name="against", words="Compared with", options=options, value=CONSENSUS)


def target_field(question: Asked) -> Choice:
    """Which answer the judge is there to catch; where there are options."""
    spec = question.version.spec
    scale = scale_of(spec)
    options = declared_options(spec) if scale in ("nominal", "ordinal", "set") else []
    failing = failing_answer(spec)
    return Choice(
        name="target",
        words="To be caught",
        options=[(NO_TARGET, "Nothing in particular")]
        + [(text_of(option), label_of(spec, option)) for option in options],
        value=NO_TARGET if failing is None else text_of(failing),
    )
