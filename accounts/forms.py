"""Forms of sign-in and of one's own settings."""

from __future__ import annotations

from django import forms
from django.contrib.auth import password_validation

from accounts.models import User
from accounts.preferences import CHOICES, Preferences, preferences_from


class SignInForm(forms.Form):
    """E-mail and password; the password is not needed to ask for a link."""

    email = forms.EmailField(max_length=254)
    password = forms.CharField(max_length=200, required=False, strip=False)
    shared = forms.BooleanField(required=False)


class NameForm(forms.Form):
    """What others read beside one's answers."""

    name = forms.CharField(max_length=200)


class PasswordForm(forms.Form):
    """A new password; the present one is asked for when there is one."""

    present = forms.CharField(max_length=200, required=False, strip=False)
    new = forms.CharField(max_length=200, strip=False)

    def __init__(self, user: User, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or nothing
        self.user = user

    def clean_present(self) -> str:
        """Must be right, so that a computer left alone does not give the account away."""
        present = str(self.cleaned_data["present"])
        if self.user.has_usable_password() and not self.user.check_password(present):
            raise forms.ValidationError("This is not your present password.")
        return present

    def clean_new(self) -> str:
        """Long enough and not common."""
        new = str(self.cleaned_data["new"])
        password_validation.validate_password(new, self.user)
        return new


class PreferencesForm(forms.Form):
    """Any of the preferences; those not sent stay as they are."""

    theme = forms.ChoiceField(choices=[(v, v) for v in CHOICES["theme"]], required=False)
    size = forms.ChoiceField(choices=[(v, v) for v in CHOICES["size"]], required=False)
    width = forms.ChoiceField(choices=[(v, v) for v in CHOICES["width"]], required=False)
    face = forms.ChoiceField(choices=[(v, v) for v in CHOICES["face"]], required=False)
    advance = forms.ChoiceField(choices=[(v, v) for v in CHOICES["advance"]], required=False)
    keys = forms.ChoiceField(choices=[(v, v) for v in CHOICES["keys"]], required=False)

    def over(self, present: Preferences) -> Preferences:
        """The present preferences with what was sent."""
        sent = {name: value for name, value in self.cleaned_data.items() if value}
        return preferences_from(present.as_json() | sent)
