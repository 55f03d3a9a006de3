"""A session that three people have reviewed over ten days, for its overview; called by
`bench.inside`, in Django.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.joining import make_sign_in_link
from assessments.models import StaleMark
from bench.seeding import (
    INPUTS,
    answers_to,
    bulk_answers,
    bulk_reviews,
    operator,
    people,
    schema_of,
    session_with,
)
from labeling.aggregation import refresh
from labeling.managing import set_questions
from labeling.models import QueueItem
from labeling.plans import Asking
from traces.models import Experiment

REVIEWERS = 3
DAYS = 10


def reviewed(experiment_id: str, items: str) -> dict[str, object]:
    """The session, and a link that lets the operator in."""
    experiment = Experiment.objects.get(pk=experiment_id)
    reviewers = people(REVIEWERS)
    now = timezone.now()
    with transaction.atomic():
        session = session_with(experiment, "nominal", int(items), reviewers, REVIEWERS)
        schemas = {scale: schema_of(experiment, scale) for scale in INPUTS}
        set_questions(session, [Asking(name=each.name) for each in schemas.values()], now=now)
        reviews = bulk_reviews(session, reviewers, days=DAYS)
        for scale, schema in schemas.items():
            bulk_answers(session, schema, reviews, answers_to(reviews, scale))
        session.items.update(status=QueueItem.Status.COMPLETE, finished_at=now)
        StaleMark.objects.create(run=session.run)
        sign_in = make_sign_in_link(operator().user, now=now)
    refresh(session.pk)
    return {
        "session_id": session.session_id,
        "sign_in": sign_in,
        "reviewers": REVIEWERS,
        "questions": len(schemas),
    }
