"""Using the review page as a browser without scripts does."""

from __future__ import annotations

import re

from django.test import Client

from schemas.models import LabelSchema
from tests.pages.forms import form_of


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(session, position=1, query=""):
    return f"/r/{session.session_id}/{position}/{query}"


def without_own_words(response) -> str:
    """The page without what the asker sent and without its tokens."""
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def fields(**values):
    """Values by schema name as form fields: `correct="true"`, `correct_why="because"`."""
    found = {}
    for key, value in values.items():
        name, _, part = key.rpartition("__")
        name, part = (name, part) if name else (part, "value")
        found[f"{LabelSchema.objects.get(name=name).schema_id}-{part}"] = value
    return found


def send(client, session, act, position=1, page=None, **values):
    """Open the page, change some fields, press a button."""
    page = page or client.get(url(session, position))
    return client.post(url(session, position), form_of(page) | {"act": act} | fields(**values))


def submit(client, session, position=1, **values):
    return send(
        client, session, "submit", position, **({"correct": "true", "clarity": "4"} | values)
    )
