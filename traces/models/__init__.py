"""Experiments and who belongs to them, runs, traces and spans, evaluation datasets."""

from traces.models.datasets import Dataset, DatasetExperiment, DatasetRecord, DatasetTag
from traces.models.experiments import Experiment, ExperimentTag, Membership, WithinQuerySet
from traces.models.runs import Run, RunInput, RunMetric, RunParam, RunTag
from traces.models.traces import Span, Trace, TraceKeyword, TraceRunLink, TraceText

__all__ = [
    "Dataset",
    "DatasetExperiment",
    "DatasetRecord",
    "DatasetTag",
    "Experiment",
    "ExperimentTag",
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
    "WithinQuerySet",
]
