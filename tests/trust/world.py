"""One experiment with everything in it and everybody around it, for tests that walk all routes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.credentials import Credential
from accounts.joining import create_token, invite, make_sign_in_link
from accounts.models import ApiToken, Heartbeat, User
from accounts.roles import ALL_SCOPES, Role, Scope
from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.recording import record
from labeling.answering import Reply, Submission
from labeling.models import LabelingSession, QueueItem
from labeling.reviewing import save_draft, submit
from schemas.defining import Definition, create_schema
from schemas.inputs import Categorical
from schemas.models import LabelSchema
from tests.factories import (
    LEASE,
    NOW,
    make_dataset,
    make_experiment,
    make_member,
    make_schema,
    make_session,
    make_trace,
    make_user,
)
from traces import artifacts
from traces.models import Dataset, Experiment, Trace
from traces.organising import set_experiment_tag

PEOPLE = ("owner", "manager", "developer", "reviewer", "other_reviewer", "outsider")
DEFAULT_EXPERIMENT = "0"
NOTES = "artifacts/notes.txt"
FAR = timedelta(days=36_500)


@dataclass
class World:
    """People by their part, tokens by what they may do, and one of each thing."""

    experiment: Experiment
    people: dict[str, User]
    session: LabelingSession
    draft_session: LabelingSession
    items: list[QueueItem]
    trace: Trace
    spare_trace: Trace
    schema: LabelSchema
    spare_schema: LabelSchema
    assessment: Assessment
    token: ApiToken
    dataset: Dataset
    spare_experiment: Experiment
    deleted_experiment: Experiment
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> dict[str, Any]:
        """What stands in paths and bodies."""
        return {
            "experiment_id": self.experiment.experiment_id,
            "trace_id": self.trace.trace_id,
            "spare_trace_id": self.spare_trace.trace_id,
            "assessment_id": self.assessment.assessment_id,
            "schema_id": self.schema.schema_id,
            "spare_schema_id": self.spare_schema.schema_id,
            "session_id": self.session.session_id,
            "queue_id": f"rq-{self.session.session_id}",
            "queue_name": self.session.name,
            "draft_session_id": self.draft_session.session_id,
            "run_id": self.session.session_id,
            "item_id": self.items[0].item_id,
            "position": 1,
            "spare_experiment_id": self.spare_experiment.experiment_id,
            "deleted_experiment_id": self.deleted_experiment.experiment_id,
            "dataset_id": self.dataset.dataset_id,
            "record_id": self.dataset.records.get().record_id,
            "key": "topic",
            "token_id": self.token.token_id,
            "artifact_path": f"{self.experiment.experiment_id}/{self.session.session_id}/{NOTES}",
            "preset": "guidelines",
            "secret": "unknown",
            "app_label": "accounts",
            "object_id": self.people["owner"].pk,
            "reviewer_email": self.people["reviewer"].email,
            "owner_email": self.people["owner"].email,
            **self.secrets,
        }


def make_world() -> World:
    """A session with one submitted review and one draft, by the reviewer and the developer."""
    experiment = make_experiment()
    set_experiment_tag(experiment, "topic", "billing")
    people = {
        name: make_member(experiment, Role(name), f"{name}@example.org")
        for name in ("owner", "manager", "developer", "reviewer")
    }
    people["other_reviewer"] = make_member(experiment, Role.REVIEWER, "other@example.org")
    people["outsider"] = outsider()
    session = make_session(
        experiment,
        people["manager"],
        traces=3,
        reviews_required=2,
        reviewers=(people["reviewer"], people["developer"], people["manager"], people["owner"]),
    )
    make_session(experiment, people["manager"], traces=1, reviewers=(people["other_reviewer"],))
    Heartbeat.objects.create(name="worker", at=timezone.now() + FAR)
    items = list(session.items.in_order().select_related("trace"))
    answer(items, people["reviewer"])
    keep_notes(session)
    developer = Credential(user=people["developer"])
    said = Draft(name="helpful", kind="feedback", value=True, rationale="It is.")
    return World(
        experiment=experiment,
        people=people,
        session=session,
        draft_session=make_session(experiment, people["manager"], opened=False),
        items=items,
        trace=items[0].trace,
        spare_trace=make_trace(experiment),
        schema=LabelSchema.objects.get(experiment=experiment, name="correct"),
        spare_schema=make_schema(experiment, "tone"),
        assessment=record(items[0].trace, said, by=developer, now=NOW),
        token=create_token(people["owner"], [Scope.READ])[0],
        dataset=make_dataset(experiment, people["owner"], records=[{"inputs": {"q": "What?"}}]),
        spare_experiment=owned(people["owner"], deleted_at=None),
        deleted_experiment=owned(people["owner"], deleted_at=NOW),
        secrets={
            "link_secret": make_sign_in_link(people["reviewer"], now=NOW, life=FAR),
            "join_secret": invite(
                people["reviewer"], session.session_id, invited_by=people["manager"], now=NOW
            ),
        },
    )


def owned(owner: User, *, deleted_at: datetime | None) -> Experiment:
    """Another experiment of the owner, where nobody else is."""
    experiment = make_experiment()
    experiment.memberships.create(user=owner, role=Role.OWNER)
    Experiment.objects.filter(pk=experiment.pk).update(deleted_at=deleted_at)
    return experiment


def keep_notes(session: LabelingSession) -> None:
    """A file of the session's run. The disk is not rolled back; asking again writes it again."""
    parts = (str(session.experiment_id), session.session_id, *NOTES.split("/"))
    with artifacts.received(settings.ARTIFACT_ROOT, [b"notes"]) as incoming:
        incoming.publish(parts)


