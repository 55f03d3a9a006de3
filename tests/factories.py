"""Plain functions that make what tests need, through the verbs when a verb exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from accounts.credentials import Credential
from accounts.joining import create_token
from accounts.models import User
from accounts.roles import ALL_SCOPES, Role
from labeling import reviewing
from labeling.answering import Reply, Submission
from labeling.managing import create_session, open_session
from labeling.models import LabelingSession
from labeling.plans import Asking, Plan
from labeling.stocking import add_traces
from schemas.defining import Definition, create_schema
from schemas.inputs import Categorical, Input, Numeric, PassFail, Text, TextList
from schemas.models import LabelSchema
from traces.dataset_records import RecordDraft
from traces.datasets import create_dataset
from traces.ids import mint_span_id, mint_trace_id
from traces.ingesting import store_spans
from traces.json_values import Json
from traces.merging import merge_records
from traces.models import Dataset, Experiment, Membership, Trace
from traces.records import INPUTS, OUTPUTS, SPAN_TYPE, SpanRecord

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=30)
NS = 1_000_000_000
numbers = count(1)

INPUTS_BY_NAME: dict[str, tuple[str, Input]] = {
    "correct": ("feedback", PassFail("Correct", "Incorrect")),
    "completeness": ("feedback", Categorical(("Complete", "Partly", "Not at all"), ordered=True)),
    "tone": ("feedback", Categorical(("Friendly", "Neutral", "Rude"))),
    "problems": ("feedback", Categorical(("Made up", "Out of date", "Unclear"), multi_select=True)),
    "clarity": ("feedback", Numeric(1, 5, 1, "ordinal")),
    "minutes": ("feedback", Numeric(0, 120)),
    "improvement": ("feedback", Text(500)),
    "expected_response": ("expectation", Text()),
    "expected_facts": ("expectation", TextList(500, 50)),
}


def make_user(email: str = "", *, name: str = "") -> User:
    """An account that has joined."""
    user = User.objects.create_user(email or f"person{next(numbers)}@example.org", name=name)
    user.joined_at = NOW
    user.save(update_fields=["joined_at"])
    return user


def make_member(experiment: Experiment, role: Role, email: str = "") -> User:
    """An account with a role in an experiment."""
    user = make_user(email)
    Membership.objects.create(experiment=experiment, user=user, role=role)
    return user


def make_experiment(name: str = "") -> Experiment:
    """An empty experiment."""
    return Experiment.objects.create(name=name or f"experiment {next(numbers)}")


def make_token(user: User, *scopes: str, experiment_id: str = "") -> str:
    """The secret of a new token; every scope when none is named."""
    return create_token(user, scopes or ALL_SCOPES, experiment_id=experiment_id)[1]


def as_token(user: User, *scopes: str) -> Credential:
    """A credential by token."""
    token, _ = create_token(user, scopes or ALL_SCOPES)
    return Credential(user=user, token=token)


def make_spans(
    question: str = "What is a trace?",
    answer: str = "A recorded request.",
    *,
    trace_id: str = "",
    start: datetime = NOW,
) -> list[SpanRecord]:
    """A root CHAIN with a RETRIEVER below it."""
    trace_id = trace_id or mint_trace_id()
    begin = int(start.timestamp()) * NS
    root = SpanRecord(
        trace_id=trace_id,
        span_id=mint_span_id(),
        name="assistant",
        span_type="CHAIN",
        status="OK",
        start_ns=begin,
        end_ns=begin + 2 * NS,
        attributes={INPUTS: {"question": question}, OUTPUTS: answer, SPAN_TYPE: "CHAIN"},
    )
    retriever = SpanRecord(
        trace_id=trace_id,
        span_id=mint_span_id(),
        parent_span_id=root.span_id,
        name="retrieve",
        span_type="RETRIEVER",
        status="OK",
        start_ns=begin + NS // 10,
        end_ns=begin + NS,
        attributes={
            INPUTS: {"query": question},
            OUTPUTS: [
                {
                    "page_content": "A trace is one recorded request.",
                    "metadata": {"title": "Concepts", "source": "docs/concepts.md", "score": 0.9},
                    "id": "doc-1",
                }
            ],
            SPAN_TYPE: "RETRIEVER",
        },
    )
    return [retriever, root]


def make_trace(experiment: Experiment, **spans: object) -> Trace:
    """A trace of two spans, stored as OpenTelemetry would send it."""
    return store_spans(experiment, make_spans(**spans))[0]  # type: ignore[arg-type]


def make_schema(
    experiment: Experiment, name: str = "correct", *, comment: str = "optional"
) -> LabelSchema:
    """A label schema of INPUTS_BY_NAME."""
    kind, spec = INPUTS_BY_NAME[name]
    definition = Definition(name=name, kind=kind, input=spec, comment=comment)
    return create_schema(experiment, definition, by=None)


def make_session(
    experiment: Experiment,
    manager: User,
    *,
    traces: int = 2,
    questions: tuple[str, ...] = ("correct",),
    reviewers: tuple[User, ...] = (),
    opened: bool = True,
    **plan: object,
) -> LabelingSession:
    """A session with items and questions (required), open unless told otherwise."""
    for name in questions:
        if not LabelSchema.objects.filter(experiment=experiment, name=name).exists():
            make_schema(experiment, name)
    by = Credential(user=manager)
    session = create_session(
        experiment,
        Plan(
            name=f"session {next(numbers)}",
            questions=[Asking(name=name) for name in questions],
            reviewers=[user.email for user in reviewers],
            **plan,  # type: ignore[arg-type]
        ),
        by=by,
        now=NOW,
    )
    made = [
        make_trace(experiment, question=f"Question {n}?", start=NOW + timedelta(seconds=n))
        for n in range(traces)
    ]
    add_traces(session, [trace.trace_id for trace in made])
    return open_session(session, by=by, now=NOW) if opened else session


def submit(session: LabelingSession, position: int, who: User, **values: Json) -> None:
    """One submitted review with a value and a reason for each question."""
    replies = {name: Reply(value=value, rationale="Because.") for name, value in values.items()}
    said = Submission(replies=replies, active_ms=30_000)
    item = session.items.get(position=position)
    reviewing.submit(item, said, by=Credential(user=who), lease=LEASE)


def make_dataset(
    experiment: Experiment, creator: User, *, records: Sequence[Mapping[str, Any]] = ()
) -> Dataset:
    """A dataset of the experiment with these records, as MLflow's client sends them."""
    by = Credential(user=creator)
    dataset = create_dataset(f"data {next(numbers)}", [experiment], tags={}, by=by, now=NOW)
    drafts = [
        RecordDraft(
            inputs=record["inputs"],
            outputs=record.get("outputs"),
            replaces_outputs="outputs" in record,
            expectations=record.get("expectations"),
            source=record.get("source"),
        )
        for record in records
    ]
    if drafts:
        merge_records(dataset, drafts, by=by, now=NOW)
        dataset.refresh_from_db()
    return dataset
