"""Fills our database where the API would take too long; called by `bench.inside`, in Django.

`queue` goes through the verbs. `labels` writes the rows of 100,000 submitted answers in bulk
through the ORM, because submitting them one by one would take an hour.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from accounts.credentials import Credential
from accounts.joining import create_token, make_sign_in_link
from accounts.models import User
from accounts.roles import Scope
from assessments.drafts import search_number, search_text
from assessments.models import Assessment, Revision, StaleMark
from bench import corpus
from bench.corpus import LABELING_REVIEWERS, REVIEWS_REQUIRED
from labeling.managing import create_session
from labeling.models import Answer, LabelingSession, QueueItem, Review
from labeling.plans import Asking, Plan
from labeling.stocking import add_traces
from schemas.defining import Definition, create_schema
from schemas.inputs import Input, Numeric, PassFail
from schemas.models import LabelSchema
from traces.ids import mint
from traces.json_values import Json
from traces.models import Experiment

WRITE_BATCH = 500
SEED = 7
SHARE_RIGHT = 0.8
INPUTS: dict[str, Input] = {
    "nominal": PassFail("Pass", "Fail"),
    "ordinal": Numeric(1, 5, 1, "ordinal"),
    "interval": Numeric(1, 5, 1, "interval"),
}
VALUES: dict[str, Sequence[Json]] = {
    "nominal": (True, False),
    "ordinal": (1, 2, 3, 4, 5),
    "interval": (1, 2, 3, 4, 5),
}


def operator() -> Credential:
    """The first owner, who owns every experiment."""
    return Credential(user=User.objects.filter(is_superuser=True).earliest("pk"))


def people(n: int) -> list[User]:
    """New accounts."""
    run = secrets.token_hex(4)
    return [User.objects.create_user(f"reviewer-{run}-{number}@example.org") for number in range(n)]


def schema_of(experiment: Experiment, scale: str) -> LabelSchema:
    """The question of this scale."""
    name = f"quality_{scale}"
    found = LabelSchema.objects.filter(experiment=experiment, name=name).first()
    definition = Definition(name=name, kind="feedback", input=INPUTS[scale])
    return found or create_schema(experiment, definition, by=None)


def session_with(
    experiment: Experiment, scale: str, n_items: int, reviewers: Sequence[User], required: int
) -> LabelingSession:
    """An open session over the first traces of the corpus."""
    plan = Plan(
        name=f"{n_items} items, {scale}, {secrets.token_hex(4)}",
        questions=[Asking(name=schema_of(experiment, scale).name)],
        reviewers=[user.email for user in reviewers],
        reviews_required=required,
    )
    session = create_session(experiment, plan, by=operator(), now=timezone.now(), opened=True)
    add_traces(session, [corpus.trace_id(n) for n in range(n_items)])
    return session


def queue(experiment_id: str, items: str, reviewers: str) -> dict[str, object]:
    """A session and its reviewers' tokens."""
    everybody = people(int(reviewers))
    experiment = Experiment.objects.get(pk=experiment_id)
    with transaction.atomic():
        session = session_with(experiment, "nominal", int(items), everybody, REVIEWS_REQUIRED)
        tokens = [create_token(user, [Scope.REVIEW])[1] for user in everybody]
    return {
        "session_id": session.session_id,
        "question": "quality_nominal",
        "reviewers": tokens,
    }


def reviewer_at_work(experiment_id: str, items: str, questions: str) -> dict[str, object]:
    """A session of so many pass/fail questions, and a link that lets its one reviewer in."""
    experiment = Experiment.objects.get(pk=experiment_id)
    reviewer = people(1)[0]
    names = [f"page_{number}" for number in range(int(questions))]
    with transaction.atomic():
        for name in names:
            definition = Definition(name=name, kind="feedback", input=INPUTS["nominal"])
            create_schema(experiment, definition, by=None)
        plan = Plan(
            name=f"{items} items as pages",
            questions=[Asking(name=name) for name in names],
            reviewers=[reviewer.email],
            reviews_required=REVIEWS_REQUIRED,
        )
        now = timezone.now()
        session = create_session(experiment, plan, by=operator(), now=now, opened=True)
        add_traces(session, [corpus.trace_id(n) for n in range(int(items))])
        return {
            "session_id": session.session_id,
            "sign_in": make_sign_in_link(reviewer, now=now),
        }


