"""The roof's app: installs logging once Django is ready."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from reviewapp import checks
from reviewapp.celery import app as celery_app
from reviewapp.logs import configure

__all__ = ["ReviewappConfig", "celery_app", "checks"]


class ReviewappConfig(AppConfig):
    """Static files, the MLflow wire and the command line."""

    name = "reviewapp"

    def ready(self) -> None:
        """Configure logging and make folders for every process that loads Django."""
        configure(settings.LOGGING)
        make_folders()


def make_folders() -> None:
    """Whitenoise and the file broker read from folders that must exist before they start."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    folders = [options[key] for key in ("data_folder_in", "control_folder") if key in options]
    for folder in (settings.STATIC_ROOT, *folders):
        Path(str(folder)).mkdir(parents=True, exist_ok=True)
