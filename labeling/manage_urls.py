"""URLs of managers' and developers' pages; `labeling.urls` includes them."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from labeling.views import (
    manage_adjudicate,
    manage_answers,
    manage_board,
    manage_gold,
    manage_hidden,
    manage_judges,
    manage_leaving,
    manage_members,
    manage_results,
    manage_schema,
    manage_schemas,
    manage_session_pages,
    manage_sessions,
    manage_setup,
    manage_traces,
)

session_urls = [
    path("", manage_board.session, name="manage_session"),
    path("live/", manage_board.live, name="manage_live"),
    path("open/", manage_sessions.open_, name="manage_open"),
    path("close/", manage_sessions.close, name="manage_close"),
    path("reopen/", manage_sessions.reopen, name="manage_reopen"),
    path("items/", manage_session_pages.items, name="manage_items"),
    path("items/remove/", manage_session_pages.take_out, name="manage_take_out"),
    path("gold/", manage_gold.gold, name="manage_gold"),
    path("gold/<int:position>/", manage_gold.item, name="manage_gold_item"),
    path("reviewers/leaving/", manage_leaving.leaving, name="manage_leaving"),
    path("hidden/", manage_hidden.hidden, name="manage_hidden"),
    path("disagreements/", manage_session_pages.disagreements, name="manage_disagreements"),
    path("disagreements/<int:position>/", manage_adjudicate.adjudicate, name="manage_adjudicate"),
    path("answers/", manage_answers.answers, name="manage_answers"),
    path("judges/", manage_judges.judges, name="manage_judges"),
    path("judges/live/", manage_judges.live, name="manage_judges_live"),
    path("export/", manage_results.export, name="manage_export"),
    path("report/", manage_results.report, name="manage_report"),
    path("setup/", manage_setup.setup, name="manage_setup"),
    path("setup/plan/", manage_setup.edit, name="manage_edit"),
    path("setup/traces/", manage_setup.add_by_filter, name="manage_add_by_filter"),
    path("setup/trace-ids/", manage_setup.add_by_ids, name="manage_add_by_ids"),
    path("setup/invitations/", manage_setup.make_link, name="manage_invite"),
    path("setup/requests/", manage_setup.answer_request, name="manage_answer_request"),
    path("setup/delete/", manage_setup.delete, name="manage_delete"),
]
experiment_urls: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="labeling:manage_sessions"), name="manage"),
    path("sessions/", manage_sessions.sessions, name="manage_sessions"),
    path("sessions/new/", manage_sessions.new_session, name="manage_new_session"),
    path("sessions/<str:session_id>/", include(session_urls)),
    path("runs/<str:run_id>/", manage_traces.run, name="manage_run"),
    path("questions/", manage_schemas.schemas, name="manage_schemas"),
    path("questions/new/", manage_schemas.new_schema, name="manage_new_schema"),
    path("questions/presets/<str:preset>/", manage_schemas.add_preset, name="manage_preset"),
    path("questions/<str:schema_id>/", manage_schema.schema, name="manage_schema"),
    path("questions/<str:schema_id>/ask-again/", manage_schema.ask_again, name="manage_ask_again"),
    path("questions/<str:schema_id>/delete/", manage_schema.delete, name="manage_delete_schema"),
    path("traces/", manage_traces.traces, name="manage_traces"),
    path("traces/<str:trace_id>/", manage_traces.trace, name="manage_trace"),
    path("settings/members/", manage_members.members, name="manage_members"),
    path("settings/members/remove/", manage_members.remove, name="manage_remove_member"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("e/<str:experiment_id>/", include(experiment_urls)),
]
