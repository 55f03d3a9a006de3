"""Which contract test holds which route and which rule of MLflow's wire.

A guard (tests/guards/test_mlflow_coverage.py) compares this with the routes that are served and
with the tests that exist. The refusals of the routes are the rows of test_wire_refusals.py; who may
do what is tests/trust; values in detail are tests/mlflow_api.
"""

OLD, NEW = "api/2.0/mlflow", "api/3.0/mlflow"
ASSESSMENTS, DATASETS, GUIDES, OTHER, QUEUES, RUNS, SCHEMAS, TRACING = (
    "test_client_assessments.py",
    "test_client_datasets.py",
    "test_guides.py",
    "test_opentelemetry.py",
    "test_client_review_queues.py",
    "test_client_runs.py",
    "test_client_label_schemas.py",
    "test_tracing.py",
)
LABELING, TRACES, TRANSPORT = (
    "test_wire_labeling.py",
    "test_wire_traces.py",
    "test_wire_transport.py",
)
REFUSALS = "test_wire_refusals.py"
EXPERIMENTS = f"{RUNS}::test_experiments_are_found_renamed_deleted_and_restored"
RUN = f"{RUNS}::test_a_run_keeps_what_is_logged_into_it"
ASSOCIATION = f"{DATASETS}::test_tags_and_experiments_of_a_dataset_change"
ITEMS = f"{QUEUES}::test_items_are_added_in_order_all_or_none"
QUEUE = f"{QUEUES}::test_a_custom_queue_comes_back_as_it_was_made"
SCHEMA = f"{SCHEMAS}::test_a_schema_comes_back_as_it_was_made"

# Route as Django writes it -> the test in which it succeeds.
ROUTES = {
    "version": f"{TRANSPORT}::test_the_version_is_text_and_open_to_everybody",
    "v1/traces": f"{OTHER}::test_openinference_spans_are_read_as_mlflow_spans",
    f"{NEW}/server-info": f"{TRANSPORT}::test_the_server_says_what_it_offers",
    f"{NEW}/traces": f"{TRACES}::test_the_end_of_a_trace_and_its_spans_come_in_any_order_and_again",
    f"{NEW}/traces/get": f"{TRACING}::test_a_rag_application_comes_back_as_it_was_logged",
    f"{NEW}/traces/batchGet": f"{TRACES}::test_a_batch_passes_over_what_it_does_not_know",
    f"{NEW}/traces/batchGetInfos": f"{TRACES}::test_a_batch_of_infos_has_no_spans",
    f"{NEW}/traces/search": f"{TRACING}::test_a_table_of_traces_is_paged_through",
    f"{NEW}/traces/<trace_id>": f"{TRACES}::test_the_same_name_and_source_appends",
    f"{NEW}/traces/<trace_id>/tags": f"{TRACES}::test_a_long_tag_is_cut_and_a_long_key_refused",
    f"{OLD}/traces/<trace_id>/tags": f"{TRACING}::test_tags_are_set_and_deleted",
    f"{OLD}/traces/delete-traces": f"{TRACING}::test_deleted_traces_are_gone",
    f"{OLD}/traces/link-to-run": f"{RUNS}::test_traces_are_linked_to_a_run",
    f"{NEW}/traces/<trace_id>/assessments": (
        f"{ASSESSMENTS}::test_feedback_and_expectations_come_back_as_they_were_logged"
    ),
    f"{NEW}/traces/<trace_id>/assessments/<assessment_id>": (
        f"{ASSESSMENTS}::test_an_update_changes_what_it_names"
    ),
    f"{OLD}/experiments/create": f"{RUNS}::test_an_experiment_is_made_once",
    f"{OLD}/experiments/get": f"{RUNS}::test_an_experiment_is_made_once",
    f"{OLD}/experiments/get-by-name": f"{RUNS}::test_an_experiment_is_made_once",
    f"{OLD}/experiments/search": EXPERIMENTS,
    f"{OLD}/experiments/update": EXPERIMENTS,
    f"{OLD}/experiments/delete": EXPERIMENTS,
    f"{OLD}/experiments/restore": EXPERIMENTS,
    f"{OLD}/experiments/set-experiment-tag": EXPERIMENTS,
    f"{OLD}/experiments/delete-experiment-tag": EXPERIMENTS,
    f"{OLD}/runs/create": RUN,
    f"{OLD}/runs/get": RUN,
    f"{OLD}/runs/update": RUN,
    f"{OLD}/runs/log-metric": RUN,
    f"{OLD}/runs/log-parameter": RUN,
    f"{OLD}/runs/log-batch": RUN,
    f"{OLD}/runs/set-tag": RUN,
    f"{OLD}/runs/log-inputs": f"{DATASETS}::test_an_evaluation_runs_over_a_dataset",
    f"{OLD}/runs/delete-tag": f"{RUNS}::test_a_deleted_run_comes_back",
    f"{OLD}/runs/delete": f"{RUNS}::test_a_deleted_run_comes_back",
    f"{OLD}/runs/restore": f"{RUNS}::test_a_deleted_run_comes_back",
    f"{OLD}/runs/search": f"{RUNS}::test_runs_are_found_by_filter_and_order",
    f"{OLD}/metrics/get-history": f"{RUNS}::test_a_metric_has_a_history",
    f"{OLD}/logged-models/search": f"{TRANSPORT}::test_no_logged_models_is_an_empty_object",
    f"{NEW}/datasets/create": f"{DATASETS}::test_a_dataset_is_created_found_and_deleted",
    f"{NEW}/datasets/search": f"{DATASETS}::test_datasets_are_found_by_filter_and_order",
    f"{NEW}/datasets/<dataset_id>": f"{DATASETS}::test_a_dataset_is_created_found_and_deleted",
    f"{NEW}/datasets/<dataset_id>/records": f"{DATASETS}::test_rows_are_merged_by_their_inputs",
    f"{NEW}/datasets/<dataset_id>/experiment-ids": ASSOCIATION,
    f"{NEW}/datasets/<dataset_id>/tags": ASSOCIATION,
    f"{NEW}/datasets/<dataset_id>/tags/<path:key>": ASSOCIATION,
    f"{NEW}/datasets/<dataset_id>/add-experiments": ASSOCIATION,
    f"{NEW}/datasets/<dataset_id>/remove-experiments": ASSOCIATION,
    f"{NEW}/label-schemas/create": SCHEMA,
    f"{NEW}/label-schemas/get": SCHEMA,
    f"{NEW}/label-schemas/get-by-name": SCHEMA,
    f"{NEW}/label-schemas/list": f"{SCHEMAS}::test_schemas_are_listed_with_the_default_one",
    f"{NEW}/label-schemas/update": f"{SCHEMAS}::test_a_schema_is_updated_and_deleted",
    f"{NEW}/label-schemas/delete": f"{SCHEMAS}::test_a_schema_is_updated_and_deleted",
    f"{NEW}/review-queues/create": QUEUE,
    f"{NEW}/review-queues/get": QUEUE,
    f"{NEW}/review-queues/get-by-name": QUEUE,
    f"{NEW}/review-queues/list": QUEUE,
    f"{NEW}/review-queues/get-or-create-user": (
        f"{QUEUES}::test_a_users_queue_is_made_once_and_asks_everything"
    ),
    f"{NEW}/review-queues/update": f"{QUEUES}::test_a_queue_is_updated_and_deleted",
    f"{NEW}/review-queues/delete": f"{QUEUES}::test_a_queue_is_updated_and_deleted",
    f"{NEW}/review-queues/items/add": ITEMS,
    f"{NEW}/review-queues/items/remove": ITEMS,
    f"{NEW}/review-queues/items/list": ITEMS,
    f"{NEW}/review-queues/items/set-status": (
        f"{QUEUES}::test_a_manager_finishes_an_item_and_names_who_did"
    ),
}
# Routes that have nothing to refuse but a missing token.
REFUSE_NOTHING = {"version", f"{NEW}/server-info", f"{OLD}/logged-models/search"}

