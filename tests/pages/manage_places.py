"""Every address under /e/ with what stands in it, for tests that walk all of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from labeling.models import LabelingSession
from traces.models import Experiment, Trace

READ = (
    "manage_sessions",
    "manage_session",
    "manage_live",
    "manage_judges",
    "manage_judges_live",
    "manage_answers",
    "manage_items",
    "manage_hidden",
    "manage_disagreements",
    "manage_adjudicate",
    "manage_export",
    "manage_report",
    "manage_setup",
    "manage_schemas",
    "manage_schema",
    "manage_traces",
    "manage_trace",
)
MANAGE = (
    "manage_new_session",
    "manage_new_schema",
    "manage_gold",
    "manage_gold_item",
    "manage_leaving",
)
MANAGE_POST = (
    "manage_open",
    "manage_close",
    "manage_reopen",
    "manage_take_out",
    "manage_edit",
    "manage_add_by_filter",
    "manage_add_by_ids",
    "manage_invite",
    "manage_answer_request",
    "manage_delete",
    "manage_preset",
    "manage_delete_schema",
    "manage_ask_again",
)
# Lead on to another page.
LEAD = ("manage_run",)
OWN = ("manage_members",)
OWN_POST = ("manage_remove_member",)
ALL = (*READ, *LEAD, *MANAGE, *MANAGE_POST, *OWN, *OWN_POST)

OF_SESSION = {
    "manage_session",
    "manage_run",
    "manage_live",
    "manage_judges",
    "manage_judges_live",
    "manage_answers",
    "manage_open",
    "manage_close",
    "manage_reopen",
    "manage_items",
    "manage_hidden",
    "manage_take_out",
    "manage_disagreements",
    "manage_export",
    "manage_report",
    "manage_setup",
    "manage_edit",
    "manage_add_by_filter",
    "manage_add_by_ids",
    "manage_invite",
    "manage_answer_request",
    "manage_gold",
    "manage_leaving",
    "manage_delete",
}


@dataclass(frozen=True)
class Places:
    """An experiment with one of everything."""

    experiment: Experiment
    session: LabelingSession
    trace: Trace

    def url(self, name: str) -> str:
        """The address of a page by its name."""
        arguments: list[object] = [self.experiment.pk]
        if name in OF_SESSION:
            arguments.append(self.session.session_id)
        elif name in ("manage_adjudicate", "manage_gold_item"):
            arguments += [self.session.session_id, 1]
        elif name in {"manage_schema", "manage_delete_schema", "manage_ask_again"}:
            question = self.session.questions.get()
            arguments.append(question.label_schema.schema_id)
        elif name == "manage_trace":
            arguments.append(self.trace.trace_id)
        elif name == "manage_preset":
            arguments.append("expected_facts")
        leaver = self.session.reviewers.first() if name == "manage_leaving" else None
        query = f"?reviewer={leaver.user.email}" if leaver else ""
        return reverse(f"labeling:{name}", args=arguments) + query
