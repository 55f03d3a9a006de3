"""Read side: what judges said of a session's traces, beside what its people said.

Only for readers of the experiment. The statistics are in `assessments.alignment`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from assessments.alignment import Alignment, Case, HumanAnswers, align, misses
from assessments.disputes import tolerance
from assessments.models import Assessment, AssessmentQuerySet
from labeling.computing import Given, answers_of, seed_of
from labeling.judge_groups import groups_of
from labeling.models import Consensus, LabelingSession, QueueItem, Settlement
from labeling.models.queues import QueueItemQuerySet
from labeling.questions import Asked
from schemas.answers import declared_options, scale_of
from schemas.judged import as_answer
from traces.json_values import Json

# mlflow 3.17.2, tracing/constant.py: AssessmentMetadataKey.SCORER_VERSION.
VERSION_KEY = "mlflow.assessment.scorerVersion"
JUDGES = (Assessment.SourceType.LLM_JUDGE, Assessment.SourceType.CODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Who is compared, and with whom.

    source_id   of feedback by LLM_JUDGE or CODE
    name        of that feedback
    version     only what this version said; None: the latest word of any
    reviewer    the one person it is compared with, by e-mail or by `reviewer_pk`; None: the
                consensus
    is_adjudicated   it is compared with what adjudicators settled, and nothing else
    target      the answer the judge is there to catch, null for none
    """

    source_id: str
    name: str
    version: str | None = None
    reviewer: str | None = None
    reviewer_pk: int | None = None
    is_adjudicated: bool = False
    target: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a judge said of a trace, its value in the spelling of the question.

    first   the place, among all the judge said, of this version's first word of the trace
    """

    version: str
    first: int
    value: Json
    rationale: str
    is_error: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A judge against people: as asked, and each version by itself, without the ceiling.

    versions   in the order in which they were first heard
    groups     items by what was said of them; see `judge_groups`
    """

    alignment: Alignment
    versions: dict[str, Alignment]
    groups: dict[str, list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """An item (by its key) of which people and the judge say different things."""

    item: int
    human: Json
    verdict: Verdict


def judges_of(session: LabelingSession) -> list[dict[str, Json]]:
    """Whose feedback there is on the session's traces, and how much. Cost: one query.

    By name; the versions of each in the order in which they were first heard.
    """
    rows = said_by_judges(session).oldest_first()
    said = rows.values_list("source_id", "name", "source_type", "metadata")
    found = Counter((*source, version_of(metadata)) for *source, metadata in said)
    names = ("judge", "name", "source_type", "version")
    in_order = sorted(found, key=lambda key: key[:3])
    return [dict(zip(names, key, strict=True)) | {"n": found[key]} for key in in_order]


def compare(session: LabelingSession, asked: Asked, judge: Judge) -> Compared:
    """The judge's figures. Cost: five queries, and memory for the answers to one question."""
    given = answers_of(session, schema=asked.schema.pk).get(asked.schema.pk, [])
    people = HumanAnswers(
        keys=[answer.item for answer in given],
        reviewers=[answer.reviewer for answer in given],
        values=[answer.value for answer in given],
    )
    human, verdicts = human_side(session, asked, judge, given), verdicts_of(session, asked, judge)
    ambiguous = ambiguous_in(session, asked)
    spec = asked.question.input

    def cases(version: str | None) -> list[Case]:
        return cases_of(human, latest_of(verdicts, version), ambiguous=ambiguous)

    def figures(version: str | None, people: HumanAnswers | None = None) -> Alignment:
        return align(
            scale_of(spec),
            cases(version),
            options=declared_options(spec),
            target=judge.target,
            tolerance=tolerance(spec),
            people=people,
            seed=seed_of(session),
        )

    found = figures(judge.version, people)
    return Compared(
        alignment=found,
        versions={version: figures(version) for version in versions_in(verdicts)},
        groups=groups_of(
            found.scale, cases(judge.version), found.options, tolerance=tolerance(spec)
        ),
    )


def missed(session: LabelingSession, asked: Asked, judge: Judge) -> Iterator[Miss]:
    """Where people and the judge differ, by position. Cost: five queries."""
    given = answers_of(session, schema=asked.schema.pk).get(asked.schema.pk, [])
    human, verdicts = human_side(session, asked, judge, given), verdicts_of(session, asked, judge)
    said = latest_of(verdicts, judge.version)
    spec = asked.question.input
    cases = cases_of(human, said, ambiguous=ambiguous_in(session, asked))
    for case in misses(scale_of(spec), cases, tolerance=tolerance(spec)):
        yield Miss(item=case.key, human=case.human, verdict=said[case.key])


def human_side(
    session: LabelingSession, asked: Asked, judge: Judge, given: Sequence[Given]
) -> Mapping[int, Json]:
    """What people say, by item: the consensus as computed last, settled values in it, only those,
    or one reviewer's answers.
    """
    if judge.is_adjudicated:
        decided = Settlement.objects.standing().filter(
            item__session=session, label_schema=asked.schema, assessment__isnull=False
        )
        return dict(decided.order_by().values_list("item__pk", "assessment__value"))
    if judge.reviewer_pk is not None:
        return {
            answer.item: answer.value for answer in given if answer.reviewer == judge.reviewer_pk
        }
    if judge.reviewer is None:
        rows = Consensus.objects.filter(item__session=session, label_schema=asked.schema)
        return dict(rows.values_list("item__pk", "value"))
    reviewers = session.items.filter(reviews__reviewer__email=judge.reviewer)
    who = set(reviewers.values_list("reviews__reviewer__pk", flat=True))
    return {answer.item: answer.value for answer in given if answer.reviewer in who}


def said_by_judges(session: LabelingSession) -> AssessmentQuerySet:
    """Feedback of judges on whole traces; overridden, it is still what the judge said."""
    return Assessment.objects.present().filter(
        trace__in=first_items(session).values("trace"),
        source_type__in=JUDGES,
        kind=Assessment.Kind.FEEDBACK,
        span_id="",
    )


def first_items(session: LabelingSession) -> QueueItemQuerySet:
    """The items, without those that show a trace once more."""
    return QueueItem.objects.counted().filter(session=session)


def verdicts_of(
    session: LabelingSession, asked: Asked, judge: Judge, *, only: Sequence[int] | None = None
) -> dict[int, dict[str, Verdict]]:
    """The latest word of each version, by item in the order of the queue; the last one said last.

    Items without one have none. Cost: two queries.
    only   primary keys of the items wanted; None for all
    """
    said: dict[int, dict[str, Verdict]] = {}
    shown = first_items(session) if only is None else first_items(session).filter(pk__in=only)
    rows = said_by_judges(session).filter(source_id=judge.source_id, name=judge.name)
    if only is not None:
        rows = rows.filter(trace__in=shown.values("trace"))
    columns = ("trace__pk", "value", "error", "rationale", "metadata")
    words = enumerate(rows.oldest_first().values_list(*columns))
    for place, (trace, value, error, rationale, metadata) in words:
        version = version_of(metadata)
        by_version = said.setdefault(trace, {})
        before = by_version.pop(version, None)
        by_version[version] = Verdict(
            version=version,
            first=before.first if before else place,
            value=as_answer(asked.question.input, value),
            rationale=rationale,
            is_error=error is not None,
        )
    items = shown.in_order().values_list("pk", "trace__pk")
    return {item: said.get(trace, {}) for item, trace in items}


def versions_in(verdicts: Mapping[int, Mapping[str, Verdict]]) -> list[str]:
    """All versions, in the order in which they were first heard: v2 before v10.

    One that speaks again keeps its place, so that the newest release stays the last.
    """
    first: dict[str, int] = {}
    for said in verdicts.values():
        for version, verdict in said.items():
            first[version] = min(verdict.first, first.get(version, verdict.first))
    return sorted(first, key=lambda version: first[version])


def latest_of(
    verdicts: Mapping[int, Mapping[str, Verdict]], version: str | None
) -> dict[int, Verdict]:
    """One word per item: of a version, or the last of any."""
    if version is not None:
        return {item: said[version] for item, said in verdicts.items() if version in said}
    return {item: list(said.values())[-1] for item, said in verdicts.items() if said}


def ambiguous_in(session: LabelingSession, asked: Asked) -> set[int]:
    """Items of which an adjudicator found that no one answer is right. Cost: one query."""
    rows = Settlement.objects.ambiguous().filter(item__session=session, label_schema=asked.schema)
    return set(rows.order_by().values_list("item__pk", flat=True))


def cases_of(
    human: Mapping[int, Json], verdicts: Mapping[int, Verdict], *, ambiguous: Set[int]
) -> list[Case]:
    """One case per item the judge said something about."""
    return [
        Case(
            key=item,
            human=human.get(item),
            judge=said.value,
            is_error=said.is_error,
            is_ambiguous=item in ambiguous,
        )
        for item, said in verdicts.items()
    ]


def version_of(metadata: Json) -> str:
    """The judge's version as its feedback tells it, empty without one."""
    found = metadata.get(VERSION_KEY) if isinstance(metadata, dict) else None
    return "" if found is None else str(found)
