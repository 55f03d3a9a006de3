"""Filling the peer's database: traces it stored itself, copied with other ids and times.

Only so that searching can be measured at 10,000 traces within minutes: by OTLP the peer takes as
long for them as everything else together. Each copied row is one that MLflow wrote, with the
trace's id, its times and its assessments' ids replaced.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, RowMapping, Table, create_engine, insert, select

from bench import corpus

TRACE_KEYS = {
    "trace_info": "request_id",
    "trace_tags": "request_id",
    "trace_request_metadata": "request_id",
    "trace_metrics": "request_id",
    "spans": "trace_id",
    "span_metrics": "trace_id",
    "assessments": "trace_id",
}
MILLISECOND_COLUMNS = frozenset({"timestamp_ms", "trace_timestamp_ms"})
NANOSECOND_COLUMNS = frozenset({"start_time_unix_nano", "end_time_unix_nano"})
INSERT_BATCH = 1000
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Copy:
    """The n-th trace is to be made from the one PERIOD places and more before it."""

    n: int

    @property
    def template(self) -> int:
        """The number of the trace it is made from."""
        return self.n % corpus.PERIOD

    def row(self, table: str, source: RowMapping, nth: int) -> Row:
        """One row of the copy."""
        return {name: self.value(name, value, f"{table}{nth}") for name, value in source.items()}

    def value(self, column: str, value: object, mark: str) -> object:
        """One column: ids replaced, times moved, everything else as it was."""
        later = self.n - self.template
        if column == "assessment_id":
            return f"a-{self.n:020x}{mark.encode().hex()[-12:]:0>12}"
        if isinstance(value, int) and column in MILLISECOND_COLUMNS:
            return value + later * 1000
        if isinstance(value, int) and column in NANOSECOND_COLUMNS:
            return value + later * corpus.SECOND
        if isinstance(value, str):
            return self.text(value)
        return value

    def text(self, value: str) -> str:
        """The id in both of its spellings."""
        for spelled in (corpus.trace_id, base64_id):
            value = value.replace(spelled(self.template), spelled(self.n))
        return value


def base64_id(n: int) -> str:
    """As span JSON spells a trace's id."""
    return base64.b64encode(corpus.otlp_id(n)).decode()


def copy_traces(database_url: str, end: int) -> None:
    """Make the traces from PERIOD to `end` of the first PERIOD ones."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for name, key in TRACE_KEYS.items():
            copy_table(connection, name, key, range(corpus.PERIOD, end))
    engine.dispose()


def copy_table(connection: Connection, name: str, key: str, numbers: Iterable[int]) -> None:
    """All rows of one table."""
    table = Table(name, MetaData(), autoload_with=connection)
    columns = [column for column in table.columns if column.computed is None]
    by_trace: dict[str, list[RowMapping]] = {}
    wanted = [corpus.trace_id(n) for n in range(corpus.PERIOD)]
    for row in connection.execute(select(*columns).where(table.c[key].in_(wanted))).mappings():
        by_trace.setdefault(str(row[key]), []).append(row)
    for rows in batches(copies(name, by_trace, numbers)):
        connection.execute(insert(table), rows)


def copies(
    name: str, by_trace: dict[str, list[RowMapping]], numbers: Iterable[int]
) -> Iterator[Row]:
    """Every row of every copy."""
    for n in numbers:
        copy = Copy(n)
        for nth, source in enumerate(by_trace.get(corpus.trace_id(copy.template), [])):
            yield copy.row(name, source, nth)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Lists that fit one statement."""
    held: list[Row] = []
    for row in rows:
        held.append(row)
        if len(held) == INSERT_BATCH:
            yield held
            held = []
    if held:
        yield held


def add_labels(database_url: str, per_trace: int, end: int) -> None:
    """Give each of the first `end` traces so many feedback rows, as MLflow wrote its own."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        table = Table("assessments", MetaData(), autoload_with=connection)
        wanted = [corpus.trace_id(n) for n in range(corpus.PERIOD)]
        found = select(table).where(table.c.trace_id.in_(wanted)).limit(1)
        source = connection.execute(found).mappings().one()
        rows = (
            {
                **source,
                "assessment_id": f"a-{n:024x}{nth:08x}",
                "trace_id": corpus.trace_id(n),
                "name": "quality",
                "source_id": f"reviewer{nth}@example.org",
                "trace_timestamp_ms": corpus.start_ns(n) // 1_000_000,
            }
            for n in range(end)
            for nth in range(per_trace)
        )
        for batch in batches(dict(row) for row in rows):
            connection.execute(insert(table), batch)
    engine.dispose()
