"""VERB: what a manager does with a session: create, edit, open, close, reopen, delete, invite.

A little beyond the budget, so that everything that changes a session stays in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.joining import account_for, invite
from accounts.models import User
from assessments.recording import mark_stale
from labeling.models import LabelingSession, SessionReviewer, SessionSchema
from labeling.naming import take_queue_name
from labeling.questions import askable
from labeling.queueing import lock_session
from labeling.stocking import redeal, require_reviews
from labeling.tasks import ring
from traces.ids import mint_run_id
from traces.models import Experiment, Run, RunTag

MAXIMUM_NAME_LENGTH = 250
MAXIMUM_EMAIL_LENGTH = 254  # the column of accounts
MAXIMUM_REVIEWS_REQUIRED = 50
PURPOSE_TAG = "mlflow.runType"

State = LabelingSession.State


class InvalidPlan(ValueError):
    """Something about a session cannot be so; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class WrongState(RuntimeError):
    """The session is not in the state this needs."""

    def __init__(self, act: str, state: str) -> None:
        self.state = state
        super().__init__(f"A session that is {state} cannot be {act}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question of a plan: a label schema's name and whether an answer is required."""

    name: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything one says about a session. An empty `blind` follows from the reviews required."""

    name: str
    questions: Sequence[Asking] = field(default_factory=list)
    reviewers: Sequence[str] = field(default_factory=list)
    reviews_required: int = 1
    assignment: str = LabelingSession.Assignment.POOL.value
    blind: str = ""
    purpose: str = ""
    guidelines: str = ""
    due_at: datetime | None = None


@transaction.atomic
def create_session(
    experiment: Experiment, plan: Plan, *, by: Credential, now: datetime, opened: bool = False
) -> LabelingSession:
    """A new session with its run: a draft, or open at MLflow's door. Raises InvalidPlan."""
    check_plan(plan)
    run = Run.objects.create(
        run_id=mint_run_id(),
        experiment=experiment,
        name=plan.name.strip(),
        user_name=by.user.email,
        status=Run.Status.RUNNING,
        started_at=now,
    )
    RunTag.objects.create(run=run, key=PURPOSE_TAG, value="LABELING_SESSION")
    session = LabelingSession.objects.create(
        session_id=run.run_id,
        run=run,
        experiment=experiment,
        state=State.OPEN if opened else State.DRAFT,
        opened_at=now if opened else None,
        created_by=by.user,
        **plan_columns(plan),
    )
    take_queue_name(session)
    set_questions(session, plan.questions, now=now)
    set_reviewers(session, plan.reviewers, by=by, now=now)
    note_act(session, "labeling session created", by)
    return session


def plan_columns(plan: Plan) -> dict[str, object]:
    """The plan's own columns; blind until submitted as soon as answers are compared."""
    blind = LabelingSession.Blind.UNTIL_SUBMITTED if plan.reviews_required > 1 else "off"
    return {
        "name": plan.name.strip(),
        "purpose": plan.purpose.strip(),
        "guidelines": plan.guidelines,
        "reviews_required": plan.reviews_required,
        "assignment": plan.assignment,
        "blind": plan.blind or blind,
        "due_at": plan.due_at,
    }


def check_plan(plan: Plan) -> None:
    """Lengths, words and e-mails. Raises InvalidPlan."""
    if not 1 <= len(plan.name.strip()) <= MAXIMUM_NAME_LENGTH:
        raise InvalidPlan("name", f"Write 1 to {MAXIMUM_NAME_LENGTH} characters.")
    if not 1 <= plan.reviews_required <= MAXIMUM_REVIEWS_REQUIRED:
        raise InvalidPlan("reviews_required", f"A number from 1 to {MAXIMUM_REVIEWS_REQUIRED}.")
    if plan.assignment not in LabelingSession.Assignment.values:
        raise InvalidPlan("assignment", "Use pool or balanced.")
    if plan.blind and plan.blind not in LabelingSession.Blind.values:
        raise InvalidPlan("blind", "Use until_submitted, always or off.")
    if len(plan.purpose) > 1000:
        raise InvalidPlan("purpose", "Write at most 1000 characters.")
    if len(plan.guidelines) > 50_000:
        raise InvalidPlan("guidelines", "Write at most 50000 characters.")
    for email in plan.reviewers:
        check_email(email)


def check_email(email: str) -> None:
    """Raises InvalidPlan for what is no e-mail address, or too long for an account."""
    if len(email.strip()) > MAXIMUM_EMAIL_LENGTH:
        raise InvalidPlan("reviewers", f"An address has at most {MAXIMUM_EMAIL_LENGTH} characters.")
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise InvalidPlan("reviewers", f"{email!r} is not an e-mail address.") from error


@transaction.atomic
def set_questions(session: LabelingSession, questions: Sequence[Asking], *, now: datetime) -> None:
    """Ask these label schemas, in this order. A question left out keeps its answers.

    Raises InvalidPlan for an unknown or repeated name.
    """
    names = [asking.name for asking in questions]
    if len(set(names)) != len(names):
        raise InvalidPlan("label_schemas", "Name each label schema once.")
    schemas = askable(session, names)
    unknown = [name for name in names if name not in schemas]
    if unknown:
        raise InvalidPlan("label_schemas", f"There is no label schema named {unknown[0]!r}.")
    asked = [schema.pk for schema in schemas.values()]
    session.questions.exclude(label_schema__in=asked).update(removed_at=now)
    for position, asking in enumerate(questions, start=1):
        SessionSchema.objects.update_or_create(
            session=session,
            label_schema=schemas[asking.name],
            defaults={"position": position, "required": asking.required, "removed_at": None},
        )
    mark_stale(session.run)


def check_personal(session: LabelingSession, people: Sequence[User]) -> None:
    """Somebody's own queue stays theirs. Raises InvalidPlan."""
    own = session.queue_user_id
    if own is not None and [person.pk for person in people] != [own]:
        raise InvalidPlan("reviewers", "This is one person's own queue. Make a session for others.")


@transaction.atomic
def set_reviewers(
    session: LabelingSession, emails: Sequence[str], *, by: Credential, now: datetime
) -> list[User]:
    """Name exactly these people; an unknown e-mail becomes a pending account. None = every member.

    People who are left out keep the reviews they gave. Raises InvalidPlan.
    """
    for email in emails:
        check_email(email)
    people = [account_for(email) for email in dict.fromkeys(e.strip().lower() for e in emails)]
    check_personal(session, people)
    session.reviewers.exclude(user__in=people).filter(removed_at__isnull=True).update(
        removed_at=now
    )
    for person in people:
        SessionReviewer.objects.update_or_create(
            session=session, user=person, defaults={"removed_at": None}
        )
    redeal(session)
    if people:
        note_act(session, "reviewers set", by, reviewers=len(people))
    return people


@transaction.atomic
def invite_reviewer(
    session: LabelingSession, email: str, *, by: Credential, now: datetime
) -> tuple[User, str]:
    """Name one more reviewer and make a personal invitation; answers the secret, shown once.

    In a session for every member, the invited person becomes its first named reviewer only when
    they are no member. Raises InvalidPlan.
    """
    check_email(email)
    person = account_for(email)
    if session.queue_user_id is not None:
        check_personal(session, [person])
    if not LabelingSession.objects.for_reviewer(person).filter(pk=session.pk).exists():
        SessionReviewer.objects.update_or_create(
            session=session, user=person, defaults={"removed_at": None}
        )
        redeal(session)
    note_act(session, "reviewer invited", by, account=person.pk)
    return person, invite(person, session.session_id, invited_by=by.user, now=now)


@transaction.atomic
def edit_session(
    session: LabelingSession, plan: Plan, *, by: Credential, now: datetime
) -> LabelingSession:
    """Replace the plan; pending items follow its reviews required. Raises InvalidPlan."""
    check_plan(plan)
    session = lock_session(session.pk)
    columns = plan_columns(plan)
    LabelingSession.objects.filter(pk=session.pk).update(updated_at=now, **columns)
    if columns["name"] != session.name:
        session.name = plan.name.strip()
        take_queue_name(session)
    if plan.reviews_required != session.reviews_required:
        require_reviews(session, plan.reviews_required, by=by, now=now)
    Run.objects.filter(pk=session.run_id).update(name=plan.name.strip())
    session.refresh_from_db()
    set_questions(session, plan.questions, now=now)
    set_reviewers(session, plan.reviewers, by=by, now=now)
    note_act(session, "labeling session edited", by)
    return session


@transaction.atomic
def open_session(session: LabelingSession, *, by: Credential, now: datetime) -> LabelingSession:
    """draft → open. Raises WrongState, and InvalidPlan without a question."""
    session = lock_session(session.pk)
    if session.state != State.DRAFT:
        raise WrongState("opened", session.state)
    if not session.questions.filter(removed_at__isnull=True).exists():
        raise InvalidPlan("label_schemas", "Ask at least one question before opening the session.")
    return move(session, State.OPEN, "labeling session opened", by, opened_at=now)


@transaction.atomic
def close_session(session: LabelingSession, *, by: Credential, now: datetime) -> LabelingSession:
    """open → closed. The questions keep the versions of this moment. Raises WrongState."""
    session = lock_session(session.pk)
    if session.state != State.OPEN:
        raise WrongState("closed", session.state)
    for question in session.questions.select_related("label_schema__current"):
        SessionSchema.objects.filter(pk=question.pk).update(
            frozen_version=question.label_schema.version
        )
    Run.objects.filter(pk=session.run_id).update(status=Run.Status.FINISHED, ended_at=now)
    return move(session, State.CLOSED, "labeling session closed", by, closed_at=now)


@transaction.atomic
def reopen_session(session: LabelingSession, *, by: Credential) -> LabelingSession:
    """closed → open; the questions follow their label schemas again. Raises WrongState."""
    session = lock_session(session.pk)
    if session.state != State.CLOSED:
        raise WrongState("reopened", session.state)
    session.questions.update(frozen_version=None)
    Run.objects.filter(pk=session.run_id).update(status=Run.Status.RUNNING, ended_at=None)
    return move(session, State.OPEN, "labeling session reopened", by, closed_at=None)


@transaction.atomic
def delete_session(session: LabelingSession, *, by: Credential, now: datetime) -> None:
    """Take the session out of every list; its labels stay. Twice changes nothing."""
    session = lock_session(session.pk)
    if Run.objects.active().filter(pk=session.run_id).update(deleted_at=now):
        LabelingSession.objects.filter(pk=session.pk).update(queue_key=None, queue_user=None)
        note_act(session, "labeling session deleted", by)


def move(
    session: LabelingSession,
    state: LabelingSession.State,
    act: str,
    by: Credential,
    **columns: datetime | None,
) -> LabelingSession:
    """Write a locked session's new state, its audit line and its mark."""
    LabelingSession.objects.filter(pk=session.pk).update(state=state, **columns)
    session.refresh_from_db()
    mark_stale(session.run)
    ring(session.pk)
    note_act(session, act, by)
    return session


def note_act(session: LabelingSession, act: str, by: Credential, **details: object) -> None:
    """One audit line about a session."""
    note(
        by,
        act,
        f"{session.name} ({session.session_id})",
        experiment_id=str(session.experiment_id),
        details=details,
    )
