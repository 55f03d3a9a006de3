"""The `reviewapp` command: reads arguments, sets the environment, calls one function.

Only the standard library is imported here: `up` stays in memory as the supervisor, and models can
be imported only once the environment says where the data lies and Django is set up.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from reviewapp import supervisor
from reviewapp.env import Misconfigured

DESCRIPTION = "Labeling sessions for traces of GenAI applications."
CHECKOUT = Path(__file__).resolve().parent.parent
EXPORT_FORMATS = ("jsonl", "csv", "parquet")
EXPORT_ROWS = ("labels", "items", "dataset", "repeats", "traces")

AddCommand = Callable[..., argparse.ArgumentParser]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit code. A refusal is one sentence on standard error."""
    options = build_parser().parse_args(arguments)
    set_environment(options)
    if options.command == "up":
        return supervisor.up(options)
    return run_with_django(options)


def run_with_django(options: argparse.Namespace) -> int:
    """Load Django and the command's module. `prepare` is alone in its own, to start quickly."""
    try:
        importlib.import_module("django").setup()
    except Misconfigured as fault:
        supervisor.say(str(fault))
        return 1
    module = "reviewapp.first_run" if options.command == "prepare" else "reviewapp.commands"
    return int(importlib.import_module(module).run(options))


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument(
        "--data", metavar="DIR", help="data folder (default: REVIEWAPP_DATA, or data/ here)"
    )
    parser = argparse.ArgumentParser(prog="reviewapp", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, about: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[place], help=about, description=about)

    add_up(add)
    add_prepare(add)
    add_people(add, place)
    add_transfer(add)
    add("settle", "Recompute what is stale now; fails when something is stale after 60 seconds.")
    add("verify", "Compare every stored figure with its recomputation, and the audit log's chain.")
    return parser


def add_up(add: AddCommand) -> None:
    """`up`."""
    up = add("up", "Start web, worker and beat; Ctrl-C stops them.")
    up.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    up.add_argument("--port", type=int, default=8000, help="port; 0 takes a free one (8000)")
    add_first_start(up)


def add_prepare(add: AddCommand) -> None:
    """`prepare`, which `up` runs too."""
    prepare = add(
        "prepare", "Migrate and set up without starting anything; print what was made as JSON."
    )
    add_first_start(prepare)


def add_first_start(parser: argparse.ArgumentParser) -> None:
    """What a first start makes."""
    parser.add_argument(
        "--owner",
        default="owner@localhost",
        metavar="EMAIL",
        help="e-mail of the first account (owner@localhost)",
    )
    parser.add_argument("--no-demo", action="store_true", help="without the demo experiment")


def add_people(add: AddCommand, place: argparse.ArgumentParser) -> None:
    """`token create`, `user create`, `deactivate` and `activate`, and `signin-link`."""
    tokens = add("token", "Make API tokens.").add_subparsers(dest="act", required=True)
    token = tokens.add_parser("create", parents=[place], help="Make a token and print it.")
    token.add_argument("--email", required=True, help="whose token it is")
    token.add_argument("--scope", action="append", required=True, help="may be repeated")
    token.add_argument("--experiment", default="", metavar="ID", help="for one experiment only")
    token.add_argument("--name", default="", help="what the list of tokens calls it")
    people = add("user", "Make accounts, and say who can come in no more.")
    users = people.add_subparsers(dest="act", required=True)
    user = users.add_parser("create", parents=[place], help="Make an account.")
    user.add_argument("email", metavar="EMAIL")
    user.add_argument("--owner", action="store_true", help="an operator, who owns everything")
    for act, about in (
        ("deactivate", "Sign somebody out and refuse them and their tokens; answers stay."),
        ("activate", "Let somebody in again."),
    ):
        users.add_parser(act, parents=[place], help=about).add_argument("email", metavar="EMAIL")
    link = add("signin-link", "Print a link that signs an account in once.")
    link.add_argument("email", metavar="EMAIL")


def add_transfer(add: AddCommand) -> None:
    """`import`, `export` and `report`."""
    imports = add("import", "Read MLflow traces from a JSON or JSONL file.")
    imports.add_argument("file", metavar="FILE", type=Path)
    imports.add_argument("--experiment", required=True, metavar="NAME", help="made when it is new")
    exports = add("export", "Write what a labeling session gathered to a file.")
    exports.add_argument("session", metavar="SESSION")
    exports.add_argument("--format", choices=EXPORT_FORMATS, default="jsonl")
    exports.add_argument("--rows", choices=EXPORT_ROWS, default="labels")
    exports.add_argument("--out", required=True, metavar="FILE", type=Path)
    exports.add_argument(
        "--updated-since",
        default="",
        metavar="TIME",
        help="only labels or items that changed since, such as 2026-11-20T12:00:00Z",
    )
    exports.add_argument(
        "--by-reviewer", action="store_true", help="with items: a column per question and reviewer"
    )
    exports.add_argument("--pseudonyms", action="store_true", help="name nobody")
    report = add("report", "Recompute a session's report from its raw answers and compare.")
    report.add_argument("session", metavar="SESSION")
    report.add_argument("--pseudonyms", action="store_true", help="name nobody")


def set_environment(options: argparse.Namespace) -> None:
    """Say to Django where the data lies and, beside a running `up`, under which URL it serves."""
    data = options.data or os.environ.get("REVIEWAPP_DATA") or CHECKOUT / "data"
    folder = Path(data).absolute()
    os.environ["REVIEWAPP_DATA"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
    url = folder / supervisor.URL_FILE
    if options.command != "up" and "REVIEWAPP_URL" not in os.environ and url.is_file():
        os.environ["REVIEWAPP_URL"] = url.read_text(encoding="ascii").strip()


if __name__ == "__main__":
    sys.exit(main())
