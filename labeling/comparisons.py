"""Read side: where reviewers of a session differ, and what each of them answered so far.

Only for readers of the experiment: nothing here knows about blind reviewers. `progress` has the
counts of items and reviews.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Avg, Count, Max, Min, Q, QuerySet

from accounts.models import User
from labeling.models import Answer, Consensus, LabelingSession, Review
from labeling.questions import Asked
from schemas.answers import declared_options, label_of
from schemas.inputs import kind_of
from traces.json_values import Json
from traces.titles import title_of

MAXIMUM_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """One reviewer's current answer to one question.

    label           in the words a reader sees; "Can’t judge" without a value
    cannot_judge    the reason, when there is no value
    """

    reviewer: User
    value: Json
    label: str
    rationale: str
    cannot_judge: str
    edited_after_reveal: bool

    @property
    def verdict(self) -> str:
        """pass, fail or empty: how the answer to a pass/fail question is coloured."""
        if isinstance(self.value, bool):
            return "pass" if self.value else "fail"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """An item and question on which submitted reviews differ. `preview` is what was asked."""

    item_id: str
    position: int
    trace_id: str
    preview: str
    schema: str
    title: str
    answers: list[GivenAnswer] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, str]:
        """Where a list goes on after this one."""
        return (self.position, self.schema)


def disputed(session: LabelingSession) -> QuerySet[Consensus]:
    """The computed rows that say "these answers differ", in the order of the queue."""
    return Consensus.objects.filter(
        item__session=session, item__removed_at__isnull=True, is_disputed=True
    ).order_by("item__position", "label_schema__name")


def disagreements_of(
    session: LabelingSession,
    *,
    after: tuple[int, str] | None = None,
    limit: int = MAXIMUM_SHOWN,
) -> list[Disagreement]:
    """Up to `limit` disagreements behind the `place` of an earlier one. Cost: two queries."""
    rows = disputed(session).select_related("item__trace", "label_schema", "schema_version")
    if after is not None:
        position, schema = after
        rows = rows.filter(
            Q(item__position__gt=position)
            | Q(item__position=position, label_schema__name__gt=schema)
        )
    page = list(rows[:limit])
    answers = answers_to(page)
    return [
        Disagreement(
            item_id=row.item.item_id,
            position=row.item.position,
            trace_id=row.item.trace.trace_id,
            preview=title_of(row.item.trace.request_preview),
            schema=row.label_schema.name,
            title=row.schema_version.title,
            answers=answers[row.item_id, row.label_schema_id],
        )
        for row in page
    ]


def answers_to(rows: Sequence[Consensus]) -> dict[tuple[int, int], list[GivenAnswer]]:
    """Every submitted answer to some computed rows, by (item, schema). Cost: one query."""
    found: dict[tuple[int, int], list[GivenAnswer]] = defaultdict(list)
    answers = Answer.objects.filter(
        review__item__in={row.item_id for row in rows},
        label_schema__in={row.label_schema_id for row in rows},
        review__state=Review.State.SUBMITTED,
    ).select_related("review__reviewer", "assessment", "schema_version")
    for answer in answers.order_by("review__reviewer__email"):
        given = given_answer(answer)
        if given is not None:
            found[answer.review.item_id, answer.label_schema_id].append(given)
    return found


def given_answer(answer: Answer) -> GivenAnswer | None:
    """One row as a reader sees it; None when it was withdrawn. Fetch with its relations."""
    assessment = answer.assessment
    if assessment is not None and (assessment.retracted_at or answer.cannot_judge):
        assessment = None
    if assessment is None and not answer.cannot_judge:
        return None
    spec = answer.schema_version.spec
    return GivenAnswer(
        reviewer=answer.review.reviewer,
        value=assessment.value if assessment else None,
        label=label_of(spec, assessment.value) if assessment else "Can’t judge",
        rationale=assessment.rationale if assessment else "",
        cannot_judge=answer.cannot_judge,
        edited_after_reveal=answer.edited_after_reveal,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One reviewer's answers to one question; `reviewer` is their e-mail, `name` what pages say.

    counts   how often each option of the question was chosen, in the options' order
    n        answers; with several choices the counts may add up to more
    """

    reviewer: str
    name: str
    n: int
    counts: list[int]


