"""Native API: experiments, and one trace. Searching is above, where assessments are known."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.asking import credential_of
from accounts.idempotency import Done, once
from accounts.roles import Action
from traces.access import experiment_for, trace_for
from traces.api_shapes import ExperimentAnswer, NewExperiment, TraceAnswer
from traces.models import Experiment
from traces.native_json import experiment_json, trace_json
from traces.organising import create_experiment


@extend_schema(tags=["experiments"])
@extend_schema_view(
    list=extend_schema(summary="List the experiments you may read, newest first"),
    create=extend_schema(
        summary="Create an experiment; you become its owner",
        request=NewExperiment,
        responses={201: ExperimentAnswer},
    ),
    retrieve=extend_schema(summary="Read an experiment"),
)
class Experiments(GenericViewSet[Experiment]):
    """Experiments."""

    serializer_class = ExperimentAnswer
    keyset = ("-created_at", "-pk")

    def list(self, request: Request) -> Response:
        """Experiments in which the caller has a reading role."""
        by = credential_of(request)
        by.demand_scope(Action.READ)
        found = Experiment.objects.allowing(by, Action.READ).active()
        rows = self.paginate_queryset(found)
        return self.get_paginated_response([experiment_json(row) for row in rows or []])

    def create(self, request: Request) -> Response:
        """A new experiment."""
        body = NewExperiment(data=request.data)
        body.is_valid(raise_exception=True)
        by = credential_of(request)

        def work() -> Done[Experiment]:
            made = create_experiment(body.validated_data["name"], by=by)
            return Done(object_id=made.experiment_id, status=201, made=made)

        done = once(request, work)
        shown = done.made or experiment_for(by, done.object_id, Action.READ)
        return Response(experiment_json(shown), status=done.status)

    def retrieve(self, request: Request, experiment_id: str) -> Response:
        """One experiment."""
        found = experiment_for(credential_of(request), experiment_id, Action.READ)
        return Response(experiment_json(found))


@extend_schema(tags=["traces"])
@extend_schema_view(
    retrieve=extend_schema(summary="Read a trace with its spans", responses=TraceAnswer)
)
class Traces(ViewSet):
    """One trace."""

    def retrieve(self, request: Request, trace_id: str) -> Response:
        """A trace with its spans, without what was said about it."""
        return Response(trace_json(trace_for(credential_of(request), trace_id, Action.READ)))
