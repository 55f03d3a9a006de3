"""What people write to those who run a session."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.sessions import LabelingSession


class AccessRequest(models.Model):
    """Somebody with the link of a session asks to be one of its reviewers.

    `answered_at` is empty while it waits. A request that was declined stays, so that asking again
    does not bother anybody.
    """

    session = models.ForeignKey(
        LabelingSession, on_delete=models.CASCADE, related_name="access_requests", db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"], name="one_access_request_per_session_and_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} asks for {self.session_id}"


class SessionNote(models.Model):
    """What a reviewer wrote to the people who run a session; nobody else reads it."""

    session = models.ForeignKey(
        LabelingSession, on_delete=models.CASCADE, related_name="notes", db_index=False
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-written_at", "-pk"]
        indexes = [
            # The latest notes of a session, for its managers and for their author.
            models.Index(fields=["session", "-written_at"], name="notes_newest_first")
        ]

    def __str__(self) -> str:
        return f"note of {self.author_id} on {self.session_id}"
