"""Which assessments a credential may reach."""

from __future__ import annotations

from accounts.credentials import Credential
from accounts.roles import Action
from assessments.models import Assessment
from assessments.refusals import NoSuchAssessment
from traces.access import NotAllowed


def assessment_for(
    credential: Credential, assessment_id: str, action: Action, *, or_retracted: bool = False
) -> Assessment:
    """The assessment with its trace, when the action is allowed in its experiment.

    or_retracted  also a withdrawn one, whose history stays readable
    Raises ScopeMissing, NoSuchAssessment (not to be seen) or NotAllowed (seen, but not this).
    """
    credential.demand_scope(action)
    rows = Assessment.objects.select_related(
        "trace", "run", "overrides", "schema_version", "author"
    ).filter(assessment_id=assessment_id)
    if not or_retracted:
        rows = rows.present()
    found = rows.allowing(credential, action).first()
    if found is not None:
        return found
    visible = rows.allowing(credential, Action.READ).exists()
    raise NotAllowed(action) if visible else NoSuchAssessment(assessment_id)


def action_to_retract(credential: Credential) -> Action:
    """What withdrawing is to this credential: a token that only manages writes no assessments."""
    only_manages = credential.has_scope_for(Action.RETRACT_ANY) and not credential.has_scope_for(
        Action.WRITE_ASSESSMENTS
    )
    return Action.RETRACT_ANY if only_manages else Action.WRITE_ASSESSMENTS


def assessment_to_retract(credential: Credential, assessment_id: str) -> tuple[Assessment, bool]:
    """The assessment, and whether the caller may withdraw somebody else's. As `assessment_for`."""
    if credential.has_scope_for(Action.RETRACT_ANY):
        rows = Assessment.objects.present().filter(assessment_id=assessment_id)
        found = rows.allowing(credential, Action.RETRACT_ANY).first()
        if found is not None:
            return found, True
    return assessment_for(credential, assessment_id, action_to_retract(credential)), False
