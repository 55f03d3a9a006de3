"""Which sessions and items a credential may reach, as a manager or as a reviewer."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.credentials import Credential, Reach
from accounts.models import User
from accounts.prepared import prepared
from accounts.roles import Action, roles_allowing
from labeling.models import LabelingSession, QueueItem, Review, SessionReviewer
from labeling.models.sessions import LabelingSessionQuerySet
from traces.access import NotAllowed, experiments_allowing
from traces.models import Membership, Trace

HIDDEN_TITLE = "Hidden until it has been checked"  # in lists, for what was asked
MAXIMUM_POSITION = 2**31 - 1  # what the column holds


class NoSuchSession(LookupError):
    """No labeling session with this id that the caller may see."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        super().__init__(f"There is no labeling session {session_id}.")


class NoSuchItem(LookupError):
    """No item with this id or position in this session."""

    def __init__(self, item_id: str) -> None:
        self.item_id = item_id
        super().__init__(f"There is no item {item_id} in this session.")


class HiddenItem(PermissionError):
    """Somebody found private data in the item's trace, and no manager has checked it yet."""

    def __init__(self) -> None:
        super().__init__("Hidden until a manager has checked it for private data.")


def is_hidden_from(item: QueueItem, review: Review | None) -> bool:
    """Whether a reviewer may not see the item now. Who found the data keeps seeing it.

    review   their own
    """
    return item.hidden_at is not None and not (review is not None and review.found_private)


def is_hidden_trace(trace: Trace) -> bool:
    """Whether it is hidden in any queue. Cost: one query."""
    return QueueItem.objects.filter(trace=trace, hidden_at__isnull=False).exists()


def session_for(credential: Credential, session_id: str, action: Action) -> LabelingSession:
    """The session, when the caller's role in its experiment allows the action.

    Raises ScopeMissing, NoSuchSession (not to be seen) or NotAllowed (seen, but not this).
    """
    credential.demand_scope(action)
    found = reached_session(credential, session_id, action)
    if found is not None:
        return found
    known = reached_session(credential, session_id, Action.READ) or reviewed_session(
        credential, session_id
    )
    raise NotAllowed(action) if known else NoSuchSession(session_id)


def reached_session(
    credential: Credential, session_id: str, action: Action
) -> LabelingSession | None:
    """The session, when it is there and the role allows the action."""
    return allowed_session.first(action, credential.reach, session_id=session_id, **credential.keys)


@prepared
def allowed_session(
    action: Action, reach: Reach, /, *, session_id: str, user: int, experiment: int
) -> QuerySet[LabelingSession]:
    """`LabelingSessionQuerySet.allowing` for one session: a manager's every request asks it."""
    sessions = LabelingSession.objects.present().select_related("run", "experiment")
    found = sessions.filter(session_id=session_id)
    return found.reached(action, reach, user=user, experiment=experiment).order_by()


def reviewed_by(
    credential: Credential, sessions: LabelingSessionQuerySet
) -> LabelingSessionQuerySet:
    """Those the caller reviews in; of a token bound to one experiment only that experiment's."""
    if credential.bound_experiment_id:
        sessions = sessions.filter(experiment=int(credential.bound_experiment_id))
    return sessions.for_reviewer(credential.user)


def reviewer_session(credential: Credential, session_id: str) -> LabelingSession:
    """The session, when the caller is one of its reviewers. Raises ScopeMissing, NoSuchSession."""
    credential.demand_scope(Action.REVIEW)
    found = reviewed_session(credential, session_id)
    if found is None:
        raise NoSuchSession(session_id)
    return found


def reviewed_session(credential: Credential, session_id: str) -> LabelingSession | None:
    """The session, when it is there and the caller may review in it."""
    return reviewable.first(credential.reach, session_id=session_id, **credential.keys)


@prepared
def reviewable(
    reach: Reach, /, *, session_id: str, user: int, experiment: int
) -> QuerySet[LabelingSession]:
    """The session of this id, if this person reviews in it."""
    sessions = LabelingSession.objects.present().select_related("run", "experiment")
    if reach.is_bound:
        sessions = sessions.filter(experiment=experiment)
    return sessions.filter(session_id=session_id).open_to(user, is_everywhere=reach.is_everywhere)


