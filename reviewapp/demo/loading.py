"""VERB: writes the hand-written demo into the database, through the verbs every door calls."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.credentials import Credential
from accounts.joining import account_for
from accounts.models import User
from assessments.drafts import Draft
from assessments.recording import record
from labeling import reviewing
from labeling.answering import Submission, replies_from_json
from labeling.managing import close_session, create_session, open_session
from labeling.models import LabelingSession
from labeling.plans import Asking, Plan
from labeling.queueing import claim_next
from labeling.stocking import add_traces
from reviewapp.demo.content import load_schemas, load_sessions, load_traces
from reviewapp.demo.records import DemoAssessment, DemoReview, DemoSession, DemoTrace
from reviewapp.passing_on import passing_on
from schemas.defining import Definition, create_schema
from traces.importing import import_trace
from traces.models import Experiment, Trace
from traces.organising import create_experiment
from traces.records import TraceRecord

DEMO_NAME = "Demo"
LEASE = timedelta(minutes=30)
SAID_AFTER = timedelta(minutes=1)


@transaction.atomic
def load_demo(owner: User, *, now: datetime) -> Experiment:
    """The demo experiment with its traces, label schemas, a finished session and an open one.

    The sample reviewers get accounts that nobody can sign in to. An experiment of this name that
    is there already is left as it is.
    """
    present = Experiment.objects.filter(name=DEMO_NAME).first()
    if present is not None:
        return present
    by = Credential(user=owner)
    experiment = create_experiment(DEMO_NAME, by=by)
    traces = load_all_traces(experiment, owner, now=now)
    for schema in load_schemas():
        definition = Definition(
            name=schema.name,
            kind=schema.kind,
            input=schema.input,
            title=schema.title,
            instruction=schema.instruction,
            comment=schema.comment,
        )
        create_schema(experiment, definition, by=by)
    for session in load_sessions():
        load_session(experiment, session, traces, by=by, now=now)
    return experiment


def load_all_traces(experiment: Experiment, owner: User, *, now: datetime) -> dict[str, Trace]:
    """The traces and what end users, judges and checks said about them, by the demo's keys."""
    traces: dict[str, Trace] = {}
    with passing_on(owner, experiment, "Demo traces", now=now) as by:
        for demo in load_traces(now):
            traces[demo.key] = load_trace(experiment, demo)
            for said in demo.assessments:
                at = demo.request_time + SAID_AFTER
                record(traces[demo.key], draft_of(said), by=by, now=at)
    return traces


def load_trace(experiment: Experiment, demo: DemoTrace) -> Trace:
    """One trace, as a file's trace is imported."""
    known = TraceRecord(
        trace_id=demo.trace_id,
        request_time=demo.request_time,
        execution_duration_ms=demo.duration_ms,
        state=demo.state,
        metadata=demo.metadata,
        tags=demo.tags,
    )
    return import_trace(experiment, known, demo.spans)


def draft_of(said: DemoAssessment) -> Draft:
    """The demo's words in ours."""
    return Draft(
        name=said.name,
        kind=said.kind,
        value=said.value,
        error=said.error,
        rationale=said.rationale or "",
        source_type=said.source_type,
        source_id=said.source_id,
    )


def load_session(
    experiment: Experiment,
    demo: DemoSession,
    traces: dict[str, Trace],
    *,
    by: Credential,
    now: datetime,
) -> None:
    """One session with its queue and every review that was given in it."""
    people = {r.email: account_for(r.email, name=r.name) for r in demo.reviewers}
    plan = Plan(
        name=demo.name,
        questions=[Asking(name=q.name, required=q.required) for q in demo.questions],
        reviewers=list(people),
        reviews_required=demo.reviews_required,
        assignment=demo.assignment,
        blind=demo.blind,
        purpose=demo.purpose,
        guidelines=demo.guidelines,
    )
    session = create_session(experiment, plan, by=by, now=now)
    add_traces(session, [traces[key].trace_id for key in demo.items])
    session = open_session(session, by=by, now=now)
    for review in demo.reviews:
        give_review(session, review, people[review.reviewer], traces[review.item])
    if demo.state == "closed":
        close_session(session, by=by, now=now)


def give_review(
    session: LabelingSession, demo: DemoReview, reviewer: User, expected: Trace
) -> None:
    """What a reviewer does: take the next item, answer, submit."""
    claimed = claim_next(session, reviewer, lease=LEASE).review
    if claimed is None or claimed.item.trace_id != expected.pk:
        raise WrongOrder(demo.item, demo.reviewer)
    act = reviewing.submit if demo.state == "submitted" else reviewing.cannot_judge
    submission = Submission(
        replies=replies_from_json({name: dict(answer) for name, answer in demo.answers.items()}),
        reason=demo.reason or "",
        active_ms=demo.active_seconds * 1000,
    )
    act(claimed.item, submission, by=Credential(user=reviewer), lease=LEASE)


class WrongOrder(RuntimeError):
    """The demo's reviews are not in the order in which the queue hands out its items."""

    def __init__(self, item: str, reviewer: str) -> None:
        super().__init__(f"The queue does not offer {item} to {reviewer} next.")
