"""Read side: where reviewers of a session differ, and the way from one such item to the next.

Only for readers of the experiment: nothing here knows about blind reviewers. `cases` has one item
with everything an adjudicator sees of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from labeling.models import Answer, Consensus, LabelingSession, QueueItem, Review, Settlement
from labeling.settled import final_words, is_settled, settlements_among
from schemas.answers import label_of, tone_of
from traces.json_values import Json
from traces.titles import title_of

MAXIMUM_SHOWN = 50
SURENESS = Coalesce("confidence", -1.0)
# Of `ranked` rows: the farthest apart, then where nothing won or only just, then the most answers.
WORST_FIRST = ("-severity", "sureness", "-n", "item__position", "label_schema__name")


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
    def tone(self) -> str:
        """pass, fail or empty: how the answer is coloured."""
        return tone_of(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """An item and question on which submitted reviews differ.

    preview   what was asked
    settled   what an adjudicator decided, in words; empty while it waits
    is_far_apart   the answers differ severely
    asked     how far asking more reviewers has come with the item (`QueueItem.escalation_stands`)
    n_wanted  reviews the item wants
    """

    item_id: str
    position: int
    trace_id: str
    preview: str
    schema: str
    title: str
    settled: str = ""
    is_far_apart: bool = False
    asked: str = ""
    n_wanted: int = 0
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
    only_open: bool = False,
    worst_first: bool = False,
) -> list[Disagreement]:
    """Up to `limit` disagreements behind the `place` of an earlier one.

    Cost: two queries, one for what is settled, and one to go on where the worst come first.
    only_open     leave that out
    worst_first   not by position: those whose answers lie farthest apart
    """
    rows = unsettled(session) if only_open else disputed(session)
    if worst_first:
        rows = ranked(rows)
    if after is not None:
        rows = rows.filter(behind(session, after, worst_first=worst_first))
    if worst_first:
        # Chosen by key: sorting thousands of whole rows for a page takes twice as long.
        chosen = rows.order_by(*WORST_FIRST).values("pk")[:limit]
        rows = ranked(Consensus.objects.filter(pk__in=chosen)).order_by(*WORST_FIRST)
    page = list(rows.select_related("item__trace", "label_schema", "schema_version")[:limit])
    answers = answers_to(page)
    final = {} if only_open else settlements_among({row.item_id for row in page})
    return [
        Disagreement(
            item_id=row.item.item_id,
            position=row.item.position,
            trace_id=row.item.trace.trace_id,
            preview=title_of(row.item.trace.request_preview),
            schema=row.label_schema.name,
            title=row.schema_version.title,
            settled=settled_words(row, final.get((row.item_id, row.label_schema_id))),
            is_far_apart=row.is_far_apart,
            asked=row.item.escalation_stands,
            n_wanted=row.item.reviews_required,
            answers=answers[row.item_id, row.label_schema_id],
        )
        for row in page
    ]


def ranked(rows: QuerySet[Consensus]) -> QuerySet[Consensus]:
    """With `sureness`, for `WORST_FIRST`: the confidence, lowest where nothing won."""
    return rows.annotate(sureness=SURENESS)


def behind(session: LabelingSession, place: tuple[int, str], *, worst_first: bool) -> Q:
    """Disagreements after the one at a place. Cost: none, or one query where the worst come first;
    one that is gone by then leaves the others from the first one on.
    """
    position, schema = place
    later = Q(item__position__gt=position) | Q(
        item__position=position, label_schema__name__gt=schema
    )
    if not worst_first:
        return later
    here = Q(item__position=position, label_schema__name=schema)
    last = disputed(session).filter(here).values_list("severity", SURENESS, "n").first()
    if last is None:
        return Q()
    severity, sureness, n = last
    equal = Q(severity=severity, sureness=sureness)
    return (
        Q(severity__lt=severity)
        | Q(severity=severity, sureness__gt=sureness)
        | (equal & (Q(n__lt=n) | (Q(n=n) & later)))
    )


def too_few_could_judge(session: LabelingSession) -> QuerySet[QueueItem]:
    """Items that the escalation rule left to a person although nobody differs."""
    differs = disputed(session).order_by().filter(item=OuterRef("pk"))
    handed_over = session.items.counted().exclude(handed_over="")
    return handed_over.exclude(Exists(differs)).in_order()


def short_lines(session: LabelingSession) -> list[tuple[int, str]]:
    """The first of those: position and what was asked. Cost: one query."""
    found = too_few_could_judge(session).select_related("trace")[:MAXIMUM_SHOWN]
    return [(item.position, title_of(item.trace.request_preview)) for item in found]


def unsettled(session: LabelingSession) -> QuerySet[Consensus]:
    """Those that wait for a decision, as it stands now."""
    return disputed(session).filter(~is_settled())


def settled_words(row: Consensus, settlement: Settlement | None) -> str:
    """What was decided; empty while it waits."""
    return final_words(row.schema_version.spec, settlement) if settlement else ""


def answers_to(rows: Sequence[Consensus]) -> dict[tuple[int, int], list[GivenAnswer]]:
    """Every submitted answer to some computed rows, by (item, schema). Cost: one query.

    Not by the label schemas too: SQLite would walk every answer to them for a page of items.
    """
    found: dict[tuple[int, int], list[GivenAnswer]] = defaultdict(list)
    answers = Answer.objects.filter(
        review__item__in={row.item_id for row in rows},
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
class Way:
    """Where an item stands among those on which reviewers differ, by position in the queue."""

    place: int
    total: int
    n_settled: int
    previous: int | None
    following: int | None


def way_through(session: LabelingSession, position: int) -> Way:
    """The way from one disagreement to the next. Cost: one query, by the number of them."""
    disputes = disputed(session).order_by()
    open_ones = ~Q(is_settled())
    counted = disputes.aggregate(
        total=Count("item__pk", distinct=True),
        place=Count("item__pk", distinct=True, filter=Q(item__position__lte=position)),
        n_open=Count("item__pk", distinct=True, filter=open_ones),
        previous=Max("item__position", filter=Q(item__position__lt=position)),
        following=Min("item__position", filter=Q(item__position__gt=position)),
    )
    return Way(
        place=counted["place"],
        total=counted["total"],
        n_settled=counted["total"] - counted["n_open"],
        previous=counted["previous"],
        following=counted["following"],
    )


def next_open(session: LabelingSession, position: int) -> int | None:
    """The next item with an unsettled disagreement, going on from here. Cost: one query."""
    others = unsettled(session).exclude(item__position=position).order_by()
    found = others.aggregate(
        later=Min("item__position", filter=Q(item__position__gt=position)),
        first=Min("item__position"),
    )
    following: int | None = found["later"] or found["first"]
    return following
