"""Traces, their spans, and what they are found by. docs/adr/0003 says why spans are stored so."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Left

from accounts.credentials import Credential
from accounts.roles import Action, roles_allowing
from traces.json_field import ExactJsonField
from traces.models.experiments import Experiment
from traces.models.runs import Run

INDEXED_VALUE_LENGTH = 120


class TraceQuerySet(models.QuerySet["Trace"]):
    """Picks traces."""

    def present(self) -> TraceQuerySet:
        """Not of a deleted experiment."""
        return self.filter(experiment__deleted_at__isnull=True)

    def allowing(self, credential: Credential, action: Action) -> TraceQuerySet:
        """Traces of experiments in which the action is allowed, as `Experiment.allowing` has it.

        Those of deleted experiments are not found.
        Written as a join, which costs a third less than a subquery of experiments; a person has
        one membership in an experiment, so no trace comes twice.
        """
        found = self.present()
        if credential.bound_experiment_id:
            found = found.filter(experiment=int(credential.bound_experiment_id))
        if credential.user.is_superuser:
            return found
        return found.of_member(credential.user.pk, action)

    def of_member(self, user_pk: int, action: Action) -> TraceQuerySet:
        """Traces of experiments in which this person has a role that allows the action."""
        return self.filter(
            experiment__memberships__user=user_pk,
            experiment__memberships__role__in=roles_allowing(action),
        )

    def newest_first(self) -> TraceQuerySet:
        """MLflow's default order, total because the id is unique."""
        return self.order_by("-requested_at", "trace_id")


class Trace(models.Model):
    """One recorded request of an application.

    States: IN_PROGRESS until the root span or StartTraceV3 says OK or ERROR; either may come first
    and again (WIRE, section 2). `tags` and `metadata` hold what is read; TraceKeyword the same
    values for finding.
    """

    class State(models.TextChoices):
        """MLflow's words."""

        OK = "OK"
        ERROR = "ERROR"
        IN_PROGRESS = "IN_PROGRESS"
        STATE_UNSPECIFIED = "STATE_UNSPECIFIED"

    trace_id = models.CharField(max_length=250, unique=True)
    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="traces", db_index=False
    )
    state = models.CharField(max_length=17, choices=State.choices, default=State.IN_PROGRESS)
    requested_at = models.DateTimeField()
    duration_ms = models.BigIntegerField(null=True, blank=True)
    name = models.CharField(max_length=4096, blank=True)
    client_request_id = models.CharField(max_length=250, blank=True)
    request_preview = models.TextField(blank=True)
    response_preview = models.TextField(blank=True)
    tags = ExactJsonField(default=dict)
    metadata = ExactJsonField(default=dict)
    received_at = models.DateTimeField(auto_now_add=True)

    objects = TraceQuerySet.as_manager()

    class Meta:
        indexes = [
            # The traces of an experiment, newest first: the list and every search's default order.
            models.Index(
                fields=["experiment", "-requested_at", "trace_id"], name="traces_newest_first"
            ),
            # The same within one state: `status = 'ERROR'`.
            models.Index(
                fields=["experiment", "state", "-requested_at", "trace_id"], name="traces_by_state"
            ),
        ]

    def __str__(self) -> str:
        return self.trace_id


class TraceKeyword(models.Model):
    """One tag or metadata entry of a trace, so that a search costs by the page."""

    class Kind(models.TextChoices):
        """Which of the two mappings the entry is from."""

        TAG = "t"
        METADATA = "m"

    trace = models.ForeignKey(
        Trace, on_delete=models.CASCADE, related_name="keywords", db_index=False
    )
    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=1, choices=Kind.choices)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trace", "kind", "key"], name="one_value_per_keyword")
        ]
        indexes = [
            # Equality on a tag or metadata key. Only the start of the value: an index entry of
            # Postgres has at most 2.7 KB.
            models.Index(
                "experiment",
                "kind",
                "key",
                Left("value", INDEXED_VALUE_LENGTH),
                "trace",
                name="traces_by_keyword",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}.{self.key}"


class Span(models.Model):
    """One step of a trace.

    `attributes` holds every attribute as plain JSON, `events` and `links` as lists; nothing in
    them is queried by shape.
    """

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="spans", db_index=False)
    span_id = models.CharField(max_length=16)
    parent_span_id = models.CharField(max_length=16, blank=True)
    name = models.TextField()
    span_type = models.CharField(max_length=250)
    status = models.CharField(max_length=5)
    status_message = models.TextField(blank=True)
    start_ns = models.BigIntegerField()
    end_ns = models.BigIntegerField(null=True, blank=True)
    attributes = ExactJsonField(default=dict)
    events = ExactJsonField(default=list)
    links = ExactJsonField(default=list)
    resource = ExactJsonField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trace", "span_id"], name="one_row_per_span")
        ]
        indexes = [
            # Span conditions of a search: `span.name = 'retrieve' AND span.type = 'RETRIEVER'`.
            models.Index(
                Left("name", INDEXED_VALUE_LENGTH), "span_type", "trace", name="spans_by_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TraceText(models.Model):
    """What text search reads of one arrival of spans: names, inputs and outputs.

    One row per trace and request, spans separated by U+001F; rows are appended and never rewritten,
    because rewriting one text per trace is quadratic when spans arrive one by one. A span that is
    replaced makes the trace's text anew. `traces.text_index` has its index.
    """

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="texts")
    text = models.TextField()

    def __str__(self) -> str:
        return f"text of {self.trace_id}"


class TraceRunLink(models.Model):
    """A trace that belongs to a run; the traces of a labeling session are linked to its run."""

    run = models.ForeignKey(
        Run, on_delete=models.CASCADE, related_name="trace_links", db_index=False
    )
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="run_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "trace"], name="one_link_per_run_and_trace")
        ]

    def __str__(self) -> str:
        return f"{self.trace_id} in {self.run_id}"
