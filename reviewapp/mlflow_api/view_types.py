"""Which of active and deleted rows a search wants: mlflow 3.17.2, entities/view_type.py."""

from __future__ import annotations

from reviewapp.mlflow_api.endpoint import Call
from traces.parsing import Malformed

VIEWS = {"ACTIVE_ONLY": False, "DELETED_ONLY": True, "ALL": None}


def wants_deleted(call: Call, name: str) -> bool | None:
    """Only deleted rows (true), only the others (false, the default) or both. Raises Malformed."""
    view = call.optional_text(name) or "ACTIVE_ONLY"
    if view not in VIEWS:
        raise Malformed(name, f"is not one of {', '.join(VIEWS)}")
    return VIEWS[view]
