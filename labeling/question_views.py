"""PURE but for the rows it reads: a session's questions as the reviewer's form shows them.

The review page, the preview of the schema editor and adjudication render the same records with
`templates/review/_question.html`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from labeling.answering import Question
from labeling.questions import Asked
from schemas.answer_fields import Control, as_text, control_for
from schemas.answers import clean_value, label_of, missing_words
from schemas.defining import Definition
from schemas.inputs import Input, InvalidValue
from schemas.models import LabelSchema, SchemaVersion
from traces.json_values import Json

CANNOT_JUDGE = (
    "Outside my area",
    "Not enough information here",
    "The question makes no sense",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """One question with what is in its fields.

    prefix        of its fields' names: the schema's public id
    fault         why the last submit was refused, empty otherwise
    elsewhere     what the same person saved in another tab, when the two differ
    missing       what to do when it is required and left open
    outdated      the saved answer when it is no longer among the choices
    current       what is expected already, in words
    keeps         that value as the form would send it, empty when it does not fit
    is_reworded   the question changed since the answer was saved, which still counts
    wants_comment the answer in the fields is to be explained
    """

    number: int
    prefix: str
    title: str
    instruction: str
    required: bool
    comment: str
    control: Control
    missing: str
    comment_for: tuple[str, ...] = ()
    rationale: str = ""
    cannot_judge: str = ""
    fault: str = ""
    elsewhere: str = ""
    is_answered: bool = False
    outdated: str = ""
    current: str = ""
    keeps: str = ""
    is_reworded: bool = False
    wants_comment: bool = False

    @property
    def fault_at_comment(self) -> bool:
        """Whether the fault is that the comment is missing: there it has to be mended."""
        lacks_comment = self.wants_comment and not self.rationale.strip()
        return bool(self.fault) and self.is_answered and lacks_comment

    @property
    def explained(self) -> str:
        """The answers that need a comment, in words."""
        choices = self.control.choices
        return ", ".join(choice.label for choice in choices if choice.value in self.comment_for)

    @property
    def fault_at_value(self) -> bool:
        """Whether the fault is in the answer itself."""
        return bool(self.fault) and not self.fault_at_comment

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it cannot be judged: ours, and one that came by the API."""
        given = self.cannot_judge
        return CANNOT_JUDGE if given in ("", *CANNOT_JUDGE) else (*CANNOT_JUDGE, given)


def question_views(
    asked: Sequence[Asked],
    answers: Mapping[str, Json],
    *,
    faults: Mapping[str, str] | None = None,
    elsewhere: Mapping[str, Json] | None = None,
    current: Mapping[str, Json] | None = None,
    saved_at: datetime | None = None,
) -> tuple[QuestionView, ...]:
    """Every question in order.

    answers     {name: {"value", "rationale"} | {"cannot_judge"}}, as drafts are kept
    elsewhere   the answers of another tab; only differing ones are shown
    current     expectations that stand already, by the question's name
    saved_at    when the answers were saved
    """
    return tuple(
        question_view(
            each,
            entry(answers, each.question.name),
            number=number,
            saved_at=saved_at,
            fault=(faults or {}).get(each.question.name, ""),
            current=(current or {}).get(each.question.name),
            other=None if elsewhere is None else entry(elsewhere, each.question.name),
        )
        for number, each in enumerate(asked, start=1)
    )


def preview_of(definition: Definition) -> QuestionView:
    """A question as its reviewers will see it, before it is stored."""
    schema = LabelSchema(schema_id="preview", name=definition.name, kind=definition.kind)
    version = SchemaVersion(
        title=definition.title or definition.name,
        instruction=definition.instruction,
        comment=definition.comment,
        comment_for=list(definition.comment_for),
    )
    question = Question(
        name=definition.name,
        kind=definition.kind,
        input=definition.input,
        comment=definition.comment,
        comment_for=definition.comment_for,
        required=True,
    )
    each = Asked(
        schema=schema, version=version, required=True, consensus="automatic", question=question
    )
    return question_view(each, {}, number=1)


def words_typed(asked: Sequence[Asked], answers: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """What a form held, as (question, words), where the form itself is not shown."""
    found = []
    for each in asked:
        answer = entry(answers, each.question.name)
        value = answer.get("value")
        said = [as_text(part) for part in (value if isinstance(value, list) else [value])]
        said += [as_words(answer.get(key)) for key in ("rationale", "cannot_judge")]
        if any(said):
            found.append((each.version.title, "\n".join(filter(None, said))))
    return tuple(found)


def entry(answers: Mapping[str, Json], name: str) -> dict[str, Json]:
    """One answer of a draft; drafts that came by the API may hold anything."""
    found = answers.get(name)
    return found if isinstance(found, dict) else {}


def question_view(
    each: Asked,
    answer: Mapping[str, Json],
    *,
    number: int,
    saved_at: datetime | None = None,
    fault: str = "",
    current: Json = None,
    other: Mapping[str, Json] | None = None,
) -> QuestionView:
    """One question."""
    spec, value = each.question.input, answer.get("value")
    control = control_for(spec, value)
    cannot = as_words(answer.get("cannot_judge"))
    is_outdated = value is not None and lost_its_choice(control, value)
    is_answered = bool(cannot) or (value is not None and not is_outdated)
    differs = other is not None and words_of(spec, other) != words_of(spec, answer)
    return QuestionView(
        number=number,
        prefix=each.schema.schema_id,
        title=each.version.title,
        instruction=each.version.instruction,
        required=each.required,
        comment=each.version.comment,
        comment_for=tuple(each.version.comment_for),
        control=control,
        missing=missing_words(spec),
        rationale=as_words(answer.get("rationale")),
        cannot_judge=cannot,
        fault=fault,
        elsewhere=words_of(spec, other) if other is not None and differs else "",
        is_answered=is_answered,
        current="" if current is None else label_of(spec, current),
        keeps=kept_value(each, current),
        outdated=label_of(spec, value) if is_outdated else "",
        wants_comment=each.question.needs_comment(value),
        is_reworded=is_answered and saved_at is not None and each.version.created_at > saved_at,
    )


def kept_value(each: Asked, current: Json) -> str:
    """A standing expectation as the question's fields send it: one line for each part."""
    try:
        value = clean_value(each.question.name, each.question.input, current)
    except InvalidValue:
        return ""
    parts = value if isinstance(value, list) else [value]
    return "\n".join(as_text(part) for part in parts)


def as_words(value: Json) -> str:
    """A text, or nothing."""
    return value if isinstance(value, str) else ""


def lost_its_choice(control: Control, value: Json) -> bool:
    """Whether the question has choices and the value is not, or not wholly, among them."""
    n_chosen = sum(choice.is_chosen for choice in control.choices)
    wanted = len(value) if control.kind == "many" and isinstance(value, list) else 1
    return bool(control.choices) and n_chosen != wanted


def words_of(spec: Input, answer: Mapping[str, Json]) -> str:
    """An answer in one line: `Incorrect. “The date is wrong.”`"""
    reason = as_words(answer.get("cannot_judge"))
    if reason:
        return f"Can’t judge: {reason}"
    value, rationale = answer.get("value"), as_words(answer.get("rationale"))
    said = "No answer" if value is None else label_of(spec, value)
    return f"{said} “{rationale}”" if rationale else said
