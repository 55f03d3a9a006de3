"""Forms of a session's pages: the plan, and which traces.

They read text into records; the verbs decide. `place_error` puts a verb's refusal beside the field
it is about. `asking_forms` has the rows of a session's questions, `schema_forms` the forms of label
schemas, `act_forms` those of small acts.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, time

from django import forms
from django.core.exceptions import ValidationError

from labeling.escalation_forms import EscalationFields, initial_rule
from labeling.models import LabelingSession
from labeling.plans import MAXIMUM_REVIEWS_REQUIRED, Asking, InvalidPlan, Plan, check_email
from labeling.sampling import MAXIMUM_SAMPLE, Sample
from traces.filter_tokens import MAX_BYTES
from traces.filtering import FilterSyntax, parse

USUAL_SAMPLE = 40
START_OF_DAY = time(0, tzinfo=UTC)
END_OF_DAY = time(23, 59, tzinfo=UTC)

ASSIGNMENTS = [
    (
        LabelingSession.Assignment.POOL.value,
        "Shared pool: everyone takes the next item that is free",
    ),
    (LabelingSession.Assignment.BALANCED.value, "Balanced: items are dealt out up front"),
]
BLIND = [
    ("", "As usual: until submitted when two or more people review each trace, else off"),
    (LabelingSession.Blind.UNTIL_SUBMITTED.value, "Until they have submitted their own"),
    (LabelingSession.Blind.ALWAYS.value, "Always"),
    (LabelingSession.Blind.OFF.value, "Never: reviewers see each other’s answers at once"),
]


def area(rows: int) -> forms.Textarea:
    """A text area of the house."""
    return forms.Textarea(attrs={"rows": rows, "class": "ta"})


def line(**attrs: str) -> forms.TextInput:
    """A one-line field of the house."""
    return forms.TextInput(attrs={"class": "inp", **attrs})


def number() -> forms.NumberInput:
    """A number field of the house."""
    return forms.NumberInput(attrs={"class": "inp"})


class SessionForm(EscalationFields):
    """Everything about a session but its questions and traces.

    questions_error   what is wrong with the questions, which have rows of their own
    """

    questions_error = ""

    name = forms.CharField(max_length=250, widget=line())
    purpose = forms.CharField(
        max_length=1000,
        required=False,
        widget=area(2),
        help_text="One or two sentences that reviewers read first.",
    )
    guidelines = forms.CharField(
        max_length=50_000,
        required=False,
        widget=area(6),
        help_text="How to decide, in Markdown. Always one click away while reviewing.",
    )
    reviews_required = forms.IntegerField(
        label="Reviews per trace",
        min_value=1,
        max_value=MAXIMUM_REVIEWS_REQUIRED,
        initial=1,
        widget=number(),
        help_text="With one review per trace no agreement can be measured. If you raise it later, "
        "items that have fewer come back; if you lower it, those that have enough are done.",
    )
    due_on = forms.DateField(
        label="Finish by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "inp"}, format="%Y-%m-%d"),
    )
    opens_on = forms.DateField(
        label="Opens by itself on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "inp"}, format="%Y-%m-%d"),
        help_text="Until then reviewers read when it opens. Empty: you open it.",
    )
    reroutes_cannot_judge = forms.BooleanField(
        label="What somebody cannot judge goes to another reviewer instead",
        required=False,
    )
    submits_on_pick = forms.BooleanField(
        label="Choosing the answer submits it, where a single pass/fail question is asked",
        required=False,
        initial=True,
    )
    practice_trace_id = forms.CharField(
        label="Practice item",
        max_length=250,
        required=False,
        widget=line(spellcheck="false", autocomplete="off"),
        help_text="The id of a trace to try the questions on. Nothing answered there is kept.",
    )
    repeat_percent = forms.IntegerField(
        label="Traces to repeat, in %",
        min_value=0,
        max_value=100,
        initial=0,
        required=False,
        widget=number(),
        help_text="They come to the same reviewers again, unannounced, after at least 10 others: "
        "how often do people agree with themselves?",
    )
    assignment = forms.ChoiceField(
        label="Who gets which trace", choices=ASSIGNMENTS, initial="pool", widget=forms.RadioSelect
    )
    blind = forms.ChoiceField(
        label="Hide other reviewers’ answers",
        choices=BLIND,
        required=False,
        initial="",
        widget=forms.RadioSelect,
    )
    reviewers = forms.CharField(
        required=False,
        widget=area(4),
        help_text="One e-mail address per line. When nobody is named, every member who may "
        "review takes part.",
    )

    def clean_reviewers(self) -> list[str]:
        """The addresses, each checked; the message names the line."""
        emails = []
        for n, text in enumerate(self.cleaned_data["reviewers"].splitlines(), start=1):
            email = text.strip()
            if not email:
                continue
            try:
                check_email(email)
            except InvalidPlan as error:
                raise ValidationError(f"Line {n}: {error}") from error
            emails.append(email)
        return emails

    def plan(self, questions: Sequence[Asking]) -> Plan:
        """The plan of a valid form."""
        data = self.cleaned_data
        due_on, opens_on = data["due_on"], data["opens_on"]
        return Plan(
            name=data["name"],
            questions=questions,
            reviewers=data["reviewers"],
            reviews_required=data["reviews_required"],
            assignment=data["assignment"],
            blind=data["blind"],
            purpose=data["purpose"],
            guidelines=data["guidelines"],
            escalation=self.rule(),
            repeat_percent=data["repeat_percent"] or 0,
            due_at=datetime.combine(due_on, END_OF_DAY) if due_on else None,
            opens_at=datetime.combine(opens_on, START_OF_DAY) if opens_on else None,
            submits_on_pick=data["submits_on_pick"],
            reroutes_cannot_judge=data["reroutes_cannot_judge"],
            practice_trace_id=data["practice_trace_id"],
        )


def initial_of(session: LabelingSession, emails: Sequence[str]) -> dict[str, object]:
    """A session as the form's values."""
    return {
        "name": session.name,
        "purpose": session.purpose,
        "guidelines": session.guidelines,
        "reviews_required": session.reviews_required,
        "due_on": session.due_at.date() if session.due_at else None,
        "opens_on": session.opens_at.date() if session.opens_at else None,
        "submits_on_pick": session.submits_on_pick,
        "reroutes_cannot_judge": session.reroutes_cannot_judge,
        "practice_trace_id": session.practice_trace.trace_id if session.practice_trace else "",
        "assignment": session.assignment,
        "blind": session.blind,
        "reviewers": "\n".join(emails),
        **initial_rule(session),
        "repeat_percent": session.repeat_percent,
    }


