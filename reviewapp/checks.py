"""Combinations of settings that cannot work; `manage.py check` and `reviewapp up` tell."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.http.request import validate_host


@register
def served_host(**_: object) -> list[CheckMessage]:
    """The URL people use must be a URL, and its host must be answered."""
    parts = urlsplit(settings.REVIEWAPP_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return [
            Error(
                f"REVIEWAPP_URL is {settings.REVIEWAPP_URL!r}; write http:// or https:// and a "
                "host.",
                id="reviewapp.E001",
            )
        ]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return [
            Error(
                f"ALLOWED_HOSTS lacks {host}, the host of REVIEWAPP_URL, so nobody would be "
                "answered there.",
                id="reviewapp.E002",
            )
        ]
    return []
