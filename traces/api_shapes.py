"""Bodies and answers of the native API about experiments and traces."""

from __future__ import annotations

from rest_framework import serializers

from accounts.shapes import AnyJson, AnyObject, Shape, Texts, Words
from traces.models import Trace


class NewExperiment(Shape):
    """What one says about a new experiment."""

    name = Words(max_length=500)


class ExperimentAnswer(Shape):
    """An experiment."""

    experiment_id = serializers.CharField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class SpanEventAnswer(Shape):
    """Something that happened during a span."""

    name = serializers.CharField()
    time_ns = serializers.IntegerField()
    attributes = AnyObject()


class SpanAnswer(Shape):
    """One step of a trace."""

    span_id = serializers.CharField()
    parent_span_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    span_type = serializers.CharField()
    status = serializers.CharField()
    status_message = serializers.CharField()
    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField(allow_null=True)
    inputs = AnyJson()
    outputs = AnyJson()
    attributes = AnyObject()
    events = SpanEventAnswer(many=True)


class TraceRow(Shape):
    """A trace without its spans."""

    trace_id = serializers.CharField()
    experiment_id = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Trace.State.values)
    requested_at = serializers.DateTimeField()
    duration_ms = serializers.IntegerField(allow_null=True)
    client_request_id = serializers.CharField()
    request_preview = serializers.CharField()
    response_preview = serializers.CharField()
    tags = Texts()
    metadata = Texts()


class TraceAnswer(TraceRow):
    """A trace with its spans in the order they began."""

    spans = SpanAnswer(many=True)
