"""PURE: what a reviewer sends in, and checking it against a session's questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.answer_fields import as_text
from schemas.answers import clean_value, missing_words
from schemas.inputs import Input, InvalidValue
from traces.json_values import InvalidJson, Json, check

MAXIMUM_REASON_LENGTH = 200
MAXIMUM_RATIONALE_LENGTH = 20_000


class InvalidAnswers(ValueError):
    """Some answers cannot be stored; `fields` maps the question's name to what to do about it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("Some answers are missing or do not fit their question.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a session as answers are checked against it."""

    name: str
    kind: str
    input: Input
    comment: str
    required: bool
    comment_for: tuple[str, ...] = ()

    def needs_comment(self, value: Json) -> bool:
        """Whether an answer of this value is to be explained."""
        parts = value if isinstance(value, list) else [value]
        return self.comment == "required" or any(
            as_text(part) in self.comment_for for part in parts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: a value with an optional rationale, or why the question cannot be judged."""

    value: Json = None
    rationale: str = ""
    cannot_judge: str = ""

    def as_json(self) -> dict[str, Json]:
        """The shape drafts and the API use."""
        if self.cannot_judge:
            return {"cannot_judge": self.cannot_judge}
        return {"value": self.value, "rationale": self.rationale}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Everything a reviewer sends about one item.

    expected_version  the version they had read; None means the last write wins
    active_ms         milliseconds of activity since the last save, 0 when unknown
    """

    replies: Mapping[str, Reply] = field(default_factory=dict)
    expected_version: int | None = None
    reason: str = ""
    note: str = ""
    active_ms: int = 0


def replies_from_json(answers: Json) -> dict[str, Reply]:
    """Read `{name: {"value", "rationale"} | {"cannot_judge": reason}}`. Raises InvalidAnswers."""
    if not isinstance(answers, dict):
        raise InvalidAnswers({"answers": "Write an object of label schema names."})
    try:
        check(answers)
    except InvalidJson as error:
        raise InvalidAnswers({"answers": str(error)}) from error
    faults: dict[str, str] = {}
    replies: dict[str, Reply] = {}
    for name, answer in answers.items():
        try:
            replies[name] = reply_from_json(name, answer)
        except InvalidValue as error:
            faults[name] = error.reason
    if faults:
        raise InvalidAnswers(faults)
    return replies


def reply_from_json(name: str, answer: Json) -> Reply:
    """One entry. Raises InvalidValue."""
    if not isinstance(answer, dict) or set(answer) - {"value", "rationale", "cannot_judge"}:
        raise InvalidValue(name, 'Write {"value", "rationale"} or {"cannot_judge": reason}.')
    reason, rationale = answer.get("cannot_judge", ""), answer.get("rationale") or ""
    if not isinstance(reason, str) or len(reason) > MAXIMUM_REASON_LENGTH:
        raise InvalidValue(name, f"A reason has at most {MAXIMUM_REASON_LENGTH} characters.")
    if not isinstance(rationale, str) or len(rationale) > MAXIMUM_RATIONALE_LENGTH:
        raise InvalidValue(name, f"A comment has at most {MAXIMUM_RATIONALE_LENGTH} characters.")
    if "cannot_judge" in answer:
        if "value" in answer or not reason.strip():
            raise InvalidValue(name, "Give a value, or a reason why it cannot be judged.")
        return Reply(cannot_judge=reason.strip())
    return Reply(value=answer.get("value"), rationale=rationale.strip())


def check_reason(reason: str, note: str) -> None:
    """Why a whole item cannot be judged, with an optional note. Raises InvalidAnswers."""
    if not 1 <= len(reason.strip()) <= MAXIMUM_REASON_LENGTH:
        message = f"Say why you cannot judge this item, in 1 to {MAXIMUM_REASON_LENGTH} characters."
        raise InvalidAnswers({"reason": message})
    if len(note) > MAXIMUM_RATIONALE_LENGTH:
        message = f"A note has at most {MAXIMUM_RATIONALE_LENGTH} characters."
        raise InvalidAnswers({"note": message})


def check_names(questions: Sequence[Question], replies: Mapping[str, Reply]) -> None:
    """Every reply is to a question of the session. Raises InvalidAnswers."""
    unknown = set(replies) - {question.name for question in questions}
    if unknown:
        raise InvalidAnswers(dict.fromkeys(sorted(unknown), "This session does not ask that."))


def clean_replies(questions: Sequence[Question], replies: Mapping[str, Reply]) -> dict[str, Reply]:
    """The replies as they are stored, empty ones left out; every fault is named at once.

    Raises InvalidAnswers for a missing required answer or comment, and for a value that misfits.
    """
    check_names(questions, replies)
    cleaned: dict[str, Reply] = {}
    faults: dict[str, str] = {}
    for question in questions:
        try:
            reply = clean_reply(question, replies.get(question.name, Reply()))
        except InvalidValue as error:
            faults[question.name] = error.reason
        else:
            if reply is not None:
                cleaned[question.name] = reply
    if faults:
        raise InvalidAnswers(faults)
    return cleaned


def clean_reply(question: Question, reply: Reply) -> Reply | None:
    """One reply; None when an optional question is left open. Raises InvalidValue."""
    if reply.cannot_judge:
        return reply
    if reply.value is None:
        if question.required:
            raise InvalidValue(question.name, missing_words(question.input))
        return None
    value = clean_value(question.name, question.input, reply.value)
    if question.needs_comment(value) and not reply.rationale:
        raise InvalidValue(question.name, "Say why, in a comment.")
    rationale = "" if question.comment == "off" else reply.rationale
    return Reply(value=value, rationale=rationale)
