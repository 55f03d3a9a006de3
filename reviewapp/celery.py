"""The Celery application: `celery -A reviewapp worker` and `beat`."""

from __future__ import annotations

import gc
import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import setup_logging, worker_before_create_process, worker_ready
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")

# Celery warns of root because of pickled messages; ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("reviewapp", task_cls="celery.contrib.django.task:DjangoTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect  # type: ignore[untyped-decorator]
def configure_logging(**_: object) -> None:
    """One logging configuration for web and worker; Celery's own is not installed."""
    from reviewapp.logs import configure  # noqa: PLC0415 - settings must be loaded first

    configure(settings.LOGGING)


@worker_ready.connect  # type: ignore[untyped-decorator]
def say_that_tasks_run(**_: object) -> None:
    """Ask for a heartbeat at once, by a message, so that /ready knows of broker and pool too."""
    app.send_task("accounts.tasks.beat_heart")


@worker_before_create_process.connect  # type: ignore[untyped-decorator]
def share_memory(**_: object) -> None:
    """Keep the collector off what a new pool process shares with this one."""
    gc.collect()
    gc.freeze()
