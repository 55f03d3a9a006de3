"""The roof: settings, URLs, the wire to MLflow, the command line. Imported by nobody below."""

from reviewapp.celery import app as celery_app

__all__ = ["celery_app"]
