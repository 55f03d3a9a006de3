"""Which assessments a credential may reach."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.credentials import Credential, Reach
from accounts.prepared import prepared
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
    found = reached_assessment(credential, assessment_id, action, or_retracted)
    if found is not None:
        return found
    is_visible = reached_assessment(credential, assessment_id, Action.READ, or_retracted)
    raise NotAllowed(action) if is_visible else NoSuchAssessment(assessment_id)


def reached_assessment(
    credential: Credential,
    assessment_id: str,
    action: Action,
    or_retracted: bool,  # noqa: FBT001 - part of the shape
) -> Assessment | None:
    """The assessment, when it is there and the role allows the action."""
    return allowed_assessment.first(
        action, credential.reach, or_retracted, assessment_id=assessment_id, **credential.keys
    )


@prepared
def allowed_assessment(
    action: Action,
    reach: Reach,
    or_retracted: bool,  # noqa: FBT001 - part of the shape
    /,
    *,
    assessment_id: str,
    user: int,
    experiment: int,
) -> QuerySet[Assessment]:
    """`AssessmentQuerySet.allowing` for one assessment: every change of one asks it."""
    rows = Assessment.objects.all() if or_retracted else Assessment.objects.present()
    rows = rows.select_related("trace", "run", "overrides", "schema_version", "author")
    found = rows.filter(assessment_id=assessment_id)
    return found.reached(action, reach, user=user, experiment=experiment).order_by()


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
