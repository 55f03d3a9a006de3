"""MLflow's documented paths that are served; every other one answers ENDPOINT_NOT_FOUND as JSON.

The order is that of MLflow's REST documentation. Paths: mlflow 3.17.2, protos/service.proto.
"""

from django.urls import URLPattern, URLResolver, include, path, re_path

from reviewapp.mlflow_api import (
    assessments,
    experiments,
    label_schemas,
    otlp,
    runs,
    server,
    trace_changes,
    traces,
)
from reviewapp.mlflow_api.endpoint import route, unknown

TAGS = route(PATCH=trace_changes.set_trace_tag, DELETE=trace_changes.delete_trace_tag)

second_generation = [
    path("experiments/create", route(POST=experiments.create)),
    path("experiments/search", route(POST=experiments.search, GET=experiments.search)),
    path("experiments/get", route(GET=experiments.get)),
    path("experiments/get-by-name", route(GET=experiments.get_by_name)),
    path("runs/create", route(POST=runs.create)),
    path("runs/get", route(GET=runs.get)),
    path("runs/update", route(POST=runs.update)),
    path("runs/log-metric", route(POST=runs.log_metric)),
    path("runs/log-batch", route(POST=runs.log_batch)),
    path("runs/log-inputs", route(POST=runs.log_inputs)),
    path("runs/log-parameter", route(POST=runs.log_parameter)),
    path("runs/set-tag", route(POST=runs.set_tag)),
    path("runs/search", route(POST=runs.search)),
    path("traces/delete-traces", route(POST=trace_changes.delete)),
    path("traces/link-to-run", route(POST=trace_changes.link)),
    path("traces/<trace_id>/tags", TAGS),
]

third_generation = [
    path("server-info", route(GET=server.info)),
    path("traces", route(POST=traces.start)),
    path("traces/get", route(GET=traces.get)),
    path("traces/batchGet", route(GET=traces.batch_get)),
    path("traces/batchGetInfos", route(POST=traces.batch_get_infos, GET=traces.batch_get_infos)),
    path("traces/search", route(POST=traces.search)),
    path("traces/<trace_id>", route(GET=traces.get_info)),
    path("traces/<trace_id>/tags", TAGS),
    path("traces/<trace_id>/assessments", route(POST=assessments.create)),
    path(
        "traces/<trace_id>/assessments/<assessment_id>",
        route(GET=assessments.get, PATCH=assessments.update, DELETE=assessments.delete),
    ),
    path("label-schemas/create", route(POST=label_schemas.create)),
    path("label-schemas/get", route(GET=label_schemas.get)),
    path("label-schemas/get-by-name", route(GET=label_schemas.get_by_name)),
    path("label-schemas/list", route(GET=label_schemas.list_all)),
    path("label-schemas/update", route(PATCH=label_schemas.update)),
    path("label-schemas/delete", route(DELETE=label_schemas.delete)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("version", server.version),
    path("v1/traces", otlp.export),
    path("api/2.0/mlflow/", include(second_generation)),
    path("api/3.0/mlflow/", include(third_generation)),
    re_path(r"^(?:api/\d+\.\d+|ajax-api|v1)(?:/.*)?$", unknown),
]
