"""The reviewer's form: what one POST of the review page says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

from django.http import QueryDict

from accounts.credentials import Credential
from accounts.remembering import RequestKey, request_key
from labeling.answering import Submission, replies_from_json
from labeling.questions import Asked
from schemas.answer_fields import read_value, sent_text, unix_lines
from traces.json_values import Json, dumps

Act: TypeAlias = Literal["submit", "draft", "renew", "skip", "cannot_judge", "undo"]
ACTS: tuple[str, ...] = get_args(Act)
MOST_DIGITS = 9
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReview:
    """What somebody sent.

    answers   as drafts are kept; questions with nothing entered are left out
    version   what they had read; 0 before the first save, so that two tabs cannot both be first
    key       of this rendering of the form: sent twice, it is one submit
    keeps     the question that is to be answered with what is expected already, or empty
    """

    act: Act
    answers: dict[str, Json]
    version: int
    key: str
    reason: str = ""
    note: str = ""
    active_ms: int = 0
    keeps: str = ""

    def keeping(self, current: Mapping[str, Json]) -> SentReview:
        """With the standing expectation as the answer to the question that asks to keep it."""
        if self.keeps not in current:
            return self
        rationale = (as_object(self.answers.get(self.keeps))).get("rationale") or ""
        kept: Json = {"value": current[self.keeps], "rationale": rationale}
        return replace(self, answers=self.answers | {self.keeps: kept})

    def submission(self, *, version: int | None = None) -> Submission:
        """For the verbs. Raises InvalidAnswers for texts that cannot be stored.

        version   when another one than the form's is known to hold the same answers
        """
        return Submission(
            replies=replies_from_json(self.answers),
            expected_version=self.version if version is None else version,
            reason=self.reason,
            note=self.note,
            active_ms=self.active_ms,
        )

    def is_same_as(self, draft: Json) -> bool:
        """Whether a stored draft says the same, so that saving over it loses nothing."""
        return isinstance(draft, dict) and said(self.answers) == said(draft)

    def request_key(self, by: Credential, item_id: str) -> RequestKey | None:
        """What makes a second sending of the same form the same request."""
        if self.act in ("draft", "renew"):
            return None
        body = dumps([self.act, self.answers, self.reason, self.note]).encode()
        return request_key(by, f"review:{item_id}", self.key, body)


def as_object(answer: Json) -> dict[str, Json]:
    """An answer's parts; none when there is no answer."""
    return answer if isinstance(answer, dict) else {}


def said(answers: Mapping[str, Json]) -> dict[str, tuple[Json, Json, Json]]:
    """Answers without what says nothing, for comparing."""
    found = {
        name: (answer.get("value"), answer.get("rationale") or None, answer.get("cannot_judge"))
        for name, answer in answers.items()
        if isinstance(answer, dict)
    }
    return {name: parts for name, parts in found.items() if parts != (None, None, None)}


def sent_review(data: QueryDict, asked: Sequence[Asked]) -> SentReview:
    """Read the form. An unknown act counts as saving a draft, which loses nothing."""
    act = sent_text(data, "act")
    key = sent_text(data, "key")
    reason = sent_text(data, "reason").replace("\0", "")
    return SentReview(
        act=act if act in ACTS else "draft",  # type: ignore[arg-type]  # one of the literals
        answers=sent_answers(data, asked),
        version=whole_number(data, "version"),
        key=key if KEY.fullmatch(key) else "",
        reason=reason.strip()[:200],
        note=unix_lines(sent_text(data, "note")).replace("\0", "").strip(),
        active_ms=whole_number(data, "active_ms"),
        keeps=kept_question(data, asked),
    )


def kept_question(data: QueryDict, asked: Sequence[Asked]) -> str:
    """The name of the question whose "Keep" was pressed; empty for every other button."""
    pressed = sent_text(data, "keep")
    names = (each.question.name for each in asked if each.schema.schema_id == pressed)
    return next(names, "") if pressed else ""


def sent_answers(data: QueryDict, asked: Sequence[Asked]) -> dict[str, Json]:
    """The answers in the form of drafts."""
    found = {each.question.name: sent_answer(data, each) for each in asked}
    return {name: answer for name, answer in found.items() if answer is not None}


def sent_answer(data: QueryDict, each: Asked) -> dict[str, Json] | None:
    """One question; None when nothing was entered."""
    prefix = each.schema.schema_id
    reason = sent_text(data, f"{prefix}-cannot").strip()
    if reason:
        return {"cannot_judge": reason}
    value = read_value(each.question.input, data, prefix)
    rationale = unix_lines(sent_text(data, f"{prefix}-why")).strip()
    if value is None and not rationale:
        return None
    return {"value": value, "rationale": rationale}


def whole_number(data: QueryDict, name: str) -> int:
    """A hidden field's number; 0 when it is missing or no number."""
    return number_in(sent_text(data, name))


def number_in(text: str) -> int:
    """A whole number as a form or an address writes it; 0 for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_number else 0
