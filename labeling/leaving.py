"""VERB: a reviewer leaves a session, and the others get what is left to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from accounts.credentials import Credential
from accounts.models import User
from labeling.managing import set_reviewers
from labeling.models import Assignment, LabelingSession, Review
from labeling.plans import InvalidPlan
from labeling.queueing import lock_session


class NotNamed(LookupError):
    """Nobody with this e-mail address is named for the session (any longer)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What becomes of a reviewer's part when they leave.

    n_left     items dealt to them that wait for their review; 0 in a pool, where none are dealt
    n_given    reviews they gave, which stay
    n_begun    drafts and items they hold, which others get
    others     who goes on
    """

    person: User
    n_left: int
    n_given: int
    n_begun: int
    others: tuple[User, ...]


def leaving_of(session: LabelingSession, email: str) -> Leaving:
    """What would happen. Cost: three queries. Raises NotNamed."""
    person, others = named_people(session, email)
    mine = Review.objects.filter(item__session=session, item__removed_at__isnull=True)
    mine = mine.filter(reviewer=person)
    counts = mine.aggregate(
        given=Count("pk", filter=Q(state__in=Review.FILLING)),
        begun=Count("pk", filter=Q(state__in=Review.WORKING, item__finished_at__isnull=True)),
    )
    dealt = Assignment.objects.filter(item__in=session.items.pending(), reviewer=person)
    done = mine.filter(state__in=Review.FILLING).values("item")
    return Leaving(
        person=person,
        n_left=dealt.exclude(item__in=done).count(),
        n_given=counts["given"],
        n_begun=counts["begun"],
        others=tuple(others),
    )


@transaction.atomic
def leave(session: LabelingSession, email: str, *, by: Credential, now: datetime) -> User:
    """Name the person no longer; the others get the rest. Answers who left.

    Raises NotNamed, and InvalidPlan where nobody else is named: without names every member of the
    experiment would review.
    """
    lock_session(session.pk)
    person, others = named_people(session, email)
    if not others:
        raise InvalidPlan("reviewers", "Nobody else is named. Name who takes over first, in Setup.")
    set_reviewers(session, [each.email for each in others], by=by, now=now)
    return person


def named_people(session: LabelingSession, email: str) -> tuple[User, list[User]]:
    """The person and the others, in the order they were named. Cost: one query."""
    people = session.named_people()
    found = next((each for each in people if each.email == email), None)
    if found is None:
        raise NotNamed(email)
    return found, [each for each in people if each.pk != found.pk]
