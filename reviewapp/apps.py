"""The roof's app: installs logging once Django is ready."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from reviewapp.celery import app as celery_app
from reviewapp.logs import configure

__all__ = ["ReviewappConfig", "celery_app"]


class ReviewappConfig(AppConfig):
    """Static files, the MLflow wire and the command line."""

    name = "reviewapp"

    def ready(self) -> None:
        """Configure logging and the file broker for every process that loads Django."""
        configure(settings.LOGGING)
        make_broker_folders()


def make_broker_folders() -> None:
    """The file broker reads from folders that must exist before the first message."""
    for key in ("data_folder_in", "control_folder"):
        folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(key)
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
