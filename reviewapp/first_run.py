"""Makes a data folder ready: migrations, static files and, on the first start, an owner and a demo.

`reviewapp up` runs this in a process of its own, so that the supervisor stays small.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, transaction

from accounts.audit import note
from accounts.credentials import Credential
from accounts.joining import create_token, make_sign_in_link
from accounts.models import Heartbeat, User
from accounts.roles import ALL_SCOPES
from labeling import aggregation
from reviewapp.demo.loading import load_demo

STAMP_FILE = ".collected"
WEB_PROCESSES_ON_A_SERVER_DATABASE = 2


def prepare(owner: str, *, with_demo: bool, now: datetime) -> dict[str, str]:
    """Bring everything up to date; doing it again changes nothing.

    Answers how many web processes fit the database and, once, what is shown once: the owner's
    sign-in link and API token.
    """
    call_command("migrate", interactive=False, verbosity=0)
    collect_static_files()
    # The heartbeat of an earlier start must not make /ready believe in a worker.
    Heartbeat.objects.all().delete()
    shown_once = first_start(owner, with_demo=with_demo, now=now)
    return {"web_processes": str(web_processes()), **shown_once}


def web_processes() -> int:
    """SQLite has one writer, so that a second process would only cost memory there."""
    return 1 if connection.vendor == "sqlite" else WEB_PROCESSES_ON_A_SERVER_DATABASE


def collect_static_files() -> None:
    """Collect, hash and compress the static files when they are not the collected ones."""
    stamp = Path(settings.STATIC_ROOT) / STAMP_FILE
    present = fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == present:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(present, encoding="ascii")


def fingerprint() -> str:
    """A digest over every static file's name, size and time."""
    seen = hashlib.sha256(django.__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            seen.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}".encode())
    return seen.hexdigest()


def first_start(email: str, *, with_demo: bool, now: datetime) -> dict[str, str]:
    """Make the owner and the demo when there is no operator yet; all of it or nothing."""
    if User.objects.filter(is_superuser=True).exists():
        return {}
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
