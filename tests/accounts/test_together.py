"""Writes of several threads in one transaction: one waits for the disk, all are told the truth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from accounts.inserting import PreparedInsert, prepare_insert
from accounts.models import RememberedRequest
from accounts.together import Write, group, write_together

pytestmark = pytest.mark.django_db(transaction=True)
embedded = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL puts commits together itself"
)
WITHIN_SECONDS = 20


def prepared(key: str, status: int = 200) -> PreparedInsert:
    return prepare_insert(
        RememberedRequest(
            credential="user:1",
            route="POST /x",
            key=key,
            body_hash="h",
            object_id="",
            status=status,
        )
    )


def written() -> set[str]:
    return set(RememberedRequest.objects.values_list("key", flat=True))


def write_and_close(*rows: PreparedInsert) -> None:
    try:
        write_together(rows)
    finally:
        connections.close_all()


@contextmanager
def threads_that_wait(*writes: tuple[PreparedInsert, ...]) -> Iterator[list[Future[None]]]:
    """One thread for each write, all of them waiting while the body runs, all ended after it."""
    with ThreadPoolExecutor(len(writes)) as pool:
        with transaction.atomic():
            RememberedRequest.objects.update(status=1)  # PostgreSQL: nothing to wait for
            futures = []
            for number, rows in enumerate(writes, start=1):
                futures.append(pool.submit(write_and_close, *rows))
                until(waiting(number))
            yield futures
        for future in futures:
            future.exception(WITHIN_SECONDS)


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + WITHIN_SECONDS
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.002)


def waiting(number: int) -> Callable[[], bool]:
    return lambda: len(group.waiting) == number


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many writes each transaction of the group took."""
    found: list[int] = []
    take = group.take

    def counting() -> list[Write]:
        taken = take()
        found.append(len(taken))
        return taken

    monkeypatch.setattr(group, "take", counting)
    return found


def test_a_write_of_several_rows_is_there_when_it_returns() -> None:
    rows = [prepared("a"), prepared("b")]

    write_together(rows)

    assert written() == {"a", "b"}
    assert [each.row.pk for each in rows] == [
        RememberedRequest.objects.get(key=key).pk for key in "ab"
    ]


def test_all_rows_of_a_write_are_written_or_none() -> None:
    write_together([prepared("a")])

    with pytest.raises(IntegrityError):
        write_together([prepared("b"), prepared("a")])

    assert written() == {"a"}


def test_within_a_transaction_the_rows_are_undone_with_it() -> None:
    with transaction.atomic():
        write_together([prepared("a")])
        transaction.set_rollback(True)

    assert written() == set()


def test_threads_all_get_their_own_row() -> None:
    rows = [prepared(f"{n}") for n in range(64)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write_and_close, rows))
        list(pool.map(lambda _: connections.close_all(), range(8)))

    assert {each.row.pk: str(n) for n, each in enumerate(rows)} == dict(
        RememberedRequest.objects.values_list("pk", "key")
    )


@embedded
def test_what_waits_together_is_written_by_one_transaction(commits: list[int]) -> None:
    with threads_that_wait(*((prepared(key),) for key in "abcde")) as futures:
        pass

    assert [future.exception() for future in futures] == [None] * 5
    assert (written(), commits) == (set("abcde"), [5])


@embedded
def test_where_several_wrote_just_now_a_moment_is_left_to_more(
    monkeypatch: pytest.MonkeyPatch, commits: list[int]
) -> None:
    another = Write([prepared("b")])
    monkeypatch.setattr(group, "had_company", True)
    monkeypatch.setattr("accounts.together.sleep", lambda _: group.waiting.append(another))

    write_together([prepared("a")])

    assert (written(), commits, another.settled) == ({"a", "b"}, [2], True)


@embedded
def test_one_that_writes_alone_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "had_company", False)
    monkeypatch.setattr("accounts.together.sleep", pytest.fail)

    write_together([prepared("a")])
    write_together([prepared("b")])

    assert written() == {"a", "b"}


@embedded
def test_one_that_is_refused_takes_nobody_with_it(commits: list[int]) -> None:
    write_together([prepared("b")])
    commits.clear()

    with threads_that_wait((prepared("a"),), (prepared("x"), prepared("b")), (prepared("c"),)) as f:
        pass

    assert [type(future.exception()) for future in f] == [type(None), IntegrityError, type(None)]
    assert (written(), commits) == (set("abc"), [3])


@embedded
def test_one_that_breaks_otherwise_takes_nobody_with_it() -> None:
    nowhere = "INSERT INTO nowhere VALUES (%s)"
    broken = PreparedInsert(row=RememberedRequest(), sql=nowhere, params=[1])

    with threads_that_wait((broken,), (prepared("a"),), (prepared("b"),)) as futures:
        pass

    kinds = [type(future.exception()) for future in futures]
    assert kinds == [OperationalError, type(None), type(None)]
    assert written() == set("ab")


@embedded
def test_all_are_told_when_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full, say, or the database stays locked; afterwards it goes on."""

    def refuse(*_: object) -> None:
        raise OperationalError("database is locked")

    with threads_that_wait(*((prepared(key),) for key in "abc")) as futures:
        # The one that leads is past this already and waits for its turn.
        monkeypatch.setattr("accounts.together.Group.take", give_up_once(group.take, refuse))

    assert [str(future.exception()) for future in futures] == ["database is locked"] * 3
    monkeypatch.undo()
    write_together([prepared("z")])
    assert written() == {"z"}


def give_up_once(take: Callable[[], object], refuse: Callable[[], object]) -> Callable[..., object]:
    calls = iter([refuse])
    return lambda *_: next(calls, take)()


@embedded
def test_one_that_comes_while_others_are_written_leads_the_next(
    monkeypatch: pytest.MonkeyPatch, commits: list[int]
) -> None:
    begun, go_on = Event(), Event()
    first = prepared("a")
    monkeypatch.setattr(type(first), "insert", held(type(first).insert, first, begun, go_on))

    with ThreadPoolExecutor(2) as pool:
        leading = pool.submit(write_and_close, first)
        assert begun.wait(WITHIN_SECONDS)
        following = pool.submit(write_and_close, prepared("b"))
        until(waiting(1))
        go_on.set()
        leading.result(WITHIN_SECONDS)
        following.result(WITHIN_SECONDS)

    assert (written(), commits, group.led) == ({"a", "b"}, [1, 1], False)


def held(
    insert: Callable[[PreparedInsert], None], which: PreparedInsert, begun: Event, go_on: Event
) -> Callable[[PreparedInsert], None]:
    """An insert that waits in the middle of a transaction, for one row."""

    def inserting(row: PreparedInsert) -> None:
        if row is which:
            begun.set()
            assert go_on.wait(WITHIN_SECONDS)
        insert(row)

    return inserting
