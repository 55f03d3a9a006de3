"""VERB: labeling sessions as MLflow's review queues: make, edit, fill and empty one.

A queue is a session in pool mode with one review per item, open from the start, whose questions are
optional. MLflow's limits hold here; a session that is larger is made and edited elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from accounts.credentials import Credential
from accounts.joining import account_for
from accounts.models import User
from accounts.roles import Action
from labeling.audit_lines import note_act
from labeling.filling import fill_by_ids
from labeling.managing import create_session, edit_session
from labeling.models import LabelingSession, QueueItem
from labeling.naming import is_taken, lock_names
from labeling.planning import plan_of
from labeling.plans import Asking, InvalidPlan, Plan, check_email
from labeling.questions import follow_schemas
from labeling.queue_names import could_be_address, key_of
from labeling.queueing import lock_session
from labeling.stocking import batches, remove_items
from schemas.models import LabelSchema
from traces.access import NoSuchTrace
from traces.models import Experiment

MAXIMUM_USERS = 10
MAXIMUM_QUESTIONS = 100  # the native API's limit; MLflow has none
RESERVED_NAME = "default"
NAMED_IN_ERROR = 10


class QueueExists(ValueError):
    """Another queue of the experiment has this name, whatever the case."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"A review queue named {name!r} already exists (names are case-insensitive)."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEdit:
    """What changes about a queue; None stays."""

    name: str | None = None
    owner: str | None = None
    users: Sequence[str] | None = None
    schema_ids: Sequence[str] | None = None


@transaction.atomic
def create_queue(
    experiment: Experiment, edit: QueueEdit, *, by: Credential, now: datetime
) -> LabelingSession:
    """A new queue for several people. Raises InvalidPlan or QueueExists."""
    lock_names(experiment.pk)
    name = free_name(experiment.pk, edit.name or "")
    plan = Plan(
        name=name,
        reviewers=checked_users(edit.users or []),
        questions=askings(experiment.pk, edit.schema_ids or [], {}),
    )
    return create_session(experiment, plan, by=by, now=now, opened=True)


@transaction.atomic
def create_user_queue(
    experiment: Experiment, user: str, *, by: Credential, now: datetime
) -> LabelingSession:
    """A person's own queue, new. Raises InvalidPlan or QueueExists."""
    session, is_new = user_queue(experiment, user, by=by, now=now)
    if not is_new:
        raise QueueExists(session.queue_key or user)
    return session


@transaction.atomic
def user_queue(
    experiment: Experiment, user: str, *, by: Credential, now: datetime
) -> tuple[LabelingSession, bool]:
    """A person's own queue, made when there is none, and whether it was. Raises InvalidPlan.

    It asks every label schema of the experiment, also those to come.
    """
    (email,) = checked_users([user])
    person = account_for(email)
    lock_names(experiment.pk)
    own = LabelingSession.objects.select_related("run", "created_by", "queue_user")
    found = own.filter(experiment=experiment, queue_user=person).first()
    if found is not None:
        return found, False
    plan = Plan(name=email, reviewers=[email])
    session = create_session(experiment, plan, by=by, now=now, opened=True)
    session.queue_user, session.queue_key = person, email
    session.save(update_fields=["queue_user", "queue_key"])
    follow_schemas(session)
    return session, True


@transaction.atomic
def edit_queue(
    session: LabelingSession, edit: QueueEdit, *, by: Credential, now: datetime
) -> LabelingSession:
    """Change what is named. Raises InvalidPlan or QueueExists.

    Questions stay while there are items, and nothing of a person's own queue changes.
    """
    session = lock_session(session.pk)
    if session.queue_user_id is not None:
        raise InvalidPlan("queue_id", "A user queue's name, user, schemas and owner are fixed.")
    if edit == QueueEdit():
        return session
    plan = plan_of(session)
    if edit.name is not None:
        lock_names(session.experiment_id)
        plan = replace(plan, name=new_name(session, edit.name))
    if edit.users is not None:
        plan = replace(plan, reviewers=checked_users(edit.users))
    if edit.schema_ids is not None:
        if session.items.present().exists():
            raise InvalidPlan(
                "schema_ids",
                "A review queue's questions are locked once items are assigned to it. "
                "Remove the items before changing its questions.",
            )
        required = {asking.name: asking.required for asking in plan.questions}
        asked = askings(session.experiment_id, edit.schema_ids, required)
        plan = replace(plan, questions=asked)
    if edit.owner is not None:
        give_to(session, edit.owner, by=by)
    return edit_session(session, plan, by=by, now=now)


