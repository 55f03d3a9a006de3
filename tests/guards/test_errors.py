"""Every error class of every floor has an answer."""

from __future__ import annotations

import importlib
import pkgutil

from reviewapp.errors import VERDICTS, verdict_on

FLOORS = ("accounts", "traces", "schemas", "assessments", "labeling", "reviewapp")
# Errors that never meet a request, and why.
ANSWERED_ELSEWHERE = {
    "accounts.activity.LastOperator": "the command line and the operators' list answer it",
    "accounts.idempotency.TwinWasFaster": "the loop that raises it asks again",
    "reviewapp.mlflow_api.otlp.BadExport": "the OTLP view answers in protobuf's own shape",
    "labeling.leaving.NotNamed": "the page that asks leads back to the overview",
    "reviewapp.bundling.SameName": "stops the collection of static files",
    "reviewapp.demo.fields.BadContent": "the demo's own files, read at the first start",
    "reviewapp.demo.loading.WrongOrder": "the demo's own files, read at the first start",
    "reviewapp.env.Misconfigured": "stops the start",
    "reviewapp.places.Unusable": "the command line answers it",
    "reviewapp.refusals.Refused": "the command line answers it",
}


def modules(package: str) -> list[str]:
    """Every module of a floor, without those that change the database."""
    root = importlib.import_module(package)
    names = [m.name for m in pkgutil.walk_packages(root.__path__, f"{package}.")]
    return [name for name in names if ".migrations" not in name]


def error_classes() -> dict[str, type[Exception]]:
    """The floors' own exception classes by their full name."""
    found = {}
    for floor in FLOORS:
        for name in modules(floor):
            for value in vars(importlib.import_module(name)).values():
                if isinstance(value, type) and issubclass(value, Exception):
                    found[f"{value.__module__}.{value.__qualname__}"] = value
    return {name: kind for name, kind in found.items() if name.split(".")[0] in FLOORS}


def test_every_error_class_has_an_answer() -> None:
    unanswered = {
        name
        for name, kind in error_classes().items()
        if not any(base in VERDICTS for base in kind.__mro__)
    }

    assert unanswered == set(ANSWERED_ELSEWHERE), "give it a row in reviewapp/errors.py"


def test_errors_of_nobodys_domain_have_none() -> None:
    assert verdict_on(KeyError("x")) is None
    assert verdict_on(ValueError("x")) is None
