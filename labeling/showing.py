"""What a reviewer's page of one item may contain, as frozen records.

`item_page` builds the page from the trace, the questions and the reviewer's own review; it has no
way to reach anybody else's. What others answered comes from `labeling.others` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from accounts.models import User
from assessments.models import Assessment
from labeling.models import LabelingSession, QueueItem, Review
from labeling.question_views import QuestionView, question_views
from labeling.questions import Asked
from traces import conversation
from traces.conversation import INLINE, Conversation, Limits
from traces.json_values import Json
from traces.models import Trace
from traces.reading import spans_of, trace_record

MOST_VOICES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What an end user of the application said about the answer.

    mood   "up", "down", or empty when it is no thumb
    """

    mood: str
    words: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """Everything about the item itself.

    state          of the reader's own review, empty before they begin
    version        which the next save must name; None before they begin
    is_editable    the form accepts answers
    is_editing     a submitted review is opened for a change
    sent_back      what a manager asked for when they made the submitted review a draft again
    why_read_only  session, removed, finished, submitted, or empty
    """

    position: int
    trace: Conversation
    requested_at: datetime
    voices: tuple[Voice, ...]
    questions: tuple[QuestionView, ...]
    state: str
    version: int | None
    submitted_at: datetime | None
    reason: str
    note: str
    sent_back: str
    why_read_only: str
    is_editing: bool

    @property
    def is_editable(self) -> bool:
        """Whether the form accepts answers."""
        return not self.why_read_only

    @property
    def n_answered(self) -> int:
        """Questions with an answer."""
        return sum(question.is_answered for question in self.questions)

    @property
    def n_required_left(self) -> int:
        """Required questions without one."""
        return sum(q.required and not q.is_answered for q in self.questions)

    @property
    def has_lists(self) -> bool:
        """Whether a list of texts is asked for."""
        return any(question.control.kind == "texts" for question in self.questions)

    @property
    def is_one_pick(self) -> bool:
        """Whether choosing pass or fail is all there is to answer."""
        question = self.questions[0] if len(self.questions) == 1 else None
        if question is None or question.control.kind != "pass_fail":
            return False
        return question.comment != "required" and not question.comment_for

    @property
    def reworded(self) -> tuple[int, ...]:
        """The numbers of the questions that changed since they were answered."""
        return tuple(question.number for question in self.questions if question.is_reworded)

    @property
    def outdated(self) -> tuple[int, ...]:
        """The numbers of the questions whose answer is no longer offered."""
        return tuple(question.number for question in self.questions if question.outdated)

    @property
    def has_faults(self) -> bool:
        """Whether the last save was refused for what stands in some question."""
        return any(question.fault for question in self.questions)

    @property
    def active_number(self) -> int:
        """The question to begin with: the first fault, else the first without an answer."""
        if not self.is_editable:
            return 0
        open_ones = [q.number for q in self.questions if not q.is_answered]
        return next((q.number for q in self.questions if q.fault), (open_ones or [1])[0])

    @property
    def is_done(self) -> bool:
        """Whether the reader submitted it or said that it cannot be judged."""
        return self.state in Review.FILLING


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a refused save held, so that no word of it is lost.

    elsewhere   the same person's answers saved in another tab, after a conflict
    """

    answers: Mapping[str, Json]
    faults: Mapping[str, str]
    elsewhere: Mapping[str, Json] | None = None


def own_review_at(session: LabelingSession, position: int, reviewer: User) -> Review | None:
    """The reader's own review of the item at a position, with item and trace. Cost: one query."""
    return (
        Review.objects.filter(item__session=session, item__position=position, reviewer=reviewer)
        .select_related("item__trace", "item__session__run")
        .first()
    )


def item_page(
    item: QueueItem,
    asked: list[Asked],
    review: Review | None,
    *,
    session: LabelingSession,
    wants_edit: bool = False,
    typed: Typed | None = None,
    current: Mapping[str, Json] | None = None,
    limits: Limits = INLINE,
) -> ItemPage:
    """The page of one item. Cost: two queries (spans, end users' feedback).

    review      the reader's own
    wants_edit  open a submitted review for a change
    typed       what a refused save held, in place of what is stored
    current     what is expected already, where the reader may see it
    limits      how much of the trace it shows
    """
    answers = typed.answers if typed else (review.draft if review else {})
    spans = spans_of([item.trace])[item.trace.pk]
    read_only = why_read_only(session, item, review, wants_edit=wants_edit or typed is not None)
    return ItemPage(
        position=item.position,
        trace=conversation.read(spans, trace_record(item.trace), limits=limits),
        requested_at=item.trace.requested_at,
        voices=end_user_voices(item.trace, {each.question.name for each in asked}),
        questions=question_views(
            asked,
            answers,
            faults=typed.faults if typed else None,
            elsewhere=typed.elsewhere if typed else None,
            current=current,
            saved_at=review.updated_at if review else None,
        ),
        state=review.state if review else "",
        version=review.version if review else None,
        submitted_at=review.submitted_at if review else None,
        reason=review.reason if review else "",
        note=review.note if review else "",
        sent_back=review.sent_back if review else "",
        why_read_only=read_only,
        is_editing=review is not None and review.is_filling and not read_only,
    )


def why_read_only(
    session: LabelingSession, item: QueueItem, review: Review | None, *, wants_edit: bool
) -> str:
    """Why the form does not accept answers; empty when it does."""
    if not session.is_open:
        return "session"
    if item.removed_at is not None:
        return "removed"
    if review is None and item.status != QueueItem.Status.PENDING:
        return "finished"
    if review is not None and review.is_filling and not wants_edit:
        return "submitted"
    return ""


def end_user_voices(trace: Trace, asked_names: set[str]) -> tuple[Voice, ...]:
    """Feedback of the application's own users. Cost: one query.

    People with an account and judges are left out, and so is everything that carries the name of
    a question of the session, whoever wrote it: a label must not reach a blind reviewer this way.
    """
    accounts = User.objects.filter(email=Lower(OuterRef("source_id")))
    found = (
        Assessment.objects.standing()
        .filter(
            trace=trace,
            kind=Assessment.Kind.FEEDBACK,
            source_type=Assessment.SourceType.HUMAN,
            run__isnull=True,
            schema_version__isnull=True,
        )
        .exclude(name__in=asked_names)
        .exclude(Exists(accounts))
        .oldest_first()
    )
    return tuple(voice(each) for each in found[:MOST_VOICES])


def voice(assessment: Assessment) -> Voice:
    """One end user's feedback in words."""
    value, quote = assessment.value, assessment.rationale
    if isinstance(value, bool):
        words = "marked this helpful" if value else "marked this unhelpful"
        return Voice(mood="up" if value else "down", words=words, quote=quote)
    if isinstance(value, str):
        return Voice(mood="", words="said about this", quote=quote or value)
    return Voice(mood="", words=f"gave this {value} for {assessment.name}", quote=quote)
