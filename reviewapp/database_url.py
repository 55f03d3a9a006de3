"""Reads DATABASE_URL. Apart from `env`, which the supervisor loads, because this loads Django."""

from __future__ import annotations

from typing import Any

import dj_database_url

from reviewapp.env import Misconfigured


def database(url: str) -> dict[str, Any]:  # Any: Django's own dictionary of options
    """Django's settings of one database; the password in the URL is never repeated in an error."""
    try:
        return dict(dj_database_url.parse(url))
    except ValueError as error:
        raise Misconfigured(
            "DATABASE_URL cannot be read. Write postgres://user:password@host:5432/name, or "
            "nothing for SQLite."
        ) from error
