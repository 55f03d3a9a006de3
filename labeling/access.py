"""Which sessions and items a credential may reach, as a manager or as a reviewer."""

from __future__ import annotations

from accounts.credentials import Credential
from accounts.models import User
from accounts.roles import Action
from labeling.models import LabelingSession, QueueItem, SessionReviewer
from labeling.models.queues import QueueItemQuerySet
from labeling.models.sessions import LabelingSessionQuerySet
from traces.access import NotAllowed


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


def session_for(credential: Credential, session_id: str, action: Action) -> LabelingSession:
    """The session, when the caller's role in its experiment allows the action.

    Raises ScopeMissing, NoSuchSession (not to be seen) or NotAllowed (seen, but not this).
    """
    credential.demand_scope(action)
    sessions = (
        LabelingSession.objects.present()
        .select_related("run", "experiment")
        .filter(session_id=session_id)
    )
    found = sessions.allowing(credential, action).first()
    if found is not None:
        return found
    visible = sessions.allowing(credential, Action.READ).exists()
    known = visible or reviewed_by(credential, sessions).exists()
    raise NotAllowed(action) if known else NoSuchSession(session_id)


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
    sessions = LabelingSession.objects.present().select_related("run", "experiment")
    found = reviewed_by(credential, sessions).filter(session_id=session_id).first()
    if found is None:
        raise NoSuchSession(session_id)
    return found


def is_reviewer(session: LabelingSession, user: User) -> bool:
    """Whether the session is there and theirs. Cost: one small query for people who are named."""
    named = SessionReviewer.objects.filter(
        session=session,
        user=user,
        removed_at__isnull=True,
        session__run__deleted_at__isnull=True,
    )
    sessions = LabelingSession.objects.present().for_reviewer(user).filter(pk=session.pk)
    return named.order_by().exists() or sessions.exists()


def item_by_id(session: LabelingSession, item_id: str) -> QueueItem:
    """An item of the session, taken-out ones included. Raises NoSuchItem."""
    return one(items(session).filter(item_id=item_id), session, item_id)


def item_at(session: LabelingSession, position: int) -> QueueItem:
    """The item at a position, as in `/r/<session>/<n>/`. Raises NoSuchItem."""
    return one(items(session).filter(position=position), session, str(position))


def items(session: LabelingSession) -> QueueItemQuerySet:
    """Items with their trace."""
    return QueueItem.objects.filter(session=session).select_related("trace")


def one(found: QueueItemQuerySet, session: LabelingSession, name: str) -> QueueItem:
    """The only one, with the session at hand. Raises NoSuchItem."""
    try:
        item = found.get()
    except QueueItem.DoesNotExist:
        raise NoSuchItem(name) from None
    item.session = session
    return item