def session_to_show(by: Credential, session_id: str) -> LabelingSession:
    """A session the caller reviews in, once it was opened, or one they may read.

    Raises ScopeMissing, NoSuchSession or NotAllowed.
    """
    if by.has_scope_for(Action.READ) or not by.has_scope_for(Action.REVIEW):
        try:
            return session_for(by, session_id, Action.READ)
        except (NoSuchSession, PermissionError):
            if not by.has_scope_for(Action.REVIEW):
                raise
    session = reviewer_session(by, session_id)
    if session.state == LabelingSession.State.DRAFT:
        raise NoSuchSession(session_id)
    return session


def session_to_finish(
    by: Credential, session_id: str, *, for_another: bool
) -> tuple[LabelingSession, bool]:
    """A session whose items the caller may finish, and whether as its manager.

    A manager who is named as a reviewer is one; in a session for every member they are not.
    for_another  whether they name another person as who finished it, which no reviewer does
    Raises ScopeMissing, NoSuchSession or NotAllowed.
    """
    if by.has_scope_for(Action.MANAGE):
        try:
            session = session_for(by, session_id, Action.MANAGE)
        except (NoSuchSession, NotAllowed):
            if not by.has_scope_for(Action.REVIEW):
                raise
        else:
            named = session.reviewers.filter(user=by.user, removed_at__isnull=True).order_by()
            is_one = by.has_scope_for(Action.REVIEW) and not for_another and named.exists()
            return session, not is_one
    try:
        return reviewer_session(by, session_id), False
    except NoSuchSession:
        if reached_session(by, session_id, Action.READ):
            raise NotAllowed(Action.REVIEW) from None
        raise


def reads_all(by: Credential, session: LabelingSession) -> bool:
    """Whether the caller may read everybody's answers. Cost: one query."""
    if not by.has_scope_for(Action.READ):
        return False
    return bool(experiments_allowing(by, [session.experiment_id], Action.READ))


def people_who_review(session: LabelingSession) -> QuerySet[User]:
    """Who may review in it: the named ones; without names, every member with a reviewing role."""
    named = session.reviewers.filter(removed_at__isnull=True).order_by()
    if named.exists():
        return User.objects.filter(pk__in=named.values("user"))
    return members_who_review(session.experiment_id)


def members_who_review(experiment_pk: int) -> QuerySet[User]:
    """Every member of an experiment with a reviewing role."""
    members = Membership.objects.filter(
        experiment=experiment_pk, role__in=roles_allowing(Action.REVIEW)
    )
    return User.objects.filter(pk__in=members.order_by().values("user"))


def is_reviewer(session: LabelingSession, user: User) -> bool:
    """Whether the session is there and theirs. Cost: one small query for people who are named."""
    if named_reviewer(session=session.pk, user=user.pk):
        return True
    sessions = LabelingSession.objects.present().for_reviewer(user)
    return sessions.filter(pk=session.pk).exists()


@prepared
def named_reviewer(*, session: int, user: int) -> QuerySet[SessionReviewer, tuple[int]]:
    """Whether the person is named for a session that is there."""
    named = SessionReviewer.objects.filter(
        session=session,
        user=user,
        removed_at__isnull=True,
        session__run__deleted_at__isnull=True,
        session__experiment__deleted_at__isnull=True,
    )
    return named.order_by().values_list("pk")


def item_by_id(session: LabelingSession, item_id: str) -> QueueItem:
    """An item of the session, taken-out ones included. Raises NoSuchItem."""
    return one(item_of_id(session=session.pk, item_id=item_id), session, item_id)


def item_at(session: LabelingSession, position: int) -> QueueItem:
    """The item at a position, as in `/r/<session>/<n>/`. Raises NoSuchItem."""
    if position > MAXIMUM_POSITION:
        raise NoSuchItem(str(position))
    return one(item_of_position(session=session.pk, position=position), session, str(position))


@prepared
def item_of_id(*, session: int, item_id: str) -> QuerySet[QueueItem]:
    """The item with its trace."""
    items = QueueItem.objects.filter(session=session, item_id=item_id)
    return items.select_related("trace").order_by()


@prepared
def item_of_position(*, session: int, position: int) -> QuerySet[QueueItem]:
    """The item with its trace."""
    items = QueueItem.objects.filter(session=session, position=position)
    return items.select_related("trace").order_by()


def one(found: Sequence[QueueItem], session: LabelingSession, name: str) -> QueueItem:
    """The only one, with the session at hand. Raises NoSuchItem."""
    if not found:
        raise NoSuchItem(name)
    found[0].session = session
    return found[0]