def outsider() -> User:
    """Owner of another experiment."""
    user = make_user("outsider@example.org")
    make_experiment().memberships.create(user=user, role=Role.OWNER)
    return user


def answer(items: list[QueueItem], reviewer: User) -> None:
    """The first item submitted, the second a draft."""
    by = Credential(user=reviewer)
    said = Submission(replies={"correct": Reply(value=True, rationale="I looked it up.")})
    submit(items[0], said, by=by, lease=LEASE)
    save_draft(items[1], said, by=by, lease=LEASE)


def token_secrets(world: World) -> dict[str, str]:
    """A secret of each kind of token: by person with every scope, by scope, and unusable ones.

    The tokens of one scope are the owner's, whose role allows everything; so is the bound one,
    which is for another experiment.
    """
    owner = world.people["owner"]
    secrets = {name: create_token(user, ALL_SCOPES)[1] for name, user in world.people.items()}
    for scope in ALL_SCOPES:
        secrets[scope.value] = create_token(owner, [scope])[1]
    secrets["bound"] = create_token(owner, ALL_SCOPES, experiment_id=DEFAULT_EXPERIMENT)[1]
    secrets["expired"] = create_token(owner, ALL_SCOPES, expires_at=NOW - FAR)[1]
    revoked, secrets["revoked"] = create_token(owner, ALL_SCOPES)
    ApiToken.objects.filter(pk=revoked.pk).update(revoked_at=NOW)
    # Each request is undone, so each would note again that its token was used.
    ApiToken.objects.filter(pk__gt=world.token.pk).update(last_used_at=timezone.now() + FAR)
    return secrets


QUEUE_ITEMS = 3
QUEUE_REVIEWERS = 3
OPTIONS = ("Good", "Fair", "Poor")


class QueueWorld:
    """What every machine starts from: people, traces, a question. Rolled back after each."""

    def __init__(self) -> None:
        self.experiment = make_experiment()
        self.manager = Credential(
            user=make_member(self.experiment, Role.MANAGER, "machine-manager@example.org")
        )
        self.reviewers = [
            Credential(user=make_member(self.experiment, Role.REVIEWER, f"r{n}@example.org"))
            for n in range(QUEUE_REVIEWERS)
        ]
        self.traces = [make_trace(self.experiment) for _ in range(QUEUE_ITEMS)]
        self.schema = create_schema(self.experiment, self.definition(OPTIONS), by=None)

    @staticmethod
    def definition(options: tuple[str, ...]) -> Definition:
        """The session's one question."""
        return Definition(name="quality", kind="feedback", input=Categorical(options))
