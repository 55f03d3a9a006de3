"""Assessments on MLflow's wire: four verbs of `assessments.recording` and nothing else."""

from __future__ import annotations

from accounts.roles import Action
from assessments.access import action_to_retract, assessment_for, assessment_to_retract
from assessments.attribution import action_of
from assessments.mlflow_json import assessment_to_json
from assessments.models import Assessment
from assessments.reading import assessment_record
from assessments.recording import override, record, retract, revise
from assessments.refusals import NoSuchAssessment, WrongKind
from reviewapp.mlflow_api.endpoint import Answer, Call
from reviewapp.mlflow_api.wire.assessments import (
    Said,
    correction_from_json,
    said_from_json,
)
from traces.access import trace_for
from traces.models import Trace


def create(call: Call, trace_id: str) -> Answer:
    """CreateAssessment. The path names the trace, whatever the body says."""
    said = said_from_json(call.fields.get("assessment"))
    trace = trace_for(call.by, trace_id, action_of(call.by, said.draft))
    return shown(write(trace, said, call), trace_id)


def get(call: Call, trace_id: str, assessment_id: str) -> Answer:
    """GetAssessmentRequest."""
    found = assessment_for(call.by, assessment_id, Action.READ)
    return shown(on_trace(found, trace_id), trace_id)


def update(call: Call, trace_id: str, assessment_id: str) -> Answer:
    """UpdateAssessment. It has no version: the last write wins, the earlier value is a revision."""
    correction = correction_from_json(call.fields.get("assessment"), call.fields.get("update_mask"))
    found = on_trace(assessment_for(call.by, assessment_id, Action.WRITE_ASSESSMENTS), trace_id)
    if correction.kind not in (None, found.kind):
        raise WrongKind(f"This assessment is {found.kind}, not {correction.kind}.")
    changes = correction.changes
    if found.kind == Assessment.Kind.EXPECTATION:
        changes = correction.without_rationale()
    return shown(revise(found, changes, by=call.by, now=call.now), trace_id)


def delete(call: Call, trace_id: str, assessment_id: str) -> Answer:
    """DeleteAssessment. Deleting what is not there is no error, unless the trace is not there."""
    trace = trace_for(call.by, trace_id, action_to_retract(call.by))
    try:
        found, may_retract_any = assessment_to_retract(call.by, assessment_id)
    except NoSuchAssessment:
        return {}
    if found.trace_id == trace.pk:
        retract(found, by=call.by, now=call.now, may_retract_any=may_retract_any)
    return {}


def write(trace: Trace, said: Said, call: Call) -> Assessment:
    """Record it, or override the one it names. Raises NoSuchAssessment and what `record` raises."""
    if not said.overrides:
        return record(trace, said.draft, by=call.by, now=call.now)
    targets = Assessment.objects.present().filter(trace=trace, assessment_id=said.overrides)
    target = targets.first()
    if target is None:
        raise NoSuchAssessment(said.overrides)
    target.trace = trace
    return override(target, said.draft, by=call.by, now=call.now)


def on_trace(found: Assessment, trace_id: str) -> Assessment:
    """The assessment, when it is of the trace that the path names. Raises NoSuchAssessment."""
    if found.trace.trace_id != trace_id:
        raise NoSuchAssessment(found.assessment_id)
    return found


def shown(assessment: Assessment, trace_id: str) -> Answer:
    """The answer of all but delete."""
    return {"assessment": assessment_to_json(assessment_record(assessment, trace_id))}
