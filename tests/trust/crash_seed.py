"""Fills the database of a real deployment for test_crash.

Rows are inserted in bulk: this is about what happens to them, not about how they came in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.credentials import Credential
from accounts.joining import create_token
from accounts.models import User
from accounts.roles import Role, Scope
from assessments.models import Assessment, Revision, StaleMark
from labeling.managing import Asking, Plan, create_session, open_session
from labeling.models import Answer, LabelingSession, QueueItem, Review
from labeling.stocking import add_traces
from schemas.defining import Definition, create_schema
from schemas.inputs import Categorical
from schemas.models import LabelSchema
from traces.ids import mint, mint_trace_id
from traces.models import Experiment, Trace

REVIEWERS = 20
ITEMS = 500
FRESH_ITEMS = 400
SCHEMAS = ("tone", "completeness")
OPTIONS = ("Good", "Fair", "Poor", "Bad")
WRITERS = 2
BATCH = 2000


@transaction.atomic
def seed() -> dict[str, object]:
    """A session of 20,000 answers and, behind them, items nobody has begun."""
    now = timezone.now()
    experiment = Experiment.objects.create(name="crash")
    manager = member(experiment, Role.MANAGER, "manager@example.org")
    reviewers = [
        member(experiment, Role.REVIEWER, f"reviewer{n}@example.org") for n in range(REVIEWERS)
    ]
    writers = [member(experiment, Role.REVIEWER, f"writer{n}@example.org") for n in range(WRITERS)]
    for name in SCHEMAS:
        definition = Definition(name=name, kind="feedback", input=Categorical(OPTIONS))
        create_schema(experiment, definition, by=None)
    plan = Plan(name="crash", questions=[Asking(name=name) for name in SCHEMAS], reviews_required=2)
    by = Credential(user=manager)
    session = create_session(experiment, plan, by=by, now=now)
    add_traces(session, trace_ids(experiment, now))
    answer_all(session, reviewers, now=now)
    open_session(session, by=by, now=now)
    return {
        "session_id": session.session_id,
        "tokens": {user.email: create_token(user, [Scope.REVIEW])[1] for user in writers},
    }


def member(experiment: Experiment, role: Role, email: str) -> User:
    """An account with a role."""
    user = User.objects.create_user(email)
    experiment.memberships.create(user=user, role=role)
    return user


def trace_ids(experiment: Experiment, now: datetime) -> list[str]:
    """New traces without spans."""
    traces = [
        Trace(
            trace_id=mint_trace_id(),
            experiment=experiment,
            state="OK",
            requested_at=now - timedelta(seconds=n),
        )
        for n in range(ITEMS + FRESH_ITEMS)
    ]
    Trace.objects.bulk_create(traces, batch_size=BATCH)
    return [trace.trace_id for trace in traces]


def answer_all(session: LabelingSession, reviewers: Sequence[User], *, now: datetime) -> None:
    """Every reviewer has answered every question of the first items, as `submit` would store it."""
    items = list(session.items.in_order()[:ITEMS])
    QueueItem.objects.filter(pk__in=[item.pk for item in items]).update(
        status="complete", finished_at=now
    )
    reviews = Review.objects.bulk_create(
        [
            Review(
                item=item,
                reviewer=user,
                state="submitted",
                started_at=now,
                updated_at=now,
                first_submitted_at=now,
                submitted_at=now,
            )
            for item in items
            for user in reviewers
        ],
        batch_size=BATCH,
    )
    for question in session.questions.select_related("label_schema__current"):
        answer_one(session, question.label_schema, reviews, now=now)
    StaleMark.objects.create(run=session.run)


def answer_one(
    session: LabelingSession, schema: LabelSchema, reviews: Iterable[Review], *, now: datetime
) -> None:
    """Assessment, revision and answer of every review to one question."""
    assessments = Assessment.objects.bulk_create(
        [
            Assessment(
                assessment_id=mint("a-"),
                trace_id=review.item.trace_id,
                experiment_id=session.experiment_id,
                run_id=session.run_id,
                schema_version=schema.version,
                name=schema.name,
                kind="feedback",
                value=(value := OPTIONS[(review.pk * 7 + review.item.position) % len(OPTIONS)]),
                source_type="HUMAN",
                source_id=review.reviewer.email,
                author_id=review.reviewer_id,
                created_at=now,
                updated_at=now,
                text_value=value,
            )
            for review in reviews
        ],
        batch_size=BATCH,
    )
    revisions = Revision.objects.bulk_create(
        [
            Revision(
                assessment=assessment,
                number=1,
                action="recorded",
                name=schema.name,
                value=assessment.value,
                valid=True,
                schema_version_id=assessment.schema_version_id,
                author_id=assessment.author_id,
                at=now,
            )
            for assessment in assessments
        ],
        batch_size=BATCH,
    )
    Answer.objects.bulk_create(
        [
            Answer(
                review=review,
                label_schema=schema,
                schema_version=schema.version,
                assessment=assessment,
                first_revision=revision,
            )
            for review, assessment, revision in zip(reviews, assessments, revisions, strict=True)
        ],
        batch_size=BATCH,
    )


def main() -> None:
    """Print what was made as JSON."""
    json.dump(seed(), sys.stdout)
