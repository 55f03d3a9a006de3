"""What a reviewer has said about an item outside its form, taken over as the answers of a review.

Their draft, and over it what they logged as assessments of the session's names on the same trace.
"""

from __future__ import annotations

from collections.abc import Sequence

from assessments.models import Assessment
from assessments.recording import Context, adopt
from labeling.answering import Reply, clean_replies, replies_from_json
from labeling.answers import keep
from labeling.models import Answer, Review
from labeling.places import Place, others_seen
from labeling.questions import Asked, questions_of
from labeling.settled import join, settlements_of


def take_own_words(place: Place) -> dict[str, Reply]:
    """The replies to submit. Assessments among them become this review's answers as they are.

    Raises InvalidAnswers, and then nothing is taken over.
    """
    asked = questions_of(place.session)
    logged = own_assessments(place, asked)
    replies = drafted(place.review, asked)
    replies |= {name: Reply(value=a.value, rationale=a.rationale) for name, a in logged.items()}
    clean_replies([each.question for each in asked], replies)
    settlements = settlements_of(place.item.pk)
    for each in asked:
        if each.question.name in logged:
            adopted = take_over(place, each, logged[each.question.name])
            join(adopted, settlements.get(each.schema.pk), by=place.by, now=place.now)
    return replies


def own_assessments(place: Place, asked: Sequence[Asked]) -> dict[str, Assessment]:
    """The latest valid word of the reviewer on each question, by its name. Cost: one query.

    Only what they logged themselves, about the whole trace, and for no other session.
    """
    kinds = {each.question.name: each.question.kind for each in asked}
    user = place.by.user
    rows = Assessment.objects.standing().filter(
        trace=place.item.trace,
        name__in=kinds,
        author=user,
        source_type=Assessment.SourceType.HUMAN,
        source_id=user.email,
        span_id="",
        run__isnull=True,
    )
    return {
        row.name: row
        for row in rows.oldest_first()
        if row.kind == kinds[row.name] and row.error is None and row.value is not None
    }


def drafted(review: Review, asked: Sequence[Asked]) -> dict[str, Reply]:
    """The unsent words on questions that are asked now."""
    names = {each.question.name for each in asked}
    return {name: r for name, r in replies_from_json(review.draft).items() if name in names}


def take_over(place: Place, each: Asked, logged: Assessment) -> Assessment:
    """Make a logged assessment the answer to one question.

    A review that is not submitted has no standing answer that this could displace.
    """
    answer = Answer.objects.filter(review=place.review, label_schema=each.schema).first()
    context = Context(run=place.session.run, schema_version=each.version)
    adopted = adopt(logged, by=place.by, now=place.now, context=context)
    reply = Reply(value=adopted.value, rationale=adopted.rationale)
    keep(place.review, each, reply, answer, adopted, others_seen=others_seen(place))
    return adopted
