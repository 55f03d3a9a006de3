"""Native API: who am I, and my tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.api_shapes import MeAnswer, NewToken, NewTokenAnswer, TokenAnswer
from accounts.asking import credential_of
from accounts.credentials import Credential
from accounts.joining import create_token, revoke_token
from accounts.models import ApiToken
from accounts.roles import Action

TOKEN_COLUMNS = (
    "token_id",
    "name",
    "prefix",
    "scopes",
    "experiment_id",
    "created_at",
    "expires_at",
    "revoked_at",
    "last_used_at",
)


def token_json(token: ApiToken) -> dict[str, object]:
    """A token without its secret, of which only a hash is kept."""
    return {column: getattr(token, column) for column in TOKEN_COLUMNS}


@extend_schema(tags=["account"])
@extend_schema_view(
    retrieve=extend_schema(summary="Who you are and what you may do", responses=MeAnswer)
)
class Me(ViewSet):
    """The caller."""

    def retrieve(self, request: Request) -> Response:
        """Account, token and roles; any scope is enough."""
        by = credential_of(request)
        return Response(
            {
                "email": by.user.email,
                "name": by.user.name,
                "is_operator": by.user.is_operator,
                "token": token_json(by.token) if by.token else None,
                "experiments": memberships_json(by),
            }
        )


def memberships_json(by: Credential) -> list[dict[str, object]]:
    """The account's roles; of a token bound to one experiment only that one."""
    found = by.user.memberships.filter(experiment__deleted_at__isnull=True)
    if by.bound_experiment_id:
        found = found.filter(experiment=int(by.bound_experiment_id))
    rows = found.order_by("experiment").values_list("experiment", "experiment__name", "role")
    return [
        {"experiment_id": str(experiment), "name": name, "role": role}
        for experiment, name, role in rows
    ]


@extend_schema(tags=["account"])
@extend_schema_view(
    list=extend_schema(summary="List your tokens, newest first"),
    create=extend_schema(
        summary="Create a token; its secret is shown once",
        request=NewToken,
        responses={201: NewTokenAnswer},
    ),
    destroy=extend_schema(summary="Revoke a token", responses={204: None}),
)
class Tokens(GenericViewSet[ApiToken]):
    """The caller's own tokens. A token needs the scope `manage` to come here."""

    serializer_class = TokenAnswer
    keyset = ("-created_at", "-pk")

    def list(self, request: Request) -> Response:
        """Revoked ones included."""
        by = credential_of(request)
        by.demand_scope(Action.MANAGE)
        rows = self.paginate_queryset(tokens_of(by))
        return self.get_paginated_response([token_json(row) for row in rows or []])

    def create(self, request: Request) -> Response:
        """A new token. It takes no `Idempotency-Key`, because its secret is not kept."""
        by = credential_of(request)
        by.demand_scope(Action.MANAGE)
        body = NewToken(data=request.data)
        body.is_valid(raise_exception=True)
        asked: dict[str, Any] = body.validated_data  # Any: as the shape declares them
        demand_no_more(by, asked)
        demand_member(by, asked["experiment_id"])
        token, secret = create_token(by.user, asked.pop("scopes"), **asked, by=by)
        return Response(token_json(token) | {"secret": secret}, status=201)

    def destroy(self, request: Request, token_id: str) -> Response:
        """End a token; a second time changes nothing."""
        by = credential_of(request)
        by.demand_scope(Action.MANAGE)
        token = tokens_of(by).filter(token_id=token_id).first()
        if token is None:
            raise Http404
        revoke_token(token, by=by, now=timezone.now())
        return Response(status=204)


def tokens_of(by: Credential) -> QuerySet[ApiToken]:
    """The account's tokens; a token bound to one experiment knows only those bound to it too."""
    tokens = ApiToken.objects.filter(user=by.user)
    if by.bound_experiment_id:
        tokens = tokens.filter(experiment_id=by.bound_experiment_id)
    return tokens


def demand_no_more(by: Credential, asked: Mapping[str, Any]) -> None:
    """A token passes on only what it has itself. Raises PermissionDenied."""
    if by.token is None:
        return
    if not by.token.scope_set.issuperset(asked["scopes"]):
        raise PermissionDenied("A token can pass on only the scopes it has itself.")
    if by.bound_experiment_id not in ("", asked["experiment_id"]):
        raise PermissionDenied("A token for one experiment can pass on only that experiment.")
    end, wanted = by.token.expires_at, asked["expires_at"]
    if end is not None and (wanted is None or wanted > end):
        raise PermissionDenied("A token cannot outlive the token that creates it.")


def demand_member(by: Credential, experiment_id: str) -> None:
    """Binding is to an experiment of one's own. Raises ValidationError."""
    if not experiment_id:
        return
    is_number = experiment_id.isdecimal() and str(int(experiment_id)) == experiment_id
    found = is_number and by.user.memberships.filter(experiment=int(experiment_id)).exists()
    if not found and not (is_number and by.user.is_superuser):
        raise ValidationError({"experiment_id": "You are in no experiment with this id."})
