"""Experiments and who belongs to them, runs, traces and spans."""

from traces.models.experiments import Experiment, Membership
from traces.models.runs import Run, RunInput, RunMetric, RunParam, RunTag
from traces.models.traces import Span, Trace, TraceKeyword, TraceRunLink, TraceText

__all__ = [
    "Experiment",
    "Membership",
    "Run",
    "RunInput",
    "RunMetric",
    "RunParam",
    "RunTag",
    "Span",
    "Trace",
    "TraceKeyword",
    "TraceRunLink",
    "TraceText",
]
