"""Who asks a view of the native API."""

from __future__ import annotations

from rest_framework.request import Request

from accounts.credentials import Credential


def credential_of(request: Request) -> Credential:
    """The caller's credential, which the authentication classes put into the request."""
    credential: Credential = request.auth  # type: ignore[assignment]  # not DRF's own token
    return credential