class TracesForm(forms.Form):
    """Which of the experiment's traces: MLflow's filter, how many, newest or at random."""

    filter = forms.CharField(
        required=False,
        strip=True,
        widget=line(
            spellcheck="false",
            placeholder="status = 'OK' AND tag.app_version = '2.3'",
        ),
        help_text="MLflow’s filter language. Empty matches every trace.",
    )
    n = forms.IntegerField(
        label="How many",
        min_value=0,
        max_value=MAXIMUM_SAMPLE,
        initial=USUAL_SAMPLE,
        widget=number(),
        help_text="0 takes none now.",
    )
    how = forms.ChoiceField(
        label="Which of them",
        choices=[("newest", "The newest"), ("random", "At random")],
        initial="newest",
        widget=forms.Select(attrs={"class": "inp"}),
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        initial=lambda: secrets.randbelow(10**6),
        widget=number(),
        help_text="The same seed draws the same traces again.",
    )

    def clean_filter(self) -> str:
        """The filter, which must be readable; the message points at the column."""
        text: str = self.cleaned_data["filter"]
        if len(text.encode()) > MAX_BYTES:
            raise ValidationError("A filter has at most 4 KB.")
        try:
            parse(text)
        except FilterSyntax as error:
            raise ValidationError(str(error)) from error
        return text

    def sample(self) -> Sample:
        """How to draw, of a valid form."""
        data = self.cleaned_data
        return Sample(n=data["n"], how=data["how"], seed=data["seed"])


def place_error(form: forms.Form, field: str, message: str) -> None:
    """Put a verb's refusal beside the field or the rows it names, else above the form."""
    if isinstance(form, SessionForm) and field == "label_schemas":
        form.questions_error = message
        return
    form.add_error(field if field in form.fields else None, message)