def labels(experiment_id: str, n_labels: str, scale: str) -> dict[str, object]:
    """A session in which ten reviewers have answered every item."""
    experiment = Experiment.objects.get(pk=experiment_id)
    reviewers = people(LABELING_REVIEWERS)
    with transaction.atomic():
        session = session_with(
            experiment,
            scale,
            int(n_labels) // LABELING_REVIEWERS,
            reviewers,
            LABELING_REVIEWERS,
        )
        reviews = bulk_reviews(session, reviewers)
        bulk_answers(session, schema_of(experiment, scale), reviews, answers_to(reviews, scale))
        session.items.update(status=QueueItem.Status.COMPLETE, finished_at=timezone.now())
        StaleMark.objects.create(run=session.run)
    return {"session_id": session.session_id, "session": session.pk}


def bulk_reviews(
    session: LabelingSession, reviewers: Sequence[User], *, days: int = 1
) -> list[Review]:
    """Everybody's submitted review of everything, spread over so many days up to an hour ago."""
    chance = random.Random(SEED)  # noqa: S311 - a fixed seed is wanted
    end = timezone.now() - timedelta(hours=1)

    def review(item: QueueItem, reviewer: User) -> Review:
        at = end - timedelta(days=days) * chance.random()
        return Review(
            item=item,
            reviewer=reviewer,
            state=Review.State.SUBMITTED,
            version=2,
            started_at=at,
            updated_at=at,
            first_submitted_at=at,
            submitted_at=at,
            active_ms=chance.randrange(5_000, 60_000),
        )

    items = session.items.in_order()
    return Review.objects.bulk_create(
        [review(item, reviewer) for item in items for reviewer in reviewers],
        batch_size=WRITE_BATCH,
    )


def bulk_answers(
    session: LabelingSession,
    schema: LabelSchema,
    reviews: Sequence[Review],
    values: Sequence[Json],
) -> None:
    """The assessment, its revision and the answer of every review."""
    assessments = Assessment.objects.bulk_create(
        [
            assessment_row(session, schema, review, value)
            for review, value in zip(reviews, values, strict=True)
        ],
        batch_size=WRITE_BATCH,
    )
    revisions = Revision.objects.bulk_create(
        [revision_row(assessment) for assessment in assessments], batch_size=WRITE_BATCH
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
        batch_size=WRITE_BATCH,
    )


def answers_to(reviews: Sequence[Review], scale: str) -> list[Json]:
    """Four in five say what is right for the item, the others anything."""
    chance = random.Random(SEED)  # noqa: S311 - a fixed seed is wanted
    right = {review.item_id: chance.choice(VALUES[scale]) for review in reviews}
    return [
        right[review.item_id] if chance.random() < SHARE_RIGHT else chance.choice(VALUES[scale])
        for review in reviews
    ]


def assessment_row(
    session: LabelingSession, schema: LabelSchema, review: Review, value: Json
) -> Assessment:
    """As `assessments.recording` writes it."""
    return Assessment(
        assessment_id=mint("a-"),
        trace_id=review.item.trace_id,
        experiment_id=session.experiment_id,
        run=session.run,
        schema_version=schema.version,
        name=schema.name,
        kind=Assessment.Kind.FEEDBACK,
        value=value,
        rationale="The answer names the period, but not what the warranty covers.",
        source_type=Assessment.SourceType.HUMAN,
        source_id=review.reviewer.email,
        author=review.reviewer,
        created_at=review.updated_at,
        updated_at=review.updated_at,
        text_value=search_text(value),
        number_value=search_number(value),
    )


def revision_row(assessment: Assessment) -> Revision:
    """The first state of an assessment."""
    return Revision(
        assessment=assessment,
        number=1,
        action=Revision.Action.RECORDED,
        name=assessment.name,
        value=assessment.value,
        rationale=assessment.rationale,
        valid=True,
        schema_version=assessment.schema_version,
        author=assessment.author,
        at=assessment.created_at,
    )


def places(session_id: str) -> dict[str, object]:
    """How many items have more places taken than they require; none may."""
    items = QueueItem.objects.filter(session__session_id=session_id)
    taken = Review.objects.filter(item__in=items).taking_a_place(at=timezone.now())
    counted = taken.order_by().values("item", "item__reviews_required").annotate(n=Count("pk"))
    return {
        "items": items.count(),
        "reviews": taken.count(),
        "overfull": counted.filter(n__gt=F("item__reviews_required")).count(),
    }
