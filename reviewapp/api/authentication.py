"""Who asks the native API: a token in the header, or the page's cookie with CSRF."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from accounts.credentials import Credential, credential_from_header
from accounts.models import User


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`, or Basic with the e-mail and the token as password."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        """The account and its credential. Raises NotAuthenticated."""
        credential = credential_from_header(
            request.headers.get("Authorization", ""), at=timezone.now()
        )
        return (credential.user, credential) if credential else None

    def authenticate_header(self, request: Request) -> str:
        """What a 401 tells the client to send."""
        return "Bearer"


class CookieAuthentication(SessionAuthentication):
    """The signed-in page; writes need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        """The account with every scope."""
        found = super().authenticate(request)
        if found is None:
            return None
        user = found[0]
        return user, Credential(user=user)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI describes the token."""

    target_class = "reviewapp.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI describes the page's cookie."""

    target_class = "reviewapp.api.authentication.CookieAuthentication"
    name = "cookie"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Django's session cookie."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
