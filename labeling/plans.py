"""What one says about a session, as a record, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from assessments.escalation import Rule
from labeling.models import LabelingSession

MAXIMUM_NAME_LENGTH = 250
MAXIMUM_EMAIL_LENGTH = 254  # the column of accounts
MAXIMUM_REVIEWS_REQUIRED = 50


class InvalidPlan(ValueError):
    """Something about a session cannot be so; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question of a plan: a label schema's name and whether an answer is required.

    consensus   how answers are combined; empty: as before, at first by what fits their scale
    """

    name: str
    required: bool = True
    consensus: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything one says about a session. An empty `blind` follows from the reviews required.

    escalation         when one more reviewer is asked about an item, None for never
    repeat_percent     of the items come to their reviewers a second time, untold
    opens_at           when a draft opens by itself, None for by hand only
    submits_on_pick    a single pass/fail question is submitted by choosing its answer
    reroutes_cannot_judge  an item that somebody cannot judge goes to one more reviewer instead
    practice_trace_id  of the experiment's traces; shown to try the questions on, never counted
    """

    name: str
    questions: Sequence[Asking] = field(default_factory=list)
    reviewers: Sequence[str] = field(default_factory=list)
    reviews_required: int = 1
    assignment: str = LabelingSession.Assignment.POOL.value
    blind: str = ""
    purpose: str = ""
    guidelines: str = ""
    escalation: Rule | None = None
    repeat_percent: int = 0
    due_at: datetime | None = None
    opens_at: datetime | None = None
    submits_on_pick: bool = True
    reroutes_cannot_judge: bool = False
    practice_trace_id: str = ""


def plan_columns(plan: Plan) -> dict[str, object]:
    """The plan's own columns; blind until submitted as soon as answers are compared."""
    blind = LabelingSession.Blind.UNTIL_SUBMITTED if plan.reviews_required > 1 else "off"
    return {
        "name": plan.name.strip(),
        "purpose": plan.purpose.strip(),
        "guidelines": plan.guidelines,
        "reviews_required": plan.reviews_required,
        "assignment": plan.assignment,
        "blind": plan.blind or blind,
        "due_at": plan.due_at,
        "opens_at": plan.opens_at,
        "submits_on_pick": plan.submits_on_pick,
        "reroutes_cannot_judge": plan.reroutes_cannot_judge,
        "repeat_percent": plan.repeat_percent,
        **rule_columns(plan.escalation),
    }


def rule_columns(rule: Rule | None) -> dict[str, object]:
    """An escalation rule as columns; its numbers stay while it is off, but mean nothing."""
    if rule is None:
        return {"escalation": LabelingSession.Escalation.OFF}
    return {
        "escalation": rule.when,
        "escalation_agreement": rule.min_agreement,
        "escalation_reviews": rule.max_reviews,
    }


def check_plan(plan: Plan) -> None:
    """Lengths, words and e-mails. Raises InvalidPlan."""
    if not 1 <= len(plan.name.strip()) <= MAXIMUM_NAME_LENGTH:
        raise InvalidPlan("name", f"Write 1 to {MAXIMUM_NAME_LENGTH} characters.")
    if not 1 <= plan.reviews_required <= MAXIMUM_REVIEWS_REQUIRED:
        raise InvalidPlan("reviews_required", f"A number from 1 to {MAXIMUM_REVIEWS_REQUIRED}.")
    if plan.assignment not in LabelingSession.Assignment.values:
        raise InvalidPlan("assignment", "Use pool or balanced.")
    if plan.blind and plan.blind not in LabelingSession.Blind.values:
        raise InvalidPlan("blind", "Use until_submitted, always or off.")
    if len(plan.purpose) > 1000:
        raise InvalidPlan("purpose", "Write at most 1000 characters.")
    if len(plan.guidelines) > 50_000:
        raise InvalidPlan("guidelines", "Write at most 50000 characters.")
    check_rules(plan)
    for email in plan.reviewers:
        check_email(email)


def check_rules(plan: Plan) -> None:
    """What the worker does with items by itself. Raises InvalidPlan."""
    if plan.escalation is not None:
        fault = plan.escalation.fault(
            reviews_required=plan.reviews_required, most=MAXIMUM_REVIEWS_REQUIRED
        )
        if fault:
            raise InvalidPlan("escalation", fault)
    if not 0 <= plan.repeat_percent <= 100:
        raise InvalidPlan("repeat_percent", "A whole number from 0 to 100.")


def check_email(email: str) -> None:
    """Raises InvalidPlan for what is no e-mail address, or too long for an account."""
    if len(email.strip()) > MAXIMUM_EMAIL_LENGTH:
        raise InvalidPlan("reviewers", f"An address has at most {MAXIMUM_EMAIL_LENGTH} characters.")
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise InvalidPlan("reviewers", f"{email!r} is not an e-mail address.") from error
