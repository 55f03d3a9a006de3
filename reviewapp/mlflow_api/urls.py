"""MLflow's documented paths that are served; every other one answers ENDPOINT_NOT_FOUND as JSON.

Within a generation the order is that of MLflow's REST documentation.
Paths: mlflow 3.17.2, protos/service.proto.
"""

from django.urls import URLPattern, URLResolver, include, path, re_path

from reviewapp.mlflow_api import (
    artifacts,
    assessments,
    datasets,
    experiments,
    label_schemas,
    otlp,
    review_queues,
    runs,
    server,
    trace_changes,
    traces,
)
from reviewapp.mlflow_api.endpoint import forgiving_route, raw_route, route, unknown

TAGS = route(PATCH=trace_changes.set_trace_tag, DELETE=trace_changes.delete_trace_tag)

second_generation = [
    path("experiments/create", route(POST=experiments.create)),
    path("experiments/search", route(POST=experiments.search, GET=experiments.search)),
    path("experiments/get", route(GET=experiments.get)),
    path("experiments/get-by-name", route(GET=experiments.get_by_name)),
    path("experiments/update", route(POST=experiments.update)),
    path("experiments/delete", route(POST=experiments.delete)),
    path("experiments/restore", route(POST=experiments.restore)),
    path("experiments/set-experiment-tag", route(POST=experiments.set_tag)),
    path("experiments/delete-experiment-tag", route(POST=experiments.delete_tag)),
    path("runs/create", route(POST=runs.create)),
    path("runs/get", route(GET=runs.get)),
    path("runs/update", route(POST=runs.update)),
    path("runs/log-metric", route(POST=runs.log_metric)),
    path("runs/log-batch", route(POST=runs.log_batch)),
    path("runs/log-inputs", route(POST=runs.log_inputs)),
    path("runs/log-parameter", route(POST=runs.log_parameter)),
    path("runs/set-tag", route(POST=runs.set_tag)),
    path("runs/delete-tag", route(POST=runs.delete_tag)),
    path("runs/delete", route(POST=runs.delete)),
    path("runs/restore", route(POST=runs.restore)),
    path("runs/search", route(POST=runs.search)),
    path("metrics/get-history", route(GET=runs.metric_history)),
    path("logged-models/search", route(POST=server.no_logged_models)),
    path("traces/delete-traces", route(POST=trace_changes.delete)),
    path("traces/link-to-run", route(POST=trace_changes.link)),
    path("traces/<trace_id>/tags", TAGS),
]

third_generation = [
    path("server-info", route(GET=server.info)),
    path("traces", forgiving_route(POST=traces.start)),
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
    path("datasets/create", route(POST=datasets.create)),
    path("datasets/search", route(POST=datasets.search)),
    path("datasets/<dataset_id>", route(GET=datasets.get, DELETE=datasets.delete)),
    path(
        "datasets/<dataset_id>/records",
        route(
            GET=datasets.get_records,
            POST=datasets.upsert_records,
            DELETE=datasets.delete_records,
        ),
    ),
    path("datasets/<dataset_id>/experiment-ids", route(GET=datasets.experiment_ids)),
    path("datasets/<dataset_id>/tags", route(PATCH=datasets.set_tags)),
    path("datasets/<dataset_id>/tags/<path:key>", route(DELETE=datasets.delete_tag)),
    path("datasets/<dataset_id>/add-experiments", route(POST=datasets.add_experiments)),
    path("datasets/<dataset_id>/remove-experiments", route(POST=datasets.remove_experiments)),
    path("label-schemas/create", route(POST=label_schemas.create)),
    path("label-schemas/get", route(GET=label_schemas.get)),
    path("label-schemas/get-by-name", route(GET=label_schemas.get_by_name)),
    path("label-schemas/list", route(GET=label_schemas.list_all)),
    path("label-schemas/update", route(PATCH=label_schemas.update)),
    path("label-schemas/delete", route(DELETE=label_schemas.delete)),
    path("review-queues/create", route(POST=review_queues.create)),
    path("review-queues/get-or-create-user", route(POST=review_queues.get_or_create_user)),
    path("review-queues/get", route(GET=review_queues.get)),
    path("review-queues/get-by-name", route(GET=review_queues.get_by_name)),
    path("review-queues/list", route(GET=review_queues.list_all)),
    path("review-queues/update", route(POST=review_queues.update)),
    path("review-queues/delete", route(POST=review_queues.delete)),
    path("review-queues/items/add", route(POST=review_queues.add_items)),
    path("review-queues/items/remove", route(POST=review_queues.remove_items)),
    path("review-queues/items/list", route(GET=review_queues.list_items)),
    path("review-queues/items/set-status", route(POST=review_queues.set_item_status)),
]

files = [
    path("artifacts", route(GET=artifacts.list_all)),
    path(
        "artifacts/<path:artifact_path>",
        raw_route(GET=artifacts.download, PUT=artifacts.upload, DELETE=artifacts.delete),
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/traces", otlp.export),
    path("api/3.0/mlflow/", include(third_generation)),
    path("api/2.0/mlflow/", include(second_generation)),
    path("version", server.version),
    path("api/2.0/mlflow-artifacts/", include(files)),
    re_path(r"^(?:api/\d+\.\d+|ajax-api|v1)(?:/.*)?$", unknown),
]
