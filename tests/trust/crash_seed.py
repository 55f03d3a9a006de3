"""Fills the database of a real deployment for test_crash.

Rows are inserted in bulk: this is about what happens to them, not about how they came in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.credentials import Credential
from accounts.joining import create_token
from accounts.models import User
from accounts.roles import Role, Scope
from assessments.models import Assessment, Revision, StaleMark
from labeling.managing import create_session, open_session
from labeling.models import Answer, LabelingSession, Review
from labeling.plans import Asking, Plan
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
    """Every reviewer has answered every question of the first items, as `submit` would store it.

    One review per option is made here; the database makes the others from these, which takes a
    twentieth of the time.
    """
    items = session.items.filter(position__lte=ITEMS)
    items.update(status="complete", finished_at=now)
    first = items.in_order().first()
    assert first is not None
    made = [
        Review.objects.create(
            item=first,
            reviewer=user,
            state="submitted",
            started_at=now,
            updated_at=now,
            first_submitted_at=now,
            submitted_at=now,
        )
        for user in reviewers[: len(OPTIONS)]
    ]
    for question in session.questions.select_related("label_schema__current"):
        for review, value in zip(made, OPTIONS, strict=True):
            answer_one(session, question.label_schema, review, value, now=now)
    for model, columns, source in COPIES:
        copy_rows(model, columns, source, session=session)
    assert Answer.objects.count() == ITEMS * len(reviewers) * len(SCHEMAS)
    StaleMark.objects.create(run=session.run)


def answer_one(
    session: LabelingSession, schema: LabelSchema, review: Review, value: str, *, now: datetime
) -> None:
    """Assessment, revision and answer of a review to one question."""
    assessment = Assessment.objects.create(
        assessment_id=mint("a-"),
        trace_id=review.item.trace_id,
        experiment_id=session.experiment_id,
        run_id=session.run_id,
        schema_version=schema.version,
        name=schema.name,
        kind="feedback",
        value=value,
        source_type="HUMAN",
        source_id=review.reviewer.email,
        author_id=review.reviewer_id,
        created_at=now,
        updated_at=now,
        text_value=value,
    )
    revision = Revision.objects.create(
        assessment=assessment,
        number=1,
        action="recorded",
        name=schema.name,
        value=value,
        valid=True,
        schema_version_id=assessment.schema_version_id,
        author_id=assessment.author_id,
        at=now,
    )
    Answer.objects.create(
        review=review,
        label_schema=schema,
        schema_version=schema.version,
        assessment=assessment,
        first_revision=revision,
    )


OPTION = (
    "CASE (review.id * 7 + item.position) % 4"
    " WHEN 0 THEN 'Good' WHEN 1 THEN 'Fair' WHEN 2 THEN 'Poor' ELSE 'Bad' END"
)
SAME_ANSWER = """
    JOIN assessments_assessment old ON old.id = made.assessment_id
    JOIN assessments_assessment new ON new.run_id = old.run_id
     AND new.name = old.name AND new.text_value = old.text_value AND new.id != old.id
"""
# Which table, what is different in the copy, and what `made`, the row copied from, is joined with.
COPIES: list[tuple[type[Model], dict[str, str], str]] = [
    (
        Review,
        {"item_id": "item.id", "reviewer_id": "person.id"},
        """
        JOIN labeling_queueitem item ON item.session_id = {session} AND item.position <= {items}
        JOIN accounts_user person ON person.email LIKE 'reviewer%'
        WHERE made.id = (SELECT min(id) FROM labeling_review) AND NOT EXISTS (
            SELECT 1 FROM labeling_review r WHERE r.item_id = item.id AND r.reviewer_id = person.id)
        """,
    ),
    (
        Assessment,
        {
            "assessment_id": "'a-' || made.name || '-' || review.id",
            "trace_id": "item.trace_id",
            "source_id": "person.email",
            "author_id": "person.id",
        },
        """
        JOIN labeling_queueitem item ON item.session_id = {session}
        JOIN labeling_review review ON review.item_id = item.id AND made.text_value = {option}
        JOIN accounts_user person ON person.id = review.reviewer_id
        WHERE NOT EXISTS (SELECT 1 FROM labeling_answer a WHERE a.review_id = review.id)
        """,
    ),
    (Revision, {"assessment_id": "new.id", "author_id": "new.author_id"}, SAME_ANSWER),
    (
        Answer,
        {
            "review_id": """(
                SELECT review.id FROM labeling_review review
                  JOIN labeling_queueitem item ON item.id = review.item_id
                 WHERE item.trace_id = new.trace_id AND review.reviewer_id = new.author_id)""",
            "assessment_id": "new.id",
            "first_revision_id": """(
                SELECT revision.id FROM assessments_revision revision
                 WHERE revision.assessment_id = new.id)""",
        },
        SAME_ANSWER,
    ),
]


def copy_rows(
    model: type[Model], columns: dict[str, str], source: str, *, session: LabelingSession
) -> None:
    """Insert copies of the rows that are there."""
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(columns.get(name, f'made."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    table = model._meta.db_table
    joined = source.format(session=session.pk, items=ITEMS, option=OPTION)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({listed}) SELECT {values} FROM "{table}" made {joined}'  # noqa: S608 - our own names
        )


def main() -> None:
    """Print what was made as JSON."""
    json.dump(seed(), sys.stdout)
