"""VERB: what a manager does with a session: create, edit, open, close, reopen, delete, invite.

`plans` has what one says about a session, and checks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.credentials import Credential
from accounts.joining import account_for, invite
from accounts.models import User
from assessments.standing import mark_stale
from labeling.audit_lines import note_act
from labeling.dealing import free_places
from labeling.models import LabelingSession, SessionSchema
from labeling.naming import take_queue_name
from labeling.plans import Asking, InvalidPlan, Plan, check_email, check_plan, plan_columns
from labeling.questions import askable, follow_schemas
from labeling.queueing import lock_session
from labeling.stocking import name_reviewers, require_reviews
from labeling.tasks import ring
from traces.ids import mint_run_id
from traces.models import Experiment, Run, RunTag, Trace

PURPOSE_TAG = "mlflow.runType"

State = LabelingSession.State


class WrongState(RuntimeError):
    """The session is not in the state this needs."""

    def __init__(self, act: str, state: str) -> None:
        self.state = state
        super().__init__(f"A session that is {state} cannot be {act}.")


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
        practice_trace=practice_trace(experiment.pk, plan),
        **plan_columns(plan),
    )
    take_queue_name(session)
    set_questions(session, plan.questions, now=now)
    set_reviewers(session, plan.reviewers, by=by, now=now)
    note_act(session, "labeling session created", by)
    return session


def practice_trace(experiment_pk: int, plan: Plan) -> Trace | None:
    """The trace to practise on, if any. Raises InvalidPlan for one of another experiment."""
    trace_id = plan.practice_trace_id.strip()
    if not trace_id:
        return None
    traces = Trace.objects.filter(experiment=experiment_pk)
    found = None if "\0" in trace_id else traces.filter(trace_id=trace_id).first()
    if found is None:
        raise InvalidPlan("practice_trace_id", "There is no such trace in this experiment.")
    return found


@transaction.atomic
def set_questions(session: LabelingSession, questions: Sequence[Asking], *, now: datetime) -> None:
    """Ask these label schemas, in this order. A question left out keeps its answers.

    Raises InvalidPlan for an unknown or repeated name, and an unknown way to combine answers.
    """
    names = [asking.name for asking in questions]
    if any(a.consensus not in ("", *SessionSchema.ConsensusMethod.values) for a in questions):
        known = ", ".join(SessionSchema.ConsensusMethod.values)
        raise InvalidPlan("label_schemas", f"Combine answers by one of: {known}.")
    if len(set(names)) != len(names):
        raise InvalidPlan("label_schemas", "Name each label schema once.")
    schemas = askable(session, names)
    unknown = [name for name in names if name not in schemas]
    if unknown:
        raise InvalidPlan("label_schemas", f"There is no label schema named {unknown[0]!r}.")
    asked = [schema.pk for schema in schemas.values()]
    session.questions.exclude(label_schema__in=asked).update(removed_at=now)
    for position, asking in enumerate(questions, start=1):
        combined = {"consensus": asking.consensus} if asking.consensus else {}
        SessionSchema.objects.update_or_create(
            session=session,
            label_schema=schemas[asking.name],
            defaults={
                "position": position,
                "required": asking.required,
                "removed_at": None,
                **combined,
            },
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

    People who are left out keep the reviews they gave; places they hold are free at once. Raises
    InvalidPlan.
    """
    for email in emails:
        check_email(email)
    people = [account_for(email) for email in dict.fromkeys(e.strip().lower() for e in emails)]
    check_personal(session, people)
    lock_session(session.pk)
    leavers = session.reviewers.exclude(user__in=people).filter(removed_at__isnull=True)
    free_places(session, list(leavers.values_list("user__pk", flat=True)), now=now)
    leavers.update(removed_at=now)
    name_reviewers(session, [person.pk for person in people])
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
        name_reviewers(session, [person.pk])
    note_act(session, "reviewer invited", by, account=person.pk)
    return person, invite(person, session.session_id, invited_by=by.user, now=now)


@transaction.atomic
def edit_session(
    session: LabelingSession, plan: Plan, *, by: Credential, now: datetime
) -> LabelingSession:
    """Replace the plan; items follow its reviews required, also those that were finished with
    fewer. Raises InvalidPlan.
    """
    check_plan(plan)
    session = lock_session(session.pk)
    columns = plan_columns(plan)
    practice = practice_trace(session.experiment_id, plan)
    LabelingSession.objects.filter(pk=session.pk).update(
        updated_at=now, practice_trace=practice, **columns
    )
    if columns["name"] != session.name:
        session.name = plan.name.strip()
        take_queue_name(session)
    if plan.reviews_required != session.reviews_required:
        require_reviews(session, plan.reviews_required, by=by, now=now)
    if plan.escalation is None:
        session.items.exclude(handed_over="").update(handed_over="")
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
    follow_schemas(session)
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
