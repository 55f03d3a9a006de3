"""Read side: everything the overview of a session shows, ready to be drawn.

Cost: twelve queries, thirteen where a rule asks more reviewers; whatever the number of items,
reviewers and answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from django.db.models import Count

from labeling.aggregation import stale_sessions
from labeling.agreement_cards import AgreementCards, agreement_cards
from labeling.answer_charts import AnswersChart, answers_chart
from labeling.charts import Bar, stacked
from labeling.compared_words import Compared, compared_in
from labeling.comparisons import answers_so_far
from labeling.disagreements import (
    Disagreement,
    disagreements_of,
    disputed,
    too_few_could_judge,
)
from labeling.models import Agreement, LabelingSession
from labeling.pacing import Pace, pace_of
from labeling.progress import Progress, ReviewerProgress, progress_of
from labeling.questions import Asked, questions_of
from labeling.reviewer_words import Match, Record, match_of, warning_of
from labeling.settled import is_settled
from traces.json_values import Json

FIRST_DISAGREEMENTS = 5
AWAY = timedelta(days=7)

Results = Mapping[int, Mapping[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerLine:
    """One reviewer: how far they are, how they compare, and what is unusual, in words.

    match, gold, again   with the others, with known answers, with their own first answer
    absence  that nobody has seen them for long, although something is left to them; else empty
    remind   address of a mail about what is left to them; empty when nothing is
    """

    progress: ReviewerProgress
    bar: Bar
    match: Match | None
    gold: Match | None
    again: Match | None
    warning: str
    absence: str
    remind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The cards of a session's overview.

    n_short       items that nobody differs on, but too few could judge (`too_few_could_judge`)
    compared      whether "no disagreements" says anything
    computed_at   when agreement, consensus and disagreements were computed last
    """

    progress: Progress
    pace: Pace
    reviewers: list[ReviewerLine]
    questions: list[Asked]
    agreement: AgreementCards
    disagreements: list[Disagreement]
    n_disagreements: int
    n_settled: int
    n_short: int
    answers: list[AnswersChart]
    compared: Compared
    is_stale: bool
    computed_at: datetime | None

    @property
    def has_answers(self) -> bool:
        """Whether anybody has submitted anything."""
        return any(line.progress.submitted for line in self.reviewers)

    @property
    def is_done(self) -> bool:
        """Whether there was something to review and all of it is in."""
        return bool(self.progress.places) and not self.progress.items.pending

    @property
    def none_found(self) -> str:
        """What is said in place of disagreements that are open, in words."""
        if self.n_settled:
            return "Every one is settled."
        if not self.has_answers:
            return "None so far."
        return self.compared.none_found(reviews_required=self.progress.reviews_required)

    @property
    def none_left(self) -> str:
        """The same once all reviews are in; empty while it is being computed."""
        required = self.progress.reviews_required
        said = self.compared.none_left(reviews_required=required, n_settled=self.n_settled)
        return "" if self.is_stale else said

    @property
    def has_gold(self) -> bool:
        """Whether anybody answered an item whose answer is known."""
        return any(line.gold for line in self.reviewers)

    @property
    def has_repeats(self) -> bool:
        """Whether anybody answered something a second time."""
        return any(line.again for line in self.reviewers)

    @property
    def n_together(self) -> int:
        """Items with two answers or more to the question that has most of them."""
        return max((card.n_items for card in self.agreement.cards), default=0)


