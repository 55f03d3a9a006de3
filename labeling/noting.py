"""VERB: a reviewer's note to the people who run a session. Only the page has this door: what a
program has to say goes into assessments.
"""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from labeling.models import LabelingSession, SessionNote

MAXIMUM_NOTE_LENGTH = 5_000
MOST_NOTES = 50  # of one person on one session, so that nobody fills the managers' page


class InvalidNote(ValueError):
    """The note cannot be kept; the message says why."""


def leave_note(session: LabelingSession, author: User, text: str, *, now: datetime) -> SessionNote:
    """Keep a note; the same words again are the same note. Raises InvalidNote."""
    words = text.replace("\0", "").strip()
    if not words:
        raise InvalidNote("Write something first.")
    if len(words) > MAXIMUM_NOTE_LENGTH:
        raise InvalidNote(f"Write at most {MAXIMUM_NOTE_LENGTH} characters; this has {len(words)}.")
    own = SessionNote.objects.filter(session=session, author=author)
    latest = list(own[:MOST_NOTES])
    if latest and latest[0].text == words:
        return latest[0]
    if len(latest) == MOST_NOTES:
        raise InvalidNote(f"You wrote {MOST_NOTES} notes already. Ask the team directly.")
    return SessionNote.objects.create(session=session, author=author, text=words, written_at=now)
