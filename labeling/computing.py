"""Consensus and agreement of a session from its raw answers; reads, computes, writes nothing.

`aggregation` stores what comes out; `verify` compares it with what is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from assessments.agreement import measure
from assessments.consensus import combine
from assessments.disputes import is_disputed
from labeling.models import Answer, LabelingSession, QueueItem, Review
from labeling.questions import Asked, questions_of
from schemas.answers import declared_options, scale_of
from traces.json_values import Json

ConsensusColumns = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer of a submitted review, as statistics see it.

    value   the current one; None when withdrawn or "cannot judge"
    first   the first submitted one when a later one was made after others' were revealed
    """

    item: int
    reviewer: int
    value: Json
    first: Json
    cannot_judge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """Everything derived of one session, by (item, schema) and by schema.

    versions   the primary key of the schema version each question was computed under
    """

    consensus: dict[tuple[int, int], ConsensusColumns]
    agreements: dict[int, dict[str, Json]]
    versions: dict[int, int]


def compute(session: LabelingSession) -> Computed:
    """Recompute from the raw answers. Cost: four queries and memory for one session's answers."""
    required = dict(
        QueueItem.objects.filter(session=session).present().values_list("pk", "reviews_required")
    )
    emails = dict(
        Review.objects.filter(item__session=session)
        .order_by()
        .values_list("reviewer_id", "reviewer__email")
        .distinct()
    )
    answers = answers_of(session)
    consensus: dict[tuple[int, int], ConsensusColumns] = {}
    agreements: dict[int, dict[str, Json]] = {}
    asked = questions_of(session)
    for each in asked:
        given = answers.get(each.schema.pk, [])
        for item, columns in consensus_of(each, given, required):
            consensus[item, each.schema.pk] = columns
        agreements[each.schema.pk] = agreement_of(each, given, emails, seed=seed_of(session))
    versions = {each.schema.pk: each.version.pk for each in asked}
    return Computed(consensus=consensus, agreements=agreements, versions=versions)


def seed_of(session: LabelingSession) -> int:
    """The bootstrap's seed, so that equal answers give equal intervals."""
    return int(session.session_id[:8], 16)


def answers_of(session: LabelingSession) -> dict[int, list[Given]]:
    """Answers of submitted reviews of items that are still in the queue, by schema.

    Read whole and sorted here: ordered by primary key and through a cursor, PostgreSQL walks the
    answers of every session there is.
    """
    rows = (
        Answer.objects.filter(
            review__item__session=session,
            review__item__removed_at__isnull=True,
            review__state=Review.State.SUBMITTED,
        )
        .order_by()
        .values_list(
            "label_schema_id",
            "review__item__pk",
            "review__reviewer__pk",
            "assessment__value",
            "assessment__retracted_at",
            "cannot_judge",
            "edited_after_reveal",
            "assessment__updated_at",
            "review__submitted_at",
            "first_revision__value",
        )
    )
    found: dict[int, list[Given]] = defaultdict(list)
    for row in rows:
        schema, item, reviewer, value, retracted, unjudged, edited, changed, submitted, first = row
        current = None if retracted or unjudged else value
        # A change by another door than the session's own counts as one after the reveal.
        edited = edited or bool(changed and submitted and changed > submitted)
        found[schema].append(
            Given(
                item=item,
                reviewer=reviewer,
                value=current,
                first=first if edited else current,
                cannot_judge=bool(unjudged),
            )
        )
    for given in found.values():
        given.sort(key=lambda answer: (answer.item, answer.reviewer))
    return found


def consensus_of(
    each: Asked, given: Sequence[Given], required: dict[int, int]
) -> Iterable[tuple[int, ConsensusColumns]]:
    """The combined answer of every item somebody answered."""
    spec = each.question.input
    scale, options = scale_of(spec), declared_options(spec)
    by_item: dict[int, list[Json]] = defaultdict(list)
    for answer in given:
        if answer.value is not None:
            by_item[answer.item].append(answer.value)
    for item, values in by_item.items():
        outcome = combine(scale, values, minimum=required.get(item, 1), options=options)
        yield (
            item,
            {
                "schema_version_id": each.version.pk,
                "value": outcome.value,
                "method": outcome.method,
                "method_version": outcome.method_version,
                "confidence": outcome.confidence,
                "n": outcome.n,
                "votes": outcome.votes,
                "tie": outcome.tie,
                "tied": outcome.tied,
                "is_disputed": is_disputed(spec, values),
            },
        )


def agreement_of(
    each: Asked, given: Sequence[Given], emails: dict[int, str], *, seed: int
) -> dict[str, Json]:
    """The API's agreement record of one question, but for the time it was computed."""
    spec = each.question.input
    counted = [answer for answer in given if answer.first is not None]
    measured = measure(
        scale_of(spec),
        [answer.item for answer in counted],
        [answer.reviewer for answer in counted],
        [answer.first for answer in counted],
        options=declared_options(spec),
        seed=seed,
    )
    record: dict[str, Json] = asdict(measured)
    record["interval"] = list(measured.interval) if measured.interval else None
    record["pairwise"] = [
        {"a": emails[pair.a], "b": emails[pair.b], "kappa": pair.kappa, "n": pair.n}
        for pair in measured.pairwise
    ]
    return {
        "schema": each.question.name,
        "title": each.version.title,
        **record,
        "n_cannot_judge": sum(answer.cannot_judge for answer in given),
    }
