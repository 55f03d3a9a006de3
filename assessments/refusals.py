"""Why an assessment cannot be written or changed, and the two questions asked before a change."""

from __future__ import annotations

from accounts.credentials import Credential
from assessments.models import Assessment
from traces.models import Run


class NoSuchAssessment(LookupError):
    """No assessment with this id, on this trace, that the caller may see."""

    def __init__(self, assessment_id: str) -> None:
        self.assessment_id = assessment_id
        super().__init__(f"Assessment with ID '{assessment_id}' not found")


class StaleVersion(RuntimeError):
    """Somebody changed the assessment since the caller read it; `current` is the present row."""

    def __init__(self, current: Assessment) -> None:
        self.current = current
        super().__init__(
            f"This was changed meanwhile: it is at version {current.version} now. Look at it again."
        )


class NotTheAuthor(PermissionError):
    """Only the author changes an assessment; others override it or add their own."""

    def __init__(self) -> None:
        super().__init__("Only its author can change an assessment. Override it or add your own.")


class RunEnded(RuntimeError):
    """The labeling session of this answer is closed; its answers stay as they are."""

    def __init__(self) -> None:
        super().__init__("This answer belongs to a labeling session that is closed.")


class WrongKind(ValueError):
    """A change does not fit the assessment."""


def demand_author(row: Assessment, by: Credential) -> None:
    """Raises NotTheAuthor unless the account wrote it, directly or by any of its tokens."""
    if not is_author(row, by):
        raise NotTheAuthor


def demand_running(run: Run | None) -> None:
    """A closed session has ended its run. Raises RunEnded."""
    if run is not None and run.ended_at is not None:
        raise RunEnded


def is_author(row: Assessment, by: Credential) -> bool:
    """Whether this account wrote the assessment."""
    return row.author_id == by.user.pk
