"""What is logged of a request that was refused, and of a failure."""

from __future__ import annotations

import json
import logging
from logging.config import DictConfigurator
from typing import Any

import pytest
from django.test import Client

from reviewapp.logs import logging_settings


@pytest.fixture
def line():
    """A record as the program writes it, read as an operator's programs read it."""
    configurator: Any = DictConfigurator(logging_settings(json_lines=True))
    for name in ("formatters", "filters"):
        made = getattr(configurator, f"configure_{name[:-1]}")
        for key, value in configurator.config.get(name, {}).items():
            configurator.config[name][key] = made(value)
    handler = configurator.configure_handler(configurator.config["handlers"]["stderr"])

    def written(record: logging.LogRecord) -> dict[str, Any]:
        assert handler.filter(record)
        found: dict[str, Any] = json.loads(handler.format(record))
        return found

    return written


def test_a_request_for_another_host_is_refused_and_is_no_error(line, settings, caplog):
    settings.ALLOWED_HOSTS = ["labels.example.org"]

    response = Client().get("/login/", headers={"host": "elsewhere.example.org"})

    assert response.status_code == 400
    (record,) = [each for each in caplog.records if each.name.startswith("django.security")]
    logged = line(record)
    assert (logged["level"], "elsewhere.example.org" in logged["event"]) == ("warning", True)
    assert "exception" not in logged


def test_a_failure_is_an_error_with_its_trace(line, caplog):
    fault = ZeroDivisionError("division by zero")
    logging.getLogger("reviewapp").error("Something failed", exc_info=fault)

    logged = line(caplog.records[0])

    assert (logged["level"], logged["event"]) == ("error", "Something failed")
    assert "division by zero" in logged["exception"]
