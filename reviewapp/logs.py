"""Structured logs: events in past tense with key=value, JSON lines unless debugging.

Trace content, rationales, tokens and e-mail addresses are never logged.
"""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Mapping
from typing import Any

import structlog

SHARED_STEPS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_settings(*, json_lines: bool) -> dict[str, Any]:  # Any: logging's own dict schema
    """A `logging.config` dictionary that sends everything through structlog to standard error."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer()
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED_STEPS,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    renderer,
                ],
            }
        },
        "filters": {"refused": {"()": lambda: refused_is_no_error}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "structured",
                "filters": ["refused"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }


def refused_is_no_error(record: logging.LogRecord) -> bool:
    """Django logs a suspicious request, such as one for an unknown host, as an error with a trace.

    It was refused with 400, and any stranger can send it: an alert on errors must not ring.
    """
    if record.name.startswith("django.security"):
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = None
    return True


def configure(settings: Mapping[str, Any]) -> None:
    """Install the configuration; Django calls nothing because LOGGING_CONFIG is None."""
    logging.config.dictConfig(dict(settings))
    structlog.configure(
        processors=[*SHARED_STEPS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
