"""Files below a root: they appear whole or not at all, and no link leads out."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from traces import artifacts
from traces.artifact_paths import InvalidArtifactPath
from traces.artifacts import Entry, NoRoom, NoSuchArtifact
from traces.parsing import Malformed, TooLarge

PARTS = ("1", "run", "artifacts", "a.txt")


def store(root, parts=PARTS, *pieces) -> None:
    with artifacts.received(root, pieces or (b"one ", b"two")) as incoming:
        incoming.publish(parts)


def content(root, parts=PARTS) -> bytes:
    with artifacts.opened(root, parts) as file:
        return file.read()


def files_below(root) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_file_is_what_was_sent(tmp_path) -> None:
    store(tmp_path)

    assert content(tmp_path) == b"one two"
    assert files_below(tmp_path) == ["1/run/artifacts/a.txt"]


def test_a_later_file_replaces_an_earlier_one(tmp_path) -> None:
    store(tmp_path)
    with artifacts.opened(tmp_path, PARTS) as reading:
        store(tmp_path, PARTS, b"three")

        assert reading.read() == b"one two"
    assert content(tmp_path) == b"three"


def test_what_breaks_off_leaves_nothing(tmp_path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one"
        raise Malformed("", "The body ended too early.")

    with pytest.raises(Malformed):
        store(tmp_path, PARTS, *pieces())
    with pytest.raises(Malformed), artifacts.received(tmp_path, pieces()):
        pytest.fail("it was received")

    assert files_below(tmp_path) == []


def test_what_is_not_published_is_gone(tmp_path) -> None:
    with artifacts.received(tmp_path, [b"one"]):
        assert len(files_below(tmp_path)) == 1

    assert files_below(tmp_path) == []


def test_too_large_is_refused_without_a_rest(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(artifacts, "MAX_SENT_BYTES", 6)

    with pytest.raises(TooLarge):
        store(tmp_path)
    store(tmp_path, PARTS, b"onetwo")

    assert files_below(tmp_path) == ["1/run/artifacts/a.txt"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch, number, call) -> None:
    def full(*_: object) -> None:
        raise OSError(number, "full")

    place = os if call == "fsync" else Path
    monkeypatch.setattr(place, call, full)

    with pytest.raises(NoRoom):
        store(tmp_path)

    assert files_below(tmp_path) == []


def test_another_fault_of_the_disk_is_no_refusal(tmp_path, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", broken)

    with pytest.raises(OSError, match="broken"):
        store(tmp_path)


@pytest.mark.parametrize("parts", [("1", "run", "artifacts"), (*PARTS, "b")])
def test_a_file_and_a_folder_cannot_have_one_name(tmp_path, parts) -> None:
    store(tmp_path)

    with pytest.raises(InvalidArtifactPath):
        store(tmp_path, parts)

    assert files_below(tmp_path) == ["1/run/artifacts/a.txt"]


@pytest.mark.parametrize("parts", [("1",), ("1", "none"), (*PARTS, "b"), ("x" * 300,)])
def test_what_is_no_file_is_not_there(tmp_path, parts) -> None:
    store(tmp_path)

    with pytest.raises(NoSuchArtifact):
        artifacts.opened(tmp_path, parts)


def test_a_link_is_followed_nowhere(tmp_path) -> None:
    root, secret = tmp_path / "root", tmp_path / "secret"
    store(root)
    secret.mkdir()
    (secret / "key").write_bytes(b"secret")
    (root / "1" / "out").symlink_to(secret)
    (root / "1" / "key").symlink_to(secret / "key")

    for parts in (("1", "out", "key"), ("1", "key")):
        with pytest.raises(NoSuchArtifact):
            artifacts.opened(root, parts)
    with pytest.raises(InvalidArtifactPath):
        store(root, ("1", "out", "key"))
    artifacts.removed(root, ("1", "out", "key"))
    assert artifacts.listed(root, ("1", "out")) == []
    assert [entry.name for entry in artifacts.listed(root, ("1",))] == ["run"]
    assert (secret / "key").read_bytes() == b"secret"


def test_a_folder_is_listed_by_name(tmp_path) -> None:
    store(tmp_path)
    store(tmp_path, ("1", "run", "artifacts", "b", "c.txt"), b"x")

    assert artifacts.listed(tmp_path, PARTS[:3]) == [
        Entry(name="a.txt", size=7),
        Entry(name="b", size=None),
    ]
    assert artifacts.listed(tmp_path, PARTS) == []
    assert artifacts.listed(tmp_path, ("2",)) == []


def test_removing_takes_a_file_or_a_folder_and_forgives_nothing(tmp_path) -> None:
    store(tmp_path)
    store(tmp_path, ("2", "run", "artifacts", "b"))

    artifacts.removed(tmp_path, PARTS)
    artifacts.removed(tmp_path, PARTS)
    artifacts.removed(tmp_path, ("2",))

    assert files_below(tmp_path) == []


def test_only_old_rests_are_cleared(tmp_path) -> None:
    with artifacts.received(tmp_path, [b"old"]), artifacts.received(tmp_path, [b"new"]) as new:
        os.utime(new.path, (2000, 2000))

        artifacts.clear_incoming(tmp_path, before=1000)
        assert len(files_below(tmp_path)) == 2
        artifacts.clear_incoming(tmp_path, before=3000)

        assert len(files_below(tmp_path)) == 1
