"""The form of the export page: what a row is, as which file, and what is left out of it."""

from __future__ import annotations

from datetime import UTC
from typing import Any, cast

from django import forms
from django.http import QueryDict

from labeling.parquet_format import is_available
from labeling.wanted_exports import UnknownExport, Wanted
from traces.timestamps import format_rfc3339

ROWS = [
    ("labels", "Labels: one row per answer, with who gave it and when"),
    ("items", "Items: one row per trace, with the combined answer to each question"),
    ("dataset", "Dataset records: one row per distinct inputs, with what is expected of them"),
    ("repeats", "Repeats: one row per answer to a trace that was given a second time"),
    ("traces", "Labeled traces: whole traces as MLflow’s JSON, with assessments"),
]
FORMATS = [("jsonl", "JSON lines"), ("csv", "CSV"), ("parquet", "Parquet")]
CHOICES = {"rows": ROWS, "format": FORMATS}


class ExportForm(forms.Form):
    """Everything that an export may be asked for.

    secret       the server's key of pseudonyms
    has_repeats  whether there are any to be asked for
    """

    rows = forms.ChoiceField(
        label="What a row is", choices=ROWS, initial="labels", widget=forms.RadioSelect
    )
    format = forms.ChoiceField(
        label="File", choices=FORMATS, initial="jsonl", widget=forms.Select({"class": "inp"})
    )
    updated_since = forms.DateTimeField(
        label="Only what changed since",
        required=False,
        widget=forms.DateTimeInput(
            {"class": "inp", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
        help_text="Labels and items only. The time is UTC.",
    )
    by_reviewer = forms.BooleanField(
        label="A column for each question and reviewer (items only)", required=False
    )
    pseudonyms = forms.BooleanField(
        label="Call people by pseudonyms (not for traces)", required=False
    )

    def __init__(
        self, secret: str, data: QueryDict | None = None, *, has_repeats: bool = False
    ) -> None:
        super().__init__(data)
        self.secret = secret
        if not is_available():
            self.leave_out("format", "parquet")
        if not has_repeats:
            self.leave_out("rows", "repeats")

    def leave_out(self, name: str, value: str) -> None:
        """One choice of a field."""
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [each for each in CHOICES[name] if each[0] != value]

    def clean(self) -> dict[str, Any] | None:  # Any: a value of each kind of field
        """The fields together; what does not go together is said beside its field."""
        cleaned = super().clean()
        if not self.errors:
            try:
                self.wanted().check()
            except UnknownExport as error:
                self.add_error(error.field, str(error))
        return cleaned

    def wanted(self) -> Wanted:
        """The export of a valid form."""
        said = self.cleaned_data
        return Wanted(
            rows=said["rows"],
            format=said["format"],
            updated_since=said["updated_since"],
            by_reviewer=said["by_reviewer"],
            pseudonyms=said["pseudonyms"],
            secret=self.secret,
        )

    def query(self) -> str:
        """The export of a valid form as the API's query."""
        wanted, query = self.wanted(), QueryDict(mutable=True)
        query["rows"], query["format"] = wanted.rows, wanted.format
        if wanted.updated_since is not None:
            query["updated_since"] = format_rfc3339(wanted.updated_since.astimezone(UTC))
        for name in ("by_reviewer", "pseudonyms"):
            if self.cleaned_data[name]:
                query[name] = "true"
        return query.urlencode()
