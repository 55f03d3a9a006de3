"""Read side: everything the overview of a session shows, ready to be drawn.

Cost: sixteen queries, whatever the number of items, reviewers and answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from labeling.aggregation import stale_sessions
from labeling.agreement_cards import AgreementCards, agreement_cards
from labeling.charts import Bar, colours_for, stacked
from labeling.comparisons import (
    AnswersSoFar,
    Disagreement,
    answers_so_far,
    disagreements_of,
    disputed,
)
from labeling.models import Agreement, LabelingSession
from labeling.progress import Progress, ReviewerProgress, progress_of
from labeling.questions import Asked, questions_of

FIRST_DISAGREEMENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersChart:
    """The answers to one question with a bar per reviewer; no bars for texts and free numbers."""

    answers: AnswersSoFar
    legend: list[tuple[str, str]]
    bars: list[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The cards of a session's overview."""

    progress: Progress
    reviewers: list[tuple[ReviewerProgress, Bar]]
    questions: list[Asked]
    agreement: AgreementCards
    disagreements: list[Disagreement]
    n_disagreements: int
    answers: list[AnswersChart]
    is_stale: bool

    @property
    def has_answers(self) -> bool:
        """Whether anybody has submitted anything."""
        return any(chart.answers.n for chart in self.answers)


def dashboard_of(session: LabelingSession) -> Dashboard:
    """Read and arrange all of it."""
    progress = progress_of(session)
    questions = questions_of(session)
    results = dict(
        Agreement.objects.filter(session=session).values_list("label_schema_id", "result")
    )
    return Dashboard(
        progress=progress,
        reviewers=[(line, reviewer_bar(line)) for line in progress.reviewers],
        questions=questions,
        agreement=agreement_cards(
            [(each.version.title, results.get(each.schema.pk)) for each in questions],
            reviews_required=session.reviews_required,
        ),
        disagreements=disagreements_of(session, limit=FIRST_DISAGREEMENTS),
        n_disagreements=disputed(session).count(),
        answers=[answers_chart(each) for each in answers_so_far(session, questions)],
        is_stale=stale_sessions().filter(pk=session.pk).exists(),
    )


def reviewer_bar(line: ReviewerProgress) -> Bar:
    """How much of their share a reviewer has done."""
    parts = [
        ("submitted", line.submitted, "c1"),
        ("can’t judge", line.cannot_judge, "grey"),
        ("skipped", line.skipped, "skipped"),
    ]
    return stacked(line.name, parts, of=line.expected)


def answers_chart(answers: AnswersSoFar) -> AnswersChart:
    """Bars in the order of the options."""
    colours = colours_for(len(answers.options), is_pass_fail=answers.is_pass_fail)
    return AnswersChart(
        answers=answers,
        legend=list(zip(answers.options, colours, strict=True)) if answers.options else [],
        bars=[
            stacked(tally.name, list(zip(answers.options, tally.counts, colours, strict=True)))
            for tally in answers.tallies
        ],
    )
