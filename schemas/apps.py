"""The app: label schemas, the questions of labeling sessions."""

from django.apps import AppConfig


class SchemasConfig(AppConfig):
    """Label schemas, the questions of labeling sessions."""

    name = "schemas"
