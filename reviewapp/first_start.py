"""VERB: what the first start makes: an owner who can sign in and call the API, and the demo."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.joining import create_token, make_sign_in_link
from accounts.models import User
from accounts.roles import ALL_SCOPES
from labeling import aggregation
from reviewapp.demo.loading import load_demo


def first_start(email: str, *, with_demo: bool, now: datetime) -> dict[str, str]:
    """Make all of it or nothing; the answer holds the secrets, which cannot be shown again."""
    with transaction.atomic():
        owner = User.objects.create_superuser(email)
        by = Credential(user=owner)
        note(by, "first owner created", owner.email)
        _, token = create_token(owner, ALL_SCOPES, name="First start", by=by)
        secret = make_sign_in_link(owner, now=now)
        if with_demo:
            load_demo(owner, now=now)
    aggregation.sweep()
    return {"sign_in_link": f"{settings.REVIEWAPP_URL}/login/{secret}/", "token": token}
