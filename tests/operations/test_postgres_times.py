"""Times from PostgreSQL are read as Django reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db.backends.postgresql.psycopg_any import (  # type: ignore[import-untyped]
    BaseTzLoader,
)
from psycopg import DataError

from reviewapp.postgres.base import TimeLoader


class DjangoLoader(BaseTzLoader):  # type: ignore[misc]  # has no types
    timezone = UTC


@pytest.mark.parametrize(
    ("sent", "moment"),
    [
        (b"2026-11-21 03:04:05+00", datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)),
        (b"2026-11-21 03:04:05.1+00", datetime(2026, 11, 21, 3, 4, 5, 100_000, tzinfo=UTC)),
        (b"2026-11-21 03:04:05.123456+00", datetime(2026, 11, 21, 3, 4, 5, 123_456, tzinfo=UTC)),
        (b"0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_time_is_what_django_reads(sent: bytes, moment: datetime, kind: type) -> None:
    found = TimeLoader(1184, None).load(kind(sent))

    assert (found, found.tzinfo) == (moment, UTC)
    assert found == DjangoLoader(1184, None).load(sent)


def test_a_year_python_does_not_know_is_refused_as_django_refuses_it() -> None:
    with pytest.raises(DataError, match="too large"):
        TimeLoader(1184, None).load(b"infinity")
