"""The app of experiments, runs, traces and spans."""

from django.apps import AppConfig


class TracesConfig(AppConfig):
    """What GenAI applications did, as they recorded it."""

    name = "traces"
