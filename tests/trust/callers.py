"""Everybody who may knock at a door, and one letter for what they are answered.

2  done or shown            3  sent on to another page
B  let in, but the request itself is refused (400, 405, 409, 413, 415, 422)
1  401: no usable credential    L  sent to sign in
X  403: seen, but not for you   0  404: as if it did not exist
"""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.test import Client

from accounts.roles import ALL_SCOPES
from tests.trust.world import PEOPLE, World, token_secrets

# No credential, unusable ones, and the owner's cookie without the page's CSRF token.
KEYLESS = ("anonymous", "expired", "revoked", "cookie")
SCOPES = tuple(scope.value for scope in ALL_SCOPES)
API_CALLERS = (*KEYLESS, *reversed(PEOPLE), "bound", *SCOPES)
# A token opens no page.
PAGE_CALLERS = ("anonymous", "token", *reversed(PEOPLE))
LETTERS = {401: "1", 403: "X", 404: "0"}


class Callers:
    """Sends one request as each caller, each undone afterwards."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.secrets = token_secrets(world)
        self.pages = {name: Client(raise_request_exception=False) for name in world.people}
        for name, client in self.pages.items():
            client.force_login(world.people[name])
        self.cookie = Client(raise_request_exception=False, enforce_csrf_checks=True)
        self.cookie.force_login(world.people["owner"])
        self.nobody = Client(raise_request_exception=False)
        self.nobody_checked = Client(raise_request_exception=False, enforce_csrf_checks=True)

    def answer(self, caller: str, method: str, path: str, **sent: Any) -> str:
        """The letter for one caller."""
        client, headers = self.as_caller(caller, is_page=sent.pop("is_page", False))
        cookies = SimpleCookie(client.cookies)
        headers |= sent.pop("headers", {})
        with transaction.atomic():
            response = client.generic(method, path, headers=headers, **sent)
            letter = letter_of(response)
            read_whole(response)
            transaction.set_rollback(True)
        client.cookies = cookies
        return letter

    def as_caller(self, caller: str, *, is_page: bool) -> tuple[Client, dict[str, str]]:
        """The client and the headers of a caller."""
        if caller == "cookie":
            return self.cookie, {}
        if is_page and caller in self.pages:
            return self.pages[caller], {}
        nobody = self.nobody if is_page else self.nobody_checked
        if caller == "anonymous":
            return nobody, {}
        secret = self.secrets["owner" if caller == "token" else caller]
        return nobody, {"Authorization": f"Bearer {secret}"}


def read_whole(response: Any) -> None:
    """Read a file that is sent piece by piece to its end, where it is closed."""
    for _ in response.streaming_content if response.streaming else ():
        pass


def letter_of(response: Any) -> str:
    """What an answer means for the caller."""
    status = response.status_code
    if 300 <= status < 400:
        return "L" if response.headers["Location"].startswith("/login/") else "3"
    if status in LETTERS:
        return LETTERS[status]
    return "2" if status < 300 else "B" if status < 500 else "5"


def as_json(body: Any) -> dict[str, Any]:
    """The arguments of a request with a JSON body."""
    return {"data": json.dumps(body).encode(), "content_type": "application/json"}
