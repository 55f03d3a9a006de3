"""Consensus and agreement of a session from its raw answers; reads, computes, writes nothing.

`aggregation` stores what comes out; `verify` compares it with what is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass

from assessments.agreement import measure
from assessments.consensus import Outcome, combine
from assessments.disputes import needs_a_person, severity, tolerance
from assessments.intervals import Share
from assessments.question_consensus import Combined, combine_question
from assessments.reviewers import ReviewerFigures, reviewer_figures
from labeling.answer_counts import answers_record
from labeling.models import Answer, GoldAnswer, LabelingSession, QueueItem, Review
from labeling.questions import Asked, questions_of
from labeling.repeated import repeated_in, same_again
from labeling.result_records import consensus_record, reviewer_record
from labeling.settled import Settled, settlements_in
from schemas.answers import declared_options, scale_of
from traces.json_values import Json

ConsensusColumns = dict[str, Json]
ADJUDICATED = "adjudicated"
ADJUDICATED_VERSION = "1"


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

    answers    what it was computed from
    versions   the primary key of the schema version each question was computed under
    """

    answers: dict[int, list[Given]]
    consensus: dict[tuple[int, int], ConsensusColumns]
    agreements: dict[int, dict[str, Json]]
    versions: dict[int, int]


def compute(session: LabelingSession) -> Computed:
    """Recompute from the raw answers. Cost: eight queries and memory for a session's answers."""
    required = QueueItem.objects.filter(session=session).present().answers_required()
    emails = dict(
        Review.objects.filter(item__session=session)
        .order_by()
        .values_list("reviewer_id", "reviewer__email")
        .distinct()
    )
    answers, settlements, gold = answers_of(session), settlements_in(session), gold_of(session)
    again = repeated_in(session)
    consensus: dict[tuple[int, int], ConsensusColumns] = {}
    agreements: dict[int, dict[str, Json]] = {}
    asked = questions_of(session)
    for each in asked:
        given = answers.get(each.schema.pk, [])
        figures = figures_of(each, given, gold.get(each.schema.pk, {}))
        first = ((answer.item, answer.reviewer, answer.first) for answer in given)
        repeats = same_again(each.question.input, first, again.get(each.schema.pk, []))
        accuracy = {one.reviewer: one.gold.share for one in figures}
        combined = combined_answers(each, given, required, accuracy, seed=seed_of(session))
        for item, columns in consensus_of(each, given, combined):
            consensus[item, each.schema.pk] = columns
        for item, settled in settlements.get(each.schema.pk, {}).items():
            key = (item, each.schema.pk)
            consensus[key] = adjudicated(each, consensus.get(key), settled)
        agreements[each.schema.pk] = agreement_of(each, given, emails, seed=seed_of(session)) | {
            "consensus": consensus_record(each, combined, emails),
            "reviewers": [reviewer_record(one, repeats, emails) for one in figures],
            "answers": answers_record(each, given, emails),
        }
    versions = {each.schema.pk: each.version.pk for each in asked}
    return Computed(answers=answers, consensus=consensus, agreements=agreements, versions=versions)


def seed_of(session: LabelingSession) -> int:
    """The bootstrap's seed, so that equal answers give equal intervals."""
    return int(session.session_id[:8], 16)


def answers_of(
    session: LabelingSession, *, schema: int | None = None, items: Collection[int] | None = None
) -> dict[int, list[Given]]:
    """Answers of submitted reviews of items that are still in the queue, by schema.

    schema   primary key of the only label schema wanted
    items    primary keys of the only items wanted

    Read whole and sorted here: ordered by primary key and through a cursor, PostgreSQL walks the
    answers of every session there is.
    """
    rows = (
        Answer.objects.filter(
            review__item__session=session,
            review__item__removed_at__isnull=True,
            review__state=Review.State.SUBMITTED,
            **({} if schema is None else {"label_schema": schema}),
            **({} if items is None else {"review__item__in": items}),
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


def combined_answers(
    each: Asked,
    given: Sequence[Given],
    required: dict[int, int],
    accuracy: dict[int, Share],
    *,
    seed: int,
) -> Combined:
    """The current answers to one question combined as the session asks for.

    accuracy   of each reviewer on gold items
    """
    spec = each.question.input
    return combine_question(
        each.consensus,
        scale_of(spec),
        [answer.item for answer in given],
        [answer.reviewer for answer in given],
        [answer.value for answer in given],
        minimum=required,
        options=declared_options(spec),
        gold=accuracy,
        seed=seed,
    )


def gold_of(session: LabelingSession) -> dict[int, dict[int, Json]]:
    """Right answers of present items by label schema and item. Cost: one query."""
    rows = GoldAnswer.objects.filter(item__session=session, item__removed_at__isnull=True)
    found: dict[int, dict[int, Json]] = defaultdict(dict)
    for schema, item, value in rows.values_list("label_schema__pk", "item__pk", "value"):
        found[schema][item] = value
    return found


def adjudicated(each: Asked, voted: ConsensusColumns | None, settled: Settled) -> ConsensusColumns:
    """The decision in place of what the votes come to; the votes stay beside it."""
    if voted is None:
        nobody = combine(scale_of(each.question.input), [], minimum=1)
        voted = columns_of(nobody, severity=None)
    return {
        **voted,
        "schema_version_id": settled.schema_version,
        "value": settled.value,
        "method": ADJUDICATED,
        "method_version": ADJUDICATED_VERSION,
        "confidence": None,
        "tie": False,
        "tied": [],
        "adjudicated_by_id": settled.adjudicator,
    }


def columns_of(outcome: Outcome, *, severity: float | None) -> ConsensusColumns:
    """What was combined, as columns of its row, but for the version of the question.

    severity   of answers that a person should look at; None of others
    """
    return {
        "value": outcome.value,
        "method": outcome.method,
        "method_version": outcome.method_version,
        "confidence": outcome.confidence,
        "n": outcome.n,
        "votes": outcome.votes,
        "tie": outcome.tie,
        "tied": outcome.tied,
        "is_disputed": severity is not None,
        "severity": severity or 0.0,
        "adjudicated_by_id": None,
    }


def consensus_of(
    each: Asked, given: Sequence[Given], combined: Combined
) -> Iterable[tuple[int, ConsensusColumns]]:
    """The combined answer of every item somebody answered."""
    by_item: dict[int, list[Json]] = defaultdict(list)
    for answer in given:
        if answer.value is not None:
            by_item[answer.item].append(answer.value)
    for item, values in by_item.items():
        columns = columns_of(combined.outcomes[item], severity=severity_of(each, values))
        yield item, {"schema_version_id": each.version.pk, **columns}


def severity_of(each: Asked, values: Sequence[Json]) -> float | None:
    """How far apart answers lie that a person should look at; None where nobody need."""
    is_expectation = each.question.kind == "expectation"
    disputed = needs_a_person(each.question.input, values, is_expectation=is_expectation)
    return severity(each.question.input, values) if disputed else None


def figures_of(each: Asked, given: Sequence[Given], gold: dict[int, Json]) -> list[ReviewerFigures]:
    """How each reviewer answers one question, beside the others and against gold.

    As agreement, over the first answers: what was changed after the reveal was seen by then.
    """
    spec = each.question.input
    return reviewer_figures(
        scale_of(spec),
        [answer.item for answer in given],
        [answer.reviewer for answer in given],
        [answer.first for answer in given],
        options=declared_options(spec),
        tolerance=tolerance(spec),
        gold=gold,
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
