"""`import` and `export`: traces from a file, a session's labels to a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import User
from labeling.exports import export_lines
from labeling.models import LabelingSession
from reviewapp.errors import verdict_on
from reviewapp.importing import import_said
from reviewapp.passing_on import passing_on
from reviewapp.refusals import Refused
from reviewapp.trace_files import Entry, entries
from traces.ingesting import import_trace
from traces.json_values import Json
from traces.models import Experiment
from traces.organising import create_experiment
from traces.trace_json import trace_from_json

BAR_WIDTH = 30


def import_file(options: argparse.Namespace) -> int:
    """`import`: every trace that can be read; a sentence for each that cannot, and then exit 1."""
    owner = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if owner is None:
        raise Refused("Make an owner first: reviewapp user create EMAIL --owner")
    done = failed = 0
    with readable(options.file), passing_on_to(options, owner) as (experiment, by):
        for entry in entries(options.file):
            fault = entry.fault or import_one(experiment, entry.value, by)
            done, failed = done + (not fault), failed + bool(fault)
            if fault:
                sys.stderr.write(f"{clear_line()}{entry.place}: {fault}\n")
            show_progress(entry, done)
    sys.stderr.write(clear_line())
    sys.stdout.write(f"Imported {done} traces into {options.experiment!r}, {failed} failed.\n")
    return 1 if failed else 0


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """A file that cannot be read is a sentence."""
    try:
        yield
    except OSError as error:
        raise Refused(f"{path} cannot be read or written: {error.strerror}.") from error


@contextmanager
def passing_on_to(
    options: argparse.Namespace, owner: User
) -> Iterator[tuple[Experiment, Credential]]:
    """The experiment, made when it is new, and a credential that names others as the source."""
    options.file.open("rb").close()
    experiment = Experiment.objects.active().filter(name=options.experiment).first()
    if experiment is None:
        experiment = create_experiment(options.experiment, by=Credential(user=owner))
    name = f"Import of {options.file.name}"
    with passing_on(owner, experiment, name, now=timezone.now()) as by:
        yield experiment, by


def import_one(experiment: Experiment, value: Json, by: Credential) -> str:
    """Store one trace with what was said about it, whole or not at all; answers the fault."""
    try:
        record, spans = trace_from_json(value)
        with transaction.atomic():
            trace = import_trace(experiment, record, spans)
            import_said(trace, record.assessments, by=by, now=timezone.now())
    except Exception as fault:
        if verdict_on(fault) is None:
            raise
        return str(fault)
    return ""


def show_progress(entry: Entry, done: int) -> None:
    """A bar, for people only."""
    if sys.stderr.isatty():
        filled = round(BAR_WIDTH * entry.done)
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        sys.stderr.write(f"\r[{bar}] {entry.done:4.0%} {done} traces")


def clear_line() -> str:
    """Takes the bar away before something else is written there."""
    return "\r\033[K" if sys.stderr.isatty() else ""


def export_session(options: argparse.Namespace) -> int:
    """`export`: the file appears when it is whole."""
    session = LabelingSession.objects.present().filter(session_id=options.session).first()
    if session is None:
        raise Refused(f"There is no labeling session {options.session}.")
    lines = export_lines(session, rows=options.rows, format=options.format)
    unfinished: Path = options.out.with_name(options.out.name + ".part")
    with readable(options.out):
        with unfinished.open("wb") as file:
            file.writelines(lines)
        unfinished.replace(options.out)
    return 0