class Counted(NamedTuple):
    """How often one reviewer gave one value."""

    reviewer: str
    name: str
    value: Json
    n: int


GROUPED = (
    "label_schema_id",
    "review__reviewer__email",
    "review__reviewer__name",
    "assessment__value",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersSoFar:
    """The answers to one question, per reviewer. Without options only how many there are.

    options   in the words a reader sees; empty for numbers without steps and for texts
    low, high, mean   of the numbers, when there are no options and the question asks for one
    """

    schema: str
    title: str
    kind: str
    options: list[str]
    tallies: list[Tally]
    n: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None

    @property
    def is_pass_fail(self) -> bool:
        """Whether the two options mean pass and fail."""
        return self.kind == "pass_fail"


def answers_so_far(session: LabelingSession, questions: Sequence[Asked]) -> list[AnswersSoFar]:
    """What submitted reviews answered, per question in order. Cost: two queries."""
    listed = [each.schema.pk for each in questions if declared_options(each.version.spec)]
    values: dict[int, list[Counted]] = defaultdict(list)
    rows = standing_answers(session).filter(label_schema__in=listed)
    for schema, *counted in (
        rows.values(*GROUPED).annotate(n=Count("pk")).values_list(*GROUPED, "n")
    ):
        values[schema].append(Counted(*counted))
    sums = {
        row["label_schema_id"]: row
        for row in standing_answers(session)
        .values("label_schema_id")
        .annotate(
            n=Count("pk"),
            low=Min("assessment__number_value"),
            high=Max("assessment__number_value"),
            mean=Avg("assessment__number_value"),
        )
    }
    return [so_far(each, values[each.schema.pk], sums.get(each.schema.pk)) for each in questions]


def standing_answers(session: LabelingSession) -> QuerySet[Answer]:
    """Answers with a value of submitted reviews of items in the queue."""
    return (
        Answer.objects.filter(
            review__item__session=session,
            review__item__removed_at__isnull=True,
            review__state=Review.State.SUBMITTED,
            assessment__isnull=False,
            assessment__retracted_at__isnull=True,
            cannot_judge="",
        )
        .exclude(assessment__value=None)
        .order_by()
    )


def so_far(each: Asked, values: Sequence[Counted], sums: dict[str, float] | None) -> AnswersSoFar:
    """One question's record from its grouped rows."""
    spec = each.version.spec
    options = declared_options(spec)
    sums = sums or {"n": 0}
    return AnswersSoFar(
        schema=each.schema.name,
        title=each.version.title,
        kind=kind_of(spec),
        options=[label_of(spec, option) for option in options],
        tallies=tallies_of(options, values),
        n=int(sums["n"]),
        low=None if options else sums.get("low"),
        high=None if options else sums.get("high"),
        mean=None if options else sums.get("mean"),
    )


def tallies_of(options: Sequence[Json], values: Sequence[Counted]) -> list[Tally]:
    """Counts per reviewer; answers of earlier versions that are no option any more are left out."""
    counted: dict[str, list[int]] = {}
    totals: dict[str, int] = defaultdict(int)
    names = {each.reviewer: each.name or each.reviewer for each in values}
    for each in values:
        counts = counted.setdefault(each.reviewer, [0] * len(options))
        totals[each.reviewer] += each.n
        for choice in each.value if isinstance(each.value, list) else [each.value]:
            for place, option in enumerate(options):
                if option == choice and isinstance(option, bool) == isinstance(choice, bool):
                    counts[place] += each.n
    return [
        Tally(reviewer=email, name=names[email], n=totals[email], counts=counts)
        for email, counts in sorted(counted.items())
    ]
