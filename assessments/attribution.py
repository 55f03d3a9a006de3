"""PURE but for the credential: who an assessment is by. The client does not decide that."""

from __future__ import annotations

from dataclasses import replace

from accounts.credentials import Credential
from accounts.models import User
from accounts.roles import Action
from assessments.drafts import DEFAULT_SOURCE_ID, Draft


class AttributionMismatch(PermissionError):
    """The source in the request is not the account that asks."""

    def __init__(self, source: str) -> None:
        self.source = source
        super().__init__(
            f"The source {source!r} is not you. Leave the source out, or use a token with the "
            "scope 'attribute:any'."
        )


def attribute(draft: Draft, by: Credential) -> Draft:
    """The draft with the source the server stands for. Raises AttributionMismatch.

    People write as HUMAN and their e-mail. A token with assessments:write may write CODE and
    LLM_JUDGE under any id, one with attribute:any may name another person. A token with no more
    than feedback:write writes HUMAN with any id that is not an account's e-mail.
    """
    if draft.source_type != "HUMAN":
        if by.token is None or not by.has_scope_for(Action.WRITE_ASSESSMENTS):
            raise AttributionMismatch(draft.source_type)
        return replace(draft, source_id=draft.source_id or DEFAULT_SOURCE_ID)
    if is_end_user_feedback(by):
        return end_user(draft)
    own = by.user.email
    if draft.source_id in ("", DEFAULT_SOURCE_ID) or draft.source_id.lower() == own:
        return replace(draft, source_id=own)
    if by.token is None or not by.has_scope_for(Action.ATTRIBUTE_ANY):
        raise AttributionMismatch(draft.source_id)
    return draft


def action_of(by: Credential, draft: Draft) -> Action:
    """What the token must be for: passing end users' feedback on needs less than the rest."""
    is_feedback = draft.kind == "feedback" and is_end_user_feedback(by)
    return Action.WRITE_FEEDBACK if is_feedback else Action.WRITE_ASSESSMENTS


def is_end_user_feedback(by: Credential) -> bool:
    """Whether this token can do nothing but pass on what end users said."""
    return (
        by.token is not None
        and by.has_scope_for(Action.WRITE_FEEDBACK)
        and not by.has_scope_for(Action.WRITE_ASSESSMENTS)
        and not by.has_scope_for(Action.REVIEW)
    )


def end_user(draft: Draft) -> Draft:
    """An application's own user id; never an account's e-mail. Costs one query."""
    source_id = draft.source_id or DEFAULT_SOURCE_ID
    if User.objects.filter(email=source_id.lower()).exists():
        raise AttributionMismatch(source_id)
    return replace(draft, source_id=source_id)