def dashboard_of(session: LabelingSession, *, now: datetime, link: str) -> Dashboard:
    """Read and arrange all of it.

    link   the reviewers' link, for mails that remind them
    """
    progress = progress_of(session)
    questions = questions_of(session)
    results = stored_results(session)
    names = {line.email: line.name for line in progress.reviewers}
    n_disputed, n_open = disagreement_counts(session)
    return Dashboard(
        progress=progress,
        pace=pace_of(session, progress, now=now),
        reviewers=[
            reviewer_line(line, questions, results, remind=reminder(session, line, link), now=now)
            for line in progress.reviewers
        ],
        questions=questions,
        agreement=agreement_cards(
            [(each.version.title, results.get(each.schema.pk)) for each in questions],
            reviews_required=session.reviews_required,
        ),
        disagreements=disagreements_of(
            session, limit=FIRST_DISAGREEMENTS, only_open=True, worst_first=True
        ),
        n_disagreements=n_open,
        n_settled=n_disputed - n_open,
        n_short=too_few_could_judge(session).count() if session.escalation_rule else 0,
        answers=[answers_chart(each) for each in answers_so_far(questions, results, names)],
        compared=compared_in(questions, results),
        is_stale=stale_sessions().filter(pk=session.pk).exists(),
        computed_at=progress.computed_at,
    )


def stored_results(session: LabelingSession) -> Results:
    """What is stored of each question, by the key of its label schema. Cost: one query."""
    rows = Agreement.objects.filter(session=session)
    return dict(rows.values_list("label_schema_id", "result"))


def disagreement_counts(session: LabelingSession) -> tuple[int, int]:
    """Disagreements, and how many of them wait for a decision. Cost: one query."""
    rows = disputed(session).order_by()
    counts = rows.aggregate(n=Count("pk"), n_open=Count("pk", filter=~is_settled()))
    return counts["n"], counts["n_open"]


def reviewer_line(
    line: ReviewerProgress,
    questions: Sequence[Asked],
    results: Results,
    *,
    remind: str,
    now: datetime,
) -> ReviewerLine:
    """A reviewer's counts beside what was computed of their answers to each question."""
    records = [
        (each.version.title, record)
        for each in questions
        for record in [record_of(line.email, results.get(each.schema.pk, {}))]
        if record is not None
    ]
    figures = [record for _, record in records]
    return ReviewerLine(
        progress=line,
        bar=reviewer_bar(line),
        match=match_of(figures),
        gold=match_of(figures, "gold"),
        again=match_of(figures, "repeats"),
        warning=warning_of(line.name, line.pace, records),
        absence=absence_of(line, now),
        remind=remind,
    )


def absence_of(line: ReviewerProgress, now: datetime) -> str:
    """That somebody has left, or seems to have, with something left to them."""
    if not line.is_named or not line.left:
        return ""
    left = f"{items_of(line)} {'is' if line.left == 1 else 'are'} left to them"
    if not line.user.is_active:
        return f"{line.name} cannot sign in any more, and {left}."
    away = now - (line.last_active_at or now)
    if away < AWAY:
        return ""
    return f"{line.name} was last here {away.days} days ago, and {left}."


def items_of(line: ReviewerProgress) -> str:
    """How many are left to them."""
    return f"{line.left} item{'' if line.left == 1 else 's'}"


def reminder(session: LabelingSession, line: ReviewerProgress, link: str) -> str:
    """A mail in the manager's own program: this one may have no way to send any."""
    if not line.left or not line.is_named:
        return ""
    due = f" by {session.due_at:%d %B}" if session.due_at else ""
    text = f"Hello,\n\n{items_of(line)} of “{session.name}” wait for your review{due}:\n{link}\n"
    told = urlencode({"subject": session.name, "body": text}, quote_via=quote)
    return f"mailto:{quote(line.email)}?{told}"


def record_of(email: str, result: Mapping[str, Json]) -> Record | None:
    """What is stored of a reviewer on one question; None when nothing is."""
    rows = result.get("reviewers")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("reviewer") == email:
            return row
    return None


def reviewer_bar(line: ReviewerProgress) -> Bar:
    """How much of their share a reviewer has done."""
    parts = [
        ("submitted", line.submitted, "c1"),
        ("can’t judge", line.cannot_judge, "grey"),
        ("skipped", line.skipped, "skipped"),
    ]
    return stacked(line.name, parts, of=line.expected)
