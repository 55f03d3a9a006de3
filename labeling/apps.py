"""The app: labeling sessions."""

from django.apps import AppConfig


class LabelingConfig(AppConfig):
    """Labeling sessions."""

    name = "labeling"
