"""Every form of every page, sent with fields no browser would send: never a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from tests.sampling import some
from tests.trust.routes import all_routes
from tests.trust.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BAD = ["", "a\0b", "x" * 10_000, "9" * 40]
FIELDS = {"input", "textarea", "select", "button"}


@dataclass
class Form:
    """A form as a page holds it: where it goes and what it would send."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Collects the forms of a page, with fields that name theirs by `form=`."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.found: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").upper()
            self.open = Form(given.get("action") or self.path, method)
            self.found.append(self.open)
            self.by_id[given.get("id", "")] = self.open
        elif tag in FIELDS and given.get("name"):
            form = self.by_id.get(given.get("form", "-"), self.open)
            if form is not None:
                form.values.setdefault(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None


def forms_of(client: Client, path: str) -> list[Form]:
    """The forms of a page; none when it is no page."""
    response = client.get(path)
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    reader = Forms(path)
    reader.feed(response.getvalue().decode())
    return reader.found


def all_forms(world: World, client: Client) -> dict[tuple[str, str], Form]:
    """The forms of every page, once per address and set of fields."""
    paths = [route.filled(world.ids) for route in all_routes() if is_page(route.path)]
    paths += [f"/join/{world.ids['join_secret']}/", f"/login/{world.ids['link_secret']}/"]
    found: dict[tuple[str, str], Form] = {}
    for path in paths:
        for form in forms_of(client, path):
            found.setdefault((form.action, " ".join(form.values)), form)
    return found


def is_page(path: str) -> bool:
    """Not one of the APIs."""
    return not path.startswith(("api/", "v1/", "^", "logout/"))


def broken(form: Form) -> Iterator[dict[str, str]]:
    """What the form would send with one field spoilt, and without any field."""
    yield {}
    for name in form.values.keys() - {"csrfmiddlewaretoken"}:
        for bad in BAD:
            yield form.values | {name: bad}
            if bad == "":
                yield {key: value for key, value in form.values.items() if key != name}


def breakdowns(client: Client, forms: dict[tuple[str, str], Form]) -> list[str]:
    """Which spoilt forms broke the server."""
    found = []
    for form in forms.values():
        for values in some(broken(form), 12):
            cookies = SimpleCookie(client.cookies)
            with transaction.atomic():
                send = client.post if form.method == "POST" else client.get
                response = send(form.action, values)
                transaction.set_rollback(True)
            client.cookies = cookies
            if response.status_code >= 500:
                cause = getattr(response, "exc_info", None)
                spoilt = {name: value[:12] for name, value in values.items()}
                found.append(f"{form.method} {form.action} {spoilt}: {cause and cause[1]!r}")
    return found


@pytest.fixture(scope="module")
def world(shared_db) -> World:
    """Everything, once for all: each request is undone."""
    return make_world()


@pytest.mark.parametrize("person", ["owner", "reviewer", "nobody"])
def test_no_form_breaks_the_server(world, person) -> None:
    client = Client(raise_request_exception=False)
    if person != "nobody":
        client.force_login(get_user_model().objects.get(email=f"{person}@example.org"))

    forms = all_forms(world, client)

    assert len(forms) >= (1 if person == "nobody" else 5)
    assert breakdowns(client, forms) == []
