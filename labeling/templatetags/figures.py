"""Template filters of managers' pages: durations and kinds of questions in words."""

from __future__ import annotations

from django import template

from labeling.durations import of_milliseconds, of_seconds
from labeling.schema_forms import form_for
from schemas.answers import number_words
from schemas.models import LabelSchema

register = template.Library()


@register.filter
def seconds(value: float | None) -> str:
    """`{{ line.median_active_seconds|seconds }}`."""
    return "" if value is None else of_seconds(value)


@register.filter
def milliseconds(value: float | None) -> str:
    """`{{ trace.duration_ms|milliseconds }}`."""
    return "" if value is None else of_milliseconds(value)


@register.filter
def number(value: float | None) -> str:
    """`{{ answers.mean|number }}`: up to two decimals, and short however large it is."""
    return "" if value is None else number_words(round(value, 2))


@register.filter
def kind_words(schema: LabelSchema) -> str:
    """The kind of input in plain words: Pass or fail, Choose one."""
    return form_for(schema.version.spec).words
