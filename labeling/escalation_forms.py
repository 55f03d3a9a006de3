"""The fields of a session's form that say when one more reviewer is asked about an item."""

from __future__ import annotations

from django import forms

from assessments.escalation import USUAL_AGREEMENT, USUAL_MOST, Rule
from labeling.models import LabelingSession
from labeling.plans import MAXIMUM_REVIEWS_REQUIRED

Escalation = LabelingSession.Escalation

CHOICES = [
    (Escalation.OFF.value, "Never"),
    (Escalation.TIE.value, "Where the answers come to no combined one"),
    (
        Escalation.LOW_AGREEMENT.value,
        "Where they come to none, or too few of them are the same",
    ),
]


class EscalationFields(forms.Form):
    """When, below which share of equal answers in percent, and up to how many reviews."""

    escalation = forms.ChoiceField(
        label="Ask one more reviewer by itself",
        choices=CHOICES,
        required=False,
        initial=Escalation.OFF.value,
        widget=forms.RadioSelect,
        help_text="Once all reviews of a trace are in. When nobody more can be asked, it waits "
        "among the disagreements to be settled. Texts never differ in this sense.",
    )
    escalation_percent = forms.IntegerField(
        label="Too few: below this share, in %",
        min_value=1,
        max_value=100,
        required=False,
        initial=round(USUAL_AGREEMENT * 100),
        widget=forms.NumberInput(attrs={"class": "inp"}),
    )
    escalation_reviews = forms.IntegerField(
        label="At most this many in all",
        min_value=2,
        max_value=MAXIMUM_REVIEWS_REQUIRED,
        required=False,
        initial=USUAL_MOST,
        widget=forms.NumberInput(attrs={"class": "inp"}),
    )

    def rule(self) -> Rule | None:
        """What a valid form says; None for never. Numbers left empty are the usual ones."""
        data = self.cleaned_data
        when = data["escalation"] or Escalation.OFF
        if when == Escalation.OFF:
            return None
        percent = data["escalation_percent"]
        return Rule(
            when="tie" if when == Escalation.TIE else "low_agreement",
            min_agreement=USUAL_AGREEMENT if percent is None else percent / 100,
            max_reviews=data["escalation_reviews"] or USUAL_MOST,
        )


def initial_rule(session: LabelingSession) -> dict[str, object]:
    """A session's rule as the fields' values."""
    return {
        "escalation": session.escalation,
        "escalation_percent": session.escalation_percent,
        "escalation_reviews": session.escalation_reviews,
    }
