"""Bodies and answers of the native API about the caller and their tokens."""

from __future__ import annotations

from rest_framework import serializers

from accounts.roles import Role, Scope
from accounts.shapes import Shape, Words


class MembershipAnswer(Shape):
    """A role in one experiment."""

    experiment_id = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=[role.value for role in Role])


class TokenAnswer(Shape):
    """A token without its secret."""

    token_id = serializers.CharField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    experiment_id = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class MeAnswer(Shape):
    """Who asks: the account, the token it asked with, and its roles."""

    email = serializers.CharField()
    name = serializers.CharField()
    is_operator = serializers.BooleanField()
    token = TokenAnswer(allow_null=True)
    experiments = MembershipAnswer(many=True)


class NewToken(Shape):
    """What a new token may be used for. Without `experiment_id`: every experiment of yours."""

    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=[scope.value for scope in Scope]),
        min_length=1,
        max_length=20,
    )
    name = Words(required=False, default="", allow_blank=True, max_length=200)
    experiment_id = Words(required=False, default="", allow_blank=True, max_length=18)
    expires_at = serializers.DateTimeField(required=False, default=None, allow_null=True)


class NewTokenAnswer(TokenAnswer):
    """A new token. `secret` is shown this once and is not stored."""

    secret = serializers.CharField()
