"""Labeling sessions of the native API ↔ MLflow's LabelingSession."""

from __future__ import annotations

import json
import warnings
from typing import Any

from mlflow.genai.labeling import LabelingSession

from reviewapp_mlflow.server import Row

AGENT_TAG = "reviewapp.agent"
CHAT_TAG = "reviewapp.enable_multi_turn_chat"
INPUTS_TAG = "reviewapp.custom_inputs"
NO_AGENTS = (
    "Reviewers here judge traces and do not chat with agents: agent, enable_multi_turn_chat and "
    "custom_inputs are kept with the session and change nothing."
)


def understood(row: Row) -> LabelingSession:
    """A row of the native API as MLflow's record. The review app is the experiment."""
    tags: dict[str, str] = row["tags"]
    return LabelingSession(
        name=row["name"],
        assigned_users=row["reviewers"],
        agent=tags.get(AGENT_TAG),
        label_schemas=[asked["name"] for asked in row["label_schemas"]],
        labeling_session_id=row["session_id"],
        mlflow_run_id=row["run_id"],
        review_app_id=row["experiment_id"],
        experiment_id=row["experiment_id"],
        url=row["url"],
        enable_multi_turn_chat=tags.get(CHAT_TAG) == "true",
        custom_inputs=object_in(tags.get(INPUTS_TAG, "")),
    )


def chat_tags(
    agent: str | None,
    custom_inputs: dict[str, Any] | None,
    *,
    enable_multi_turn_chat: bool,
) -> dict[str, str]:
    """What is said about an agent, as tags; warns that it changes nothing."""
    tags = {}
    if agent is not None:
        tags[AGENT_TAG] = agent
    if enable_multi_turn_chat:
        tags[CHAT_TAG] = "true"
    if custom_inputs is not None:
        tags[INPUTS_TAG] = json.dumps(custom_inputs)
    if tags:
        warnings.warn(NO_AGENTS, UserWarning, stacklevel=4)
    return tags


def object_in(text: str) -> dict[str, Any] | None:
    """The JSON object of a tag; None where anybody has written something else."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def warn_about_sync(report: Row, url: str) -> None:
    """Warn of what a sync has left out."""
    left_out = {
        "unresolved_count": "answers differ and have no consensus",
        "conflict_count": "expectations of equal inputs contradict each other",
        "skipped_count": "items have no JSON object as inputs",
    }
    told = [f"{report[count]} {what}" for count, what in left_out.items() if report[count]]
    if told:
        warnings.warn(f"Not synced: {'; '.join(told)}. See {url}", UserWarning, stacklevel=4)
