"""`import` and `export`: traces from a file, a session's labels to a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import User
from labeling.exports import export_lines
from labeling.models import LabelingSession
from labeling.wanted_exports import Wanted
from reviewapp.bodies import PIECE_BYTES
from reviewapp.importing import import_entries
from reviewapp.passing_on import passing_on
from reviewapp.refusals import Refused
from reviewapp.trace_files import entries
from traces.models import Experiment
from traces.organising import create_experiment
from traces.timestamps import parse_rfc3339

BAR_WIDTH = 30
# Told apart from pretty-printed JSON by the name even when the first line is broken.
BY_LINE = {".jsonl", ".ndjson"}


def import_file(options: argparse.Namespace) -> int:
    """`import`: every trace that can be read; a sentence for each that cannot, and then exit 1."""
    owner = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if owner is None:
        raise Refused("Make an owner first: reviewapp user create EMAIL --owner")
    done = failed = 0
    with readable(options.file), passing_on_to(options, owner) as (experiment, by):
        file = Reading(options.file)
        found = entries(file.pieces(), by_line=options.file.suffix in BY_LINE)
        for outcome in import_entries(experiment, found, by=by, now=timezone.now()):
            done, failed = done + (not outcome.code), failed + bool(outcome.code)
            if outcome.code:
                sys.stderr.write(f"{clear_line()}{outcome.entry.place}: {outcome.detail}\n")
            show_progress(file.done, done)
    sys.stderr.write(clear_line())
    sys.stdout.write(f"Imported {done} traces into {options.experiment!r}, {failed} failed.\n")
    return 1 if failed else 0


class Reading:
    """A file that is read piece by piece; `done` is the part that has been, from 0 to 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done = 0.0

    def pieces(self) -> Iterator[bytes]:
        """Its bytes in order. Raises OSError."""
        size, n_read = max(self.path.stat().st_size, 1), 0
        with self.path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                n_read += len(piece)
                self.done = min(n_read / size, 1.0)
                yield piece


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


def show_progress(part: float, done: int) -> None:
    """A bar, for people only; `part` of the file is read, `done` traces are in."""
    if sys.stderr.isatty():
        filled = round(BAR_WIDTH * part)
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        sys.stderr.write(f"\r[{bar}] {part:4.0%} {done} traces")


def clear_line() -> str:
    """Takes the bar away before something else is written there."""
    return "\r\033[K" if sys.stderr.isatty() else ""


def export_session(options: argparse.Namespace) -> int:
    """`export`: the file appears when it is whole."""
    lines = export_lines(session_named(options.session), wanted_by(options))
    unfinished: Path = options.out.with_name(options.out.name + ".part")
    with readable(options.out):
        with unfinished.open("wb") as file:
            file.writelines(lines)
        unfinished.replace(options.out)
    return 0


def session_named(session_id: str) -> LabelingSession:
    """The session of an id. Raises Refused."""
    session = LabelingSession.objects.present().filter(session_id=session_id)
    found = session.select_related("run").first()
    if found is None:
        raise Refused(f"There is no labeling session {session_id}.")
    return found


def wanted_by(options: argparse.Namespace) -> Wanted:
    """What the options ask for. Raises InvalidTime."""
    return Wanted(
        rows=options.rows,
        format=options.format,
        updated_since=parse_rfc3339(options.updated_since) if options.updated_since else None,
        by_reviewer=options.by_reviewer,
        pseudonyms=options.pseudonyms,
        secret=settings.SECRET_KEY,
    )
