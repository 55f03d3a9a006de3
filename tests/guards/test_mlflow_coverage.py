"""What docs/mlflow.md and tests/contract/rules.py promise is held by tests that exist."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import pytest
from django.urls import resolve

from reviewapp.mlflow_api.urls import second_generation, third_generation
from tests.contract.rules import NEW, OLD, REFUSE_NOTHING, ROUTES, RULES
from tests.contract.test_wire_refusals import ROWS

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "tests" / "contract"
DOCUMENT = ROOT / "docs" / "mlflow.md"
# `a`, `b` | words | `test_x.py::test_y`, ...
ROW = re.compile(r"^\| (`mlflow\..+?) \| (.+?) \| (.*?) \|$", re.MULTILINE)
WORKS, WITH_PACKAGE, NOT_SERVED = "works", "works with `reviewapp-mlflow`", "not served"
CLIENT = importlib.util.find_spec("mlflow") is not None


def collected() -> Iterator[str]:
    """Every contract test that pytest would collect, without its parameters."""
    for path in CONTRACT.glob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.name}::{node.name}"


def rows() -> list[tuple[list[str], str, list[str]]]:
    """The table of the document: functions, what is said of them, tests."""
    text = DOCUMENT.read_text(encoding="utf-8")
    found = ROW.findall(text.partition("## Function by function")[2].partition("\n## ")[0])
    return [(names(functions), said, names(tests)) for functions, said, tests in found]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def served() -> set[str]:
    generations = {OLD: second_generation, NEW: third_generation}
    paths = {
        f"{prefix}/{pattern.pattern}"
        for prefix, patterns in generations.items()
        for pattern in patterns
    }
    return {"version", "v1/traces"} | paths


def test_every_served_route_has_a_contract_test() -> None:
    assert set(ROUTES) == served(), "give it a row in tests/contract/rules.py"


def test_every_served_route_has_a_refusal() -> None:
    refused = {resolve(path.replace("{trace}", "tr-0")).route for _, path, *_ in ROWS}

    assert served() - refused - {"v1/traces"} == REFUSE_NOTHING, "give it one in ROWS"


def test_every_rule_is_held_by_a_test() -> None:
    assert set(ROUTES.values()) | set(RULES.values()) <= set(collected())


def test_the_table_of_client_functions_names_tests_that_exist() -> None:
    known = set(collected())
    missing = {test for *_, tests in rows() for test in tests} - known

    assert len(rows()) >= 50
    assert missing == set()


def test_each_row_says_one_of_three_things_and_what_works_has_a_test() -> None:
    assert {said for _, said, _ in rows()} <= {WORKS, WITH_PACKAGE, NOT_SERVED}
    assert [functions for functions, said, tests in rows() if said == WORKS and not tests] == []


def test_every_file_of_contract_tests_stands_in_the_table() -> None:
    named = {test.partition("::")[0] for *_, tests in rows() for test in tests}

    assert {path.name for path in CONTRACT.glob("test_*.py")} - named == set()


@pytest.mark.long
@pytest.mark.skipif(not CLIENT, reason="mlflow is not installed")
@pytest.mark.filterwarnings("default")
def test_every_function_of_the_table_is_one_of_the_client() -> None:
    client = importlib.import_module("mlflow")
    for name in ("datasets", "label_schemas", "review_queues", "labeling", "scorers", "judges"):
        importlib.import_module(f"mlflow.genai.{name}")
    listed = [name for functions, *_ in rows() for name in functions]

    assert [name for name in listed if not exists(client, name)] == []


def exists(client: object, name: str) -> bool:
    try:
        return callable(reduce(getattr, name.split(".")[1:], client))
    except AttributeError:
        return False
