"""The ground floor's app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, tokens, roles and the audit log."""

    name = "accounts"
