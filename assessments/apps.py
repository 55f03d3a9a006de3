"""The app: feedback and expectations."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Feedback and expectations."""

    name = "assessments"