def new_name(session: LabelingSession, name: str) -> str:
    """The name after an edit, free unless only its case changes. Lock names first."""
    if key_of(name) == session.queue_key:
        return checked_name(name)
    return free_name(session.experiment_id, name)


def free_name(experiment_pk: int, name: str) -> str:
    """A name nobody else has. Raises InvalidPlan or QueueExists. Lock names first."""
    name = checked_name(name)
    if is_taken(experiment_pk, name):
        raise QueueExists(name)
    return name


def checked_name(name: str) -> str:
    """Trimmed, and not the name of a person's own queue. Raises InvalidPlan."""
    name = name.strip()
    if not name:
        raise InvalidPlan("name", "`name` must be a non-empty string.")
    if key_of(name) == RESERVED_NAME:
        raise InvalidPlan("name", f"`{name}` is a reserved queue name.")
    if could_be_address(name):
        raise InvalidPlan(
            "name", "An e-mail address names that person's own queue. Assign them to it instead."
        )
    return name


def checked_users(users: Sequence[str]) -> list[str]:
    """Up to ten e-mail addresses in lower case, each once. Raises InvalidPlan."""
    emails = list(dict.fromkeys(user.strip().lower() for user in users))
    if len(emails) > MAXIMUM_USERS:
        message = f"A review queue can have at most {MAXIMUM_USERS} assigned users."
        raise InvalidPlan("users", f"{message} Got {len(emails)}.")
    for email in emails:
        try:
            check_email(email)
        except InvalidPlan as error:
            raise InvalidPlan(
                "users",
                f"{email[:100]!r} cannot be assigned. Reviewers sign in with their e-mail address, "
                "so name them by it: 'amara@example.org', or 'default' for yourself.",
            ) from error
    return emails


def askings(
    experiment_pk: int, schema_ids: Sequence[str], required: dict[str, bool]
) -> list[Asking]:
    """Label schemas of the experiment as questions, in the order given. Raises InvalidPlan.

    required  what the queue asks already, which stays as it is; a new question is optional
    """
    wanted = list(dict.fromkeys(schema_id.strip() for schema_id in schema_ids))
    if len(wanted) > MAXIMUM_QUESTIONS:
        raise InvalidPlan("schema_ids", f"A queue asks at most {MAXIMUM_QUESTIONS} questions.")
    rows = LabelSchema.objects.standing().filter(experiment=experiment_pk, schema_id__in=wanted)
    names = dict(rows.values_list("schema_id", "name"))
    missing = [schema_id for schema_id in wanted if schema_id not in names]
    if missing:
        shown = ", ".join(missing[:NAMED_IN_ERROR])
        raise InvalidPlan("schema_ids", f"There is no label schema {shown[:500]}.")
    return [Asking(name=names[i], required=required.get(names[i], False)) for i in wanted]


def give_to(session: LabelingSession, owner: str, *, by: Credential) -> None:
    """Say who answers for the queue: somebody who may manage it. Raises InvalidPlan."""
    email = owner.strip().lower()
    person = User.objects.filter(email=email, is_active=True).first()
    if person is None or not may_manage(session, person):
        raise InvalidPlan("new_owner", "The new owner must be a manager of the experiment.")
    LabelingSession.objects.filter(pk=session.pk).update(created_by=person)
    note_act(session, "labeling session given to another", by, account=person.pk)


def may_manage(session: LabelingSession, person: User) -> bool:
    """Whether this account's role lets it run the session."""
    managed = Experiment.objects.allowing(Credential(user=person), Action.MANAGE)
    return managed.filter(pk=session.experiment_id).exists()


@transaction.atomic
def attach(session: LabelingSession, trace_ids: Sequence[str], *, by: Credential) -> None:
    """Put traces into the queue, all or none. Raises NoSuchTrace, which names the unknown ones."""
    unknown = fill_by_ids(session, trace_ids, by=by).details["unknown"]
    if unknown:
        raise NoSuchTrace(", ".join(unknown[:NAMED_IN_ERROR]))


@transaction.atomic
def detach(session: LabelingSession, trace_ids: Sequence[str], *, now: datetime) -> None:
    """Take traces out of the queue; their answers stay. One that is not in it is no error."""
    lock_session(session.pk)
    for batch in batches(trace_ids):
        items = QueueItem.objects.present().filter(session=session, trace__trace_id__in=batch)
        remove_items(session, list(items.values_list("item_id", flat=True)), now=now)
