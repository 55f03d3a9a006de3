"""VERB: mail that lets people in. Secrets are made here, so that no Celery message holds one."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.joining import MAILED_LINK_LIFE, make_sign_in_link
from accounts.models import User


def mail_sign_in_link(user_pk: int, after: str, *, now: datetime) -> None:
    """Mail the account a link that works once, for fifteen minutes.

    after   the page of ours it leads to
    """
    user = User.objects.get(pk=user_pk)
    secret = make_sign_in_link(user, now=now, life=MAILED_LINK_LIFE)
    path = reverse("accounts:sign_in_link", args=[secret])
    query = f"?{urlencode({'next': after})}" if after != "/" else ""
    context = {"person": user, "url": f"{settings.REVIEWAPP_URL}{path}{query}"}
    send_mail(
        "Your sign-in link for Reviewapp",
        render_to_string("accounts/sign_in_mail.txt", context),
        None,
        [user.email],
    )
