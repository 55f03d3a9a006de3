"""What the server says about itself; only these are open to everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from accounts.roles import Action
from reviewapp.mlflow_api.endpoint import Answer, Call

# The release whose wire is spoken. Below 3.4 the client sends no spans to /v1/traces.
LEVEL = "3.17.2"


def version(_request: HttpRequest) -> HttpResponse:
    """Probed by the client before it exports its first span.

    Seen in: mlflow 3.17.2, server/__init__.py, version.
    """
    return HttpResponse(LEVEL, content_type="text/html")


def info(_call: Call) -> Answer:
    """What this server offers beside the core.

    Seen in: mlflow 3.17.2, utils/server_info.py.
    """
    return {
        "store_type": "SqlStore",
        "workspaces_enabled": False,
        "trace_archival_enabled": False,
        "multipart_uploads_enabled": False,
        "multipart_downloads_enabled": False,
    }


def no_logged_models(call: Call) -> Answer:
    """SearchLoggedModels: there are none here; the client's evaluation asks."""
    call.by.demand_scope(Action.READ)
    return {}
