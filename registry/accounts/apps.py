"""Django app of the noun `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The noun `accounts`."""

    name = "registry.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
