"""`scripts/bench`: run the measurements, print the table, keep it as JSON, fill the document."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import psycopg

from bench import (
    arriving,
    client,
    computing,
    exporting,
    machine,
    overviewing,
    pages,
    reviewing,
    searching,
    standing,
    writing,
)
from bench.document import with_figures
from bench.figures import Figure, as_text
from bench.servers import OURS, PEER, drop_database, fresh_database, start_ours, start_peer
from bench.setup import Run

CHECKOUT = Path(__file__).parent.parent
RESULTS = CHECKOUT / "bench" / "results"
DOCUMENT = CHECKOUT / "docs" / "benchmarks.md"
POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
# In this order: the empty database first, the heaviest last.
PARTS: dict[str, Callable[[Run], Iterator[Figure]]] = {
    "standing": standing.measure,
    "assessments": writing.measure,
    "traces": arriving.measure,
    "client": client.measure,
    "search": searching.measure,
    "queue": reviewing.measure,
    "pages": pages.measure,
    "overview": overviewing.measure,
    "export": exporting.measure,
    "statistics": computing.measure,
}
QUICK = {"seconds": 1.0, "rounds": 1, "traces": 1000, "labels": 10_000, "idle_seconds": 5.0}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything asked for was measured."""
    options = build_parser().parse_args(arguments)
    databases = ["sqlite", "postgres"] if options.database == "both" else [options.database]
    postgres = reachable(options.postgres) if "postgres" in databases else None
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        about = machine.describe(Path(folder), postgres)
        about["Size"] = size_in_words(options)
        for database in databases:
            if database == "postgres" and postgres is None:
                say("Postgres cannot be reached, so only SQLite is measured.")
                continue
            for figure in measured(database, Path(folder) / database, postgres, options):
                say(as_line(figure))
                figures.append(figure)
    sys.stdout.write("\n" + as_text(figures) + "\n")
    keep(figures, about, options)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller; the figures say less")
    parser.add_argument(
        "--traces", type=int, help="in the corpus to search and to queue; 10,000 by itself"
    )
    parser.add_argument("--only", action="append", choices=list(PARTS), help="may be repeated")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument(
        "--postgres",
        default=os.environ.get("BENCH_POSTGRES", POSTGRES),
        metavar="URL",
        help="of a database from which others may be made and dropped",
    )
    parser.add_argument("--write", action="store_true", help="put the figures into the document")
    return parser


def reachable(url: str) -> str | None:
    """The URL, if a server answers there."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error:
        return None
    return url


def measured(
    database: str, folder: Path, postgres: str | None, options: argparse.Namespace
) -> Iterator[Figure]:
    """Both servers on fresh databases of one kind, and every part that was asked for."""
    ours_url, peer_url = urls(database, folder, postgres)
    say(f"{database}: starting {OURS} and {PEER}")
    ours = start_ours(folder / "ours", ours_url)
    run = Run(database, folder, ours, start_peer(folder / "peer", peer_url))
    for name, value in chosen_sizes(options).items():
        setattr(run, name, value)
    try:
        for name in options.only or PARTS:
            yield from PARTS[name](run)
    finally:
        for server in run.servers:
            server.stop()
        if database == "postgres" and postgres is not None:
            for server in run.servers:
                drop_database(postgres, server.database_url.rpartition("/")[2])


def urls(database: str, folder: Path, postgres: str | None) -> tuple[str, str]:
    """Where the two keep their data; the peer speaks to Postgres by psycopg 3, as we do."""
    folder.mkdir()
    if database == "sqlite" or postgres is None:
        return "", f"sqlite:///{folder / 'mlflow.db'}"
    ours = fresh_database(postgres, f"bench_{OURS}")
    peer = fresh_database(postgres, f"bench_{PEER}")
    return ours, "postgresql+psycopg://" + peer.partition("://")[2]


def as_line(figure: Figure) -> str:
    """While one waits."""
    return "  ".join(cell for cell in figure.cells() if cell)


def keep(figures: Sequence[Figure], about: dict[str, str], options: argparse.Namespace) -> None:
    """The results file and, when asked for, the document."""
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    RESULTS.mkdir(exist_ok=True)
    content = {"date": date, "machine": about, "figures": [each.as_json() for each in figures]}
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (RESULTS / "last.json").write_text(text + "\n", encoding="utf-8")
    if options.write:
        document = DOCUMENT.read_text(encoding="utf-8")
        stamp = f"{date} (`--quick`)" if options.quick else date
        DOCUMENT.write_text(with_figures(document, figures, about, stamp), encoding="utf-8")


def chosen_sizes(options: argparse.Namespace) -> dict[str, float]:
    """What differs from a full run."""
    sizes: dict[str, float] = dict(QUICK) if options.quick else {}
    return sizes | ({"traces": options.traces} if options.traces else {})


def size_in_words(options: argparse.Namespace) -> str:
    """How much was measured."""
    size: dict[str, object] = {each.name: each.default for each in fields(Run)}
    size |= chosen_sizes(options)
    words = f"{size['traces']:,} traces to search and to queue, {size['labels']:,} labels"
    return f"{words} (`--quick`)" if options.quick else words


def say(sentence: str) -> None:
    """Progress, apart from the table."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
