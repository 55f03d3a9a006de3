"""Which traces a filter and a sample would take, before they are taken; and a session with them.

The preview and the act draw alike, so both take the same traces as long as no new one matches in
between. `filling` puts them in and keeps the seed in the audit log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.credentials import Credential
from assessments.trace_search import matching_traces
from labeling.filling import fill_by_filter
from labeling.managing import create_session
from labeling.models import LabelingSession
from labeling.plans import Plan
from labeling.sampling import MAXIMUM_SAMPLE, Sample, draw
from traces.models import Experiment, Trace
from traces.searching import bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A filter in MLflow's language and how many of what it matches; n = 0 takes none."""

    filter: str
    sample: Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How many traces match and which of them are taken, in order."""

    matching: int
    trace_ids: list[str]


def drawn(experiment: Experiment, choice: Choice) -> Drawn:
    """Count and draw, a random sample from the newest 100,000 as `filling` does.

    Raises FilterSyntax or SearchRefused. Cost: two queries, and memory for the matching ids.
    """
    sample = choice.sample
    wanted = sample.n if sample.how == "newest" else MAXIMUM_SAMPLE
    with bounded():
        found = matching_traces(experiment, choice.filter).newest_first()
        ids = list(found.values_list("trace_id", flat=True)[:wanted])
        matching = found.count()
    return Drawn(matching=matching, trace_ids=draw(ids, sample))


def looked_at(experiment: Experiment, trace_ids: Sequence[str]) -> list[Trace]:
    """Traces in the order of their ids, for a page. Cost: one query."""
    rows = Trace.objects.filter(experiment=experiment, trace_id__in=trace_ids)
    found = {trace.trace_id: trace for trace in rows}
    return [found[trace_id] for trace_id in trace_ids if trace_id in found]


@transaction.atomic
def create_filled(
    experiment: Experiment, plan: Plan, choice: Choice, *, by: Credential, now: datetime
) -> LabelingSession:
    """A draft with its traces, or neither. Raises InvalidPlan, FilterSyntax or SearchRefused."""
    session = create_session(experiment, plan, by=by, now=now)
    if choice.sample.n:
        fill_by_filter(session, choice.filter, choice.sample, by=by)
    return session