# Rule -> the test that holds it.
RULES = {
    # Transport
    "A version of 3.4 or later is told to everybody": ROUTES["version"],
    "Every other route needs a token": f"{TRANSPORT}::test_without_a_token_nothing_is_told",
    "The e-mail with the token is a credential": (
        f"{TRANSPORT}::test_e_mail_and_token_are_a_credential_too"
    ),
    "A token without the scope: 403": f"{TRANSPORT}::test_a_token_without_the_scope_is_told_so",
    "Errors are JSON with MLflow's code and status": f"{REFUSALS}::test_a_route_refuses",
    "A route that is not served: ENDPOINT_NOT_FOUND as JSON": (
        f"{TRANSPORT}::test_a_path_that_is_not_served_says_so_as_json"
    ),
    "Malformed JSON: 400": f"{REFUSALS}::test_malformed_json_is_refused",
    "A wrong type: 400": f"{REFUSALS}::test_a_field_of_the_wrong_type_is_refused",
    "Unknown fields are ignored": f"{TRANSPORT}::test_unknown_fields_are_passed_over",
    "Booleans of a query are Python's text": f"{TRACES}::test_booleans_of_a_query_are_python_text",
    "Times are RFC 3339, durations seconds with an s, the rest numbers": (
        f"{TRANSPORT}::test_times_and_durations_are_text_and_the_rest_are_numbers"
    ),
    "Integers are exact": f"{TRACES}::test_a_large_integer_comes_back_exact",
    "Ids of spans are base64": f"{TRACES}::test_ids_of_spans_are_base64_and_times_are_numbers",
    "Large spans arrive": f"{TRACES}::test_a_span_of_three_megabytes_arrives",
    # Traces
    "Spans and the end of a trace come in any order and merge": (
        f"{TRACES}::test_the_end_of_a_trace_and_its_spans_come_in_any_order_and_again"
    ),
    "Spans are in the tracking store": (
        f"{TRACING}::test_what_the_client_says_about_a_trace_is_what_it_reads_again"
    ),
    "What is said while the trace runs rides with its end and gets ids": (
        f"{TRACES}::test_what_was_said_while_the_trace_ran_gets_ids"
    ),
    "Exports that cannot be read: 400 or 422": (
        f"{REFUSALS}::test_an_export_that_cannot_be_read_is_refused"
    ),
    "Spans for an unknown experiment: 404": (
        f"{TRACES}::test_spans_for_no_experiment_are_refused_whole"
    ),
    "Attributes of other SDKs are read": (
        f"{OTHER}::test_openinference_spans_are_read_as_mlflow_spans"
    ),
    "Long tags are cut, long keys refused": (
        f"{TRACES}::test_a_long_tag_is_cut_and_a_long_key_refused"
    ),
    "A batch skips unknown ids": f"{TRACES}::test_a_batch_passes_over_what_it_does_not_know",
    "Newest first, in pages; an unknown experiment is empty": (
        f"{TRACES}::test_traces_are_found_newest_first_in_pages_and_nowhere_else"
    ),
    "Deleting takes the oldest, with assessments and queue items": (
        f"{TRACES}::test_the_oldest_traces_are_deleted_first_with_all_that_belongs_to_them"
    ),
    "Linking is idempotent": f"{RUNS}::test_traces_are_linked_to_a_run",
    "A run's batch is whole or nothing": (
        f"{TRACES}::test_a_batch_of_a_run_is_logged_whole_or_not_at_all"
    ),
    # Assessments
    "Same name and source appends; valid is always told": (
        f"{TRACES}::test_the_same_name_and_source_appends"
    ),
    "The path's trace wins; the client's times are kept": (
        f"{TRACES}::test_the_clients_times_are_kept_and_the_paths_trace_wins"
    ),
    "An override of nothing writes nothing": (
        f"{TRACES}::test_an_override_of_nothing_writes_nothing"
    ),
    "Overrides chain one level at a time": f"{TRACES}::test_overrides_chain_one_level_at_a_time",
    "Updates change what the mask names; metadata merges; the source stays": (
        f"{TRACES}::test_an_update_touches_what_its_mask_names"
    ),
    "Kinds do not change": f"{TRACES}::test_an_expectation_is_not_updated_as_feedback",
    "Deleting what is missing is no error": f"{ASSESSMENTS}::test_deleting_twice_is_no_error",
    "An error takes the place of a value": f"{ASSESSMENTS}::test_an_error_instead_of_a_value",
    # Label schemas
    "Limits of schemas": f"{LABELING}::test_what_is_no_schema_is_refused",
    "Updates are sparse; type, input and several-choice stay; names collide": (
        f"{LABELING}::test_an_update_changes_what_it_says_and_some_things_stay"
    ),
    "Names of schemas mind the case": f"{LABELING}::test_names_of_schemas_mind_the_case",
    "The first list seeds the default schema, which stays": (
        f"{LABELING}::test_the_default_schema_stays_as_it_is"
    ),
    "Schemas are listed newest first": (
        f"{LABELING}::test_schemas_are_listed_newest_first_in_pages"
    ),
    "Deleting schemas and queues leaves assessments": (
        f"{LABELING}::test_deleting_a_schema_or_queue_leaves_what_was_said"
    ),
    # Review queues
    "Names and limits of queues": f"{QUEUES}::test_limits_and_names_are_those_of_mlflow",
    "A user's queue is named after them and cannot be changed": (
        f"{LABELING}::test_a_users_queue_is_named_in_small_letters_and_asks_no_schemas"
    ),
    "Queues are listed newest first and by user": (
        f"{QUEUES}::test_queues_are_listed_newest_first_by_user_and_by_pages"
    ),
    "Items are of the queue's experiment, all or none": (
        f"{LABELING}::test_a_trace_of_another_experiment_is_no_item"
    ),
    "Items come in the order of the request, without repeats": ITEMS,
    "Status is shared; the first stays named; reopening clears": (
        f"{LABELING}::test_a_status_is_shared_and_the_first_to_say_it_stays_named"
    ),
    "Feedback moves no item": f"{LABELING}::test_logging_an_assessment_moves_no_item",
    "Schemas are locked while there are items": (
        f"{QUEUES}::test_questions_are_locked_while_there_are_items"
    ),
    # Datasets
    "Equal inputs are one record; expectations merge, outputs replace; the digest changes": (
        f"{LABELING}::test_a_record_of_equal_inputs_is_one_record"
    ),
    "Records page by cursor": f"{DATASETS}::test_many_records_go_and_come_page_by_page",
    "Bad records are refused whole": f"{LABELING}::test_a_bad_record_refuses_them_all",
    "Traces become records": f"{DATASETS}::test_traces_become_records_with_their_expectations",
    "Deleting a dataset is idempotent": (
        f"{LABELING}::test_a_deleted_dataset_is_gone_and_deleting_it_again_is_no_error"
    ),
    "A session is a run": f"{GUIDES}::test_labeling_runs",
}
