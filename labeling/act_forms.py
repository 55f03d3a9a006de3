"""Small forms: naming traces, inviting somebody, membership, and typing a name to delete it."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError

from accounts.roles import Role
from labeling.manage_forms import area, line
from labeling.plans import MAXIMUM_EMAIL_LENGTH


class TraceIdsForm(forms.Form):
    """Traces named one by one."""

    trace_ids = forms.CharField(
        label="Trace ids",
        widget=area(4),
        help_text="One per line, or separated by spaces or commas.",
    )

    def clean_trace_ids(self) -> list[str]:
        """The ids in the order given."""
        return [part for part in self.cleaned_data["trace_ids"].replace(",", " ").split() if part]


class InviteForm(forms.Form):
    """Who gets a personal link."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=MAXIMUM_EMAIL_LENGTH,
        widget=forms.EmailInput({"class": "inp"}),
    )
    mail = forms.BooleanField(label="Send it by e-mail too", required=False, initial=True)


class DeleteForm(forms.Form):
    """The name typed again, because this cannot be undone in the page."""

    name = forms.CharField(label="Type the name to delete it", widget=line(autocomplete="off"))

    def __init__(self, expected: str, data: Mapping[str, object] | None = None):
        super().__init__(data, auto_id="delete_%s")  # beside a form with another name
        self.expected = expected

    def clean_name(self) -> str:
        """The name itself, to the letter."""
        name: str = self.cleaned_data["name"]
        if name != self.expected:
            raise ValidationError("This is not the name.")
        return name


class MemberForm(forms.Form):
    """A person and their role in the experiment."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=MAXIMUM_EMAIL_LENGTH,
        widget=forms.EmailInput({"class": "inp"}),
    )
    role = forms.ChoiceField(
        choices=[(role.value, role.value.capitalize()) for role in Role],
        initial=Role.REVIEWER.value,
        widget=forms.Select(attrs={"class": "inp"}),
    )
