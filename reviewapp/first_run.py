"""Makes a data folder ready: migrations, static files and, on the first start, an owner and a demo.

`reviewapp up` runs this in a process of its own, so that the supervisor stays small.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import Error
from django.db.models.signals import pre_migrate
from django.utils import timezone

from accounts.models import Heartbeat, User
from reviewapp.checks import served_host
from reviewapp.supervisor import say
from traces.artifact_holders import sweep

STAMP_FILE = ".collected"
# Of the API's browsable pages, which are not shown: compressing them took a third of the time.
UNSERVED_FILES = ["rest_framework"]


def run(options: argparse.Namespace) -> int:
    """`prepare`: print as JSON what was made, or one sentence about what stands in the way."""
    for fault in served_host():
        say(fault.msg)
        return 1
    try:
        made = prepare(options.owner, with_demo=not options.no_demo)
    except Error as fault:
        say(f"The database cannot be used: {str(fault).strip()}")
        return 1
    sys.stdout.write(json.dumps(made) + "\n")
    return 0


def prepare(owner: str, *, with_demo: bool) -> dict[str, str]:
    """Bring everything up to date; doing it again changes nothing.

    Answers, once, what is shown once: the owner's sign-in link and API token.
    """
    pre_migrate.connect(say_what_is_migrated, sender=apps.get_app_config("accounts"))
    call_command("migrate", interactive=False, verbosity=0)
    collect_static_files()
    sweep(settings.ARTIFACT_ROOT, now=timezone.now())
    # The heartbeat of an earlier start must not make /ready believe in a worker.
    Heartbeat.objects.all().delete()
    made: dict[str, str] = {}
    if not User.objects.filter(is_superuser=True).exists():
        say("Making the owner and the demo …" if with_demo else "Making the owner …")
        # What only a first start needs is loaded only then: it takes longer than all the rest.
        first_start = importlib.import_module("reviewapp.first_start")
        made |= first_start.first_start(owner, with_demo=with_demo, now=timezone.now())
    return made


def say_what_is_migrated(plan: Sequence[object], **_: object) -> None:
    """How much of the tables is to be made; the database has answered by now."""
    if plan:
        say(f"Bringing the tables up to date, {len(plan)} steps …")


def collect_static_files() -> None:
    """Collect, hash and compress the static files when they are not the collected ones."""
    stamp = Path(settings.STATIC_ROOT) / STAMP_FILE
    present = fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == present:
        return
    say("Compressing the pages' files …")
    call_command(
        "collectstatic",
        interactive=False,
        verbosity=0,
        clear=True,
        ignore_patterns=UNSERVED_FILES,
    )
    stamp.write_text(present, encoding="ascii")


def fingerprint() -> str:
    """A digest over every static file's name, size and time."""
    seen = hashlib.sha256(django.__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            seen.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}".encode())
    return seen.hexdigest()
