"""PURE: who may do what. One table of role × action and one of token scope × action.

Pages, both APIs and the tests read these tables; nothing else decides about permission.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """A person's part in one experiment."""

    OWNER = "owner"
    MANAGER = "manager"
    DEVELOPER = "developer"
    REVIEWER = "reviewer"


class Scope(StrEnum):
    """What a token may be used for; a signed-in page has all of them."""

    TRACES_WRITE = "traces:write"
    FEEDBACK_WRITE = "feedback:write"
    ASSESSMENTS_WRITE = "assessments:write"
    ATTRIBUTE_ANY = "attribute:any"
    REVIEW = "review"
    READ = "read"
    MANAGE = "manage"


class Action(StrEnum):
    """Something one can do in an experiment."""

    READ = "read"
    WRITE_TRACES = "write traces"
    WRITE_ASSESSMENTS = "write assessments"
    WRITE_FEEDBACK = "write end-user feedback"
    ATTRIBUTE_ANY = "name another person as the source"
    RETRACT_ANY = "retract somebody else's assessment"
    MANAGE = "manage label schemas and labeling sessions"
    EXPORT = "export labels"
    REVIEW = "review items of one's own sessions"
    OWN = "change members and delete the experiment"


DEVELOPER_ACTIONS = frozenset(
    {
        Action.READ,
        Action.WRITE_TRACES,
        Action.WRITE_ASSESSMENTS,
        Action.WRITE_FEEDBACK,
        Action.ATTRIBUTE_ANY,
        Action.EXPORT,
        Action.REVIEW,
    }
)
MANAGER_ACTIONS = DEVELOPER_ACTIONS | {Action.MANAGE, Action.RETRACT_ANY}
ROLE_ACTIONS: dict[Role, frozenset[Action]] = {
    Role.REVIEWER: frozenset({Action.REVIEW}),
    Role.DEVELOPER: DEVELOPER_ACTIONS,
    Role.MANAGER: MANAGER_ACTIONS,
    Role.OWNER: MANAGER_ACTIONS | {Action.OWN},
}

SCOPE_ACTIONS: dict[Scope, frozenset[Action]] = {
    Scope.TRACES_WRITE: frozenset({Action.WRITE_TRACES}),
    Scope.FEEDBACK_WRITE: frozenset({Action.WRITE_FEEDBACK}),
    Scope.ASSESSMENTS_WRITE: frozenset({Action.WRITE_ASSESSMENTS, Action.WRITE_FEEDBACK}),
    Scope.ATTRIBUTE_ANY: frozenset({Action.ATTRIBUTE_ANY}),
    Scope.REVIEW: frozenset({Action.REVIEW}),
    Scope.READ: frozenset({Action.READ, Action.EXPORT}),
    Scope.MANAGE: frozenset({Action.MANAGE, Action.RETRACT_ANY, Action.OWN}),
}
ALL_SCOPES: tuple[Scope, ...] = tuple(Scope)
SCOPES_ALLOWING: dict[Action, frozenset[str]] = {
    action: frozenset(scope for scope in Scope if action in SCOPE_ACTIONS[scope])
    for action in Action
}


def role_allows(role: Role, action: Action) -> bool:
    """May somebody with this role do this?"""
    return action in ROLE_ACTIONS[role]


def roles_allowing(action: Action) -> list[str]:
    """Every role that may do this, for queries over memberships."""
    return [role.value for role in Role if role_allows(role, action)]


def scopes_allow(scopes: Iterable[str], action: Action) -> bool:
    """May a token with these scopes do this? Unknown ones allow nothing."""
    return not SCOPES_ALLOWING[action].isdisjoint(scopes)


def scope_for(action: Action) -> Scope:
    """The narrowest scope that allows an action, to name in a refusal."""
    allowing = (scope for scope in Scope if scope in SCOPES_ALLOWING[action])
    return min(allowing, key=lambda scope: len(SCOPE_ACTIONS[scope]))
