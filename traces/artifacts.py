"""Files below a root folder: received, read, listed and removed. Who may is decided elsewhere.

A file appears whole or not at all: it is received beside the others, synced, then renamed. No file
is ever read into memory as a whole, and no symbolic link is followed.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from traces.artifact_paths import TRACES, InvalidArtifactPath
from traces.parsing import MAX_SENT_BYTES, TooLarge

# No experiment's id looks like this, so no artifact can lie here.
INCOMING = ".incoming"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
MOST_LISTED = 10_000


class NoSuchArtifact(LookupError):
    """No file at this path."""

    def __init__(self, parts: Sequence[str]) -> None:
        super().__init__(f"No artifact at {'/'.join(parts)!r}")


class NoRoom(RuntimeError):
    """The disk is full; nothing was stored."""

    def __init__(self) -> None:
        super().__init__("The server has no room for this artifact. Nothing was stored.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file or folder of a listing; `size` in bytes, None for a folder."""

    name: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that has arrived whole and is not visible yet."""

    root: Path
    path: Path

    def publish(self, parts: Sequence[str]) -> None:
        """Put it in its place, over an earlier file. It survives a crash once this returns.

        Raises InvalidArtifactPath when a file stands where a folder is needed, or the reverse.
        """
        target = self.root.joinpath(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            refuse_links(self.root, target.parent)
            self.path.replace(target)
            for folder in list(target.parents)[: len(parts)]:
                sync(folder)
        except OSError as fault:
            raise translated(fault) from fault


@contextmanager
def received(root: Path, pieces: Iterable[bytes]) -> Iterator[Incoming]:
    """Write the pieces to disk; what is not published within the block is gone after it.

    Raises TooLarge and NoRoom, and what reading the pieces raises.
    """
    path = root / INCOMING / secrets.token_hex(16)
    try:
        write_pieces(path, pieces)
        yield Incoming(root, path)
    finally:
        path.unlink(missing_ok=True)


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Raises TooLarge and NoRoom."""
    size = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for piece in pieces:
                size += len(piece)
                if size > MAX_SENT_BYTES:
                    raise TooLarge(f"an artifact has at most {MAX_SENT_BYTES} bytes")
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise translated(fault) from fault


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def translated(fault: OSError) -> Exception:
    """What a failed write means to whoever sent it; other faults are defects and stay."""
    if fault.errno in FULL:
        return NoRoom()
    if fault.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENOTEMPTY):
        return InvalidArtifactPath("is a folder, or leads through a file")
    return fault


def refuse_links(root: Path, path: Path) -> None:
    """No client can make a link; one that an operator has made is not followed.

    Raises InvalidArtifactPath.
    """
    below = path.relative_to(root)
    if path.resolve() != root.resolve() / below:
        raise InvalidArtifactPath("leads through a link")


def opened(root: Path, parts: Sequence[str]) -> BinaryIO:
    """The file, to be read piece by piece; the caller closes it. Raises NoSuchArtifact."""
    path = root.joinpath(*parts)
    try:
        refuse_links(root, path)
        if path.is_file():
            return path.open("rb")
    except (OSError, InvalidArtifactPath):
        raise NoSuchArtifact(parts) from None
    raise NoSuchArtifact(parts)


def listed(root: Path, parts: Sequence[str]) -> list[Entry]:
    """What is in a folder, by name; nothing when it is no folder. At most MOST_LISTED entries."""
    found = [
        Entry(name=entry.name, size=None if entry.is_dir() else entry.stat().st_size)
        for entry in islice(scanned(root, parts), MOST_LISTED)
    ]
    return sorted(found, key=lambda entry: entry.name)


def scanned(root: Path, parts: Sequence[str]) -> Iterator[os.DirEntry[str]]:
    """The entries of a folder in no order, without links."""
    path = root.joinpath(*parts)
    try:
        refuse_links(root, path)
        with os.scandir(path) as entries:
            yield from (entry for entry in entries if not entry.is_symlink())
    except (OSError, InvalidArtifactPath):
        return


def removed(root: Path, parts: Sequence[str]) -> None:
    """Take a file, or a folder with everything in it, away. What is not there is no error."""
    path = root.joinpath(*parts)
    try:
        refuse_links(root, path)
    except InvalidArtifactPath:
        return
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def traces_with_artifacts(root: Path) -> Iterator[tuple[str, str]]:
    """Experiment and trace of each folder that holds a trace's artifacts."""
    for experiment in scanned(root, ()):
        for trace in scanned(root, (experiment.name, TRACES)):
            yield experiment.name, trace.name


def clear_incoming(root: Path, *, before: float) -> None:
    """Remove what was being received when a program died, before a time in seconds since 1970."""
    for entry in scanned(root, (INCOMING,)):
        if entry.stat().st_mtime < before:
            removed(root, (INCOMING, entry.name))
