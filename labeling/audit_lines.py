"""Lines of the audit log about a labeling session."""

from __future__ import annotations

from accounts.audit import note
from accounts.credentials import Credential
from labeling.models import LabelingSession


def note_act(session: LabelingSession, act: str, by: Credential | None, **details: object) -> None:
    """One line; `by` is None for what the worker does by itself."""
    note(
        by,
        act,
        f"{session.name} ({session.session_id})",
        experiment_id=str(session.experiment_id),
        details=details,
    )
