"""Storing a submitted review's answers: one assessment and one Answer row per question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from accounts.credentials import Credential
from accounts.inserting import insert
from accounts.prepared import prepared
from assessments.drafts import Changes, Draft
from assessments.models import Assessment, Revision
from assessments.recording import Context, record, retract, revise
from labeling.answering import Reply
from labeling.models import Answer, Review, Settlement
from labeling.questions import Asked
from labeling.settled import demand_unsettled, join, settlements_of
from traces.json_values import Json


def store_answers(
    review: Review,
    asked: Sequence[Asked],
    replies: Mapping[str, Reply],
    *,
    by: Credential,
    now: datetime,
    others_seen: bool,
) -> None:
    """Write cleaned replies, in the caller's transaction.

    A first answer is recorded, a changed one revised, a withdrawn one retracted. One that was
    settled cannot change: raises AlreadySettled.
    others_seen  marks changes made after others' answers could be read
    """
    existing = {
        answer.label_schema_id: answer for answer in answers_with_assessment(review=review.pk)
    }
    settlements = settlements_of(review.item_id)
    for each in asked:
        store_answer(
            review,
            each,
            replies.get(each.question.name),
            existing.get(each.schema.pk),
            settlements.get(each.schema.pk),
            by=by,
            now=now,
            others_seen=others_seen,
        )


def store_answer(
    review: Review,
    each: Asked,
    reply: Reply | None,
    answer: Answer | None,
    settlement: Settlement | None,
    *,
    by: Credential,
    now: datetime,
    others_seen: bool,
) -> None:
    """One question of one review."""
    standing = standing_assessment(answer)
    if answer is not None and is_same(answer, standing, reply, each):
        return
    demand_unsettled(standing, settlement)
    if reply is None or reply.cannot_judge:
        if standing is not None:
            retract(standing, by=by, now=now)
        assessment = None
    elif standing is not None:
        changes = Changes(replaces_value=True, value=reply.value, rationale=reply.rationale)
        assessment = revise(standing, changes, by=by, now=now, schema_version=each.version)
    else:
        assessment = record_answer(review, each, reply, by=by, now=now)
        join(assessment, settlement, by=by, now=now)
    keep(review, each, reply, answer, assessment, others_seen=others_seen)


def standing_assessment(answer: Answer | None) -> Assessment | None:
    """The assessment of an earlier answer, unless it was withdrawn."""
    if answer is None or answer.assessment is None or answer.assessment.retracted_at is not None:
        return None
    return answer.assessment


def is_same(answer: Answer, standing: Assessment | None, reply: Reply | None, each: Asked) -> bool:
    """Whether saving would change nothing; an answer given again under a new version does.

    A form without a comment says nothing about one that came with a logged assessment.
    """
    if reply is not None and answer.schema_version_id != each.version.pk:
        return False
    if reply is None:
        return standing is None and not answer.cannot_judge
    if reply.cannot_judge:
        return standing is None and answer.cannot_judge == reply.cannot_judge
    if standing is None:
        return False
    same_value = standing.value == reply.value and type(standing.value) is type(reply.value)
    has_comment = each.question.comment != "off"
    return same_value and (not has_comment or standing.rationale == reply.rationale)


def record_answer(
    review: Review, each: Asked, reply: Reply, *, by: Credential, now: datetime
) -> Assessment:
    """A first answer, attributed to the reviewer and tied to the session's run."""
    draft = draft_of(each, reply.value, reply.rationale)
    context = Context(run=review.item.session.run, schema_version=each.version)
    return record(review.item.trace, draft, by=by, now=now, context=context)


def draft_of(each: Asked, value: Json, rationale: str) -> Draft:
    """An answer to a session's question as an assessment that is not written yet."""
    kind = "expectation" if each.question.kind == "expectation" else "feedback"
    return Draft(
        name=each.question.name,
        kind=kind,  # type: ignore[arg-type]  # one of the two literals
        value=value,
        rationale=rationale,
    )


def keep(
    review: Review,
    each: Asked,
    reply: Reply | None,
    answer: Answer | None,
    assessment: Assessment | None,
    *,
    others_seen: bool,
) -> None:
    """The Answer row. The first submitted revision stays once others' answers could be read."""
    if answer is None and reply is None:
        return
    columns: dict[str, object] = {
        "schema_version": each.version,
        "cannot_judge": reply.cannot_judge if reply else "",
        "assessment": assessment or (answer.assessment if answer else None),
    }
    if others_seen:
        columns["edited_after_reveal"] = True
    else:
        columns["first_revision_id"] = present_revision(assessment)
    if answer is None:
        insert(Answer(review=review, label_schema=each.schema, **columns))
    else:
        Answer.objects.filter(pk=answer.pk).update(**columns)


def present_revision(assessment: Assessment | None) -> int | None:
    """The primary key of the revision that the assessment stands at."""
    if assessment is None:
        return None
    [(pk,)] = revision_of(assessment=assessment.pk, number=assessment.version)
    return pk


@prepared
def answers_with_assessment(*, review: int) -> QuerySet[Answer]:
    """What a review says."""
    return Answer.objects.filter(review=review).select_related("assessment")


@prepared
def revision_of(*, assessment: int, number: int) -> QuerySet[Revision, tuple[int]]:
    """The key of one state of an assessment."""
    found = Revision.objects.filter(assessment=assessment, number=number)
    return found.order_by().values_list("pk")
