"""Django app of the noun `papers`."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """The noun `papers`."""

    name = "registry.papers"
    label = "papers"
    default_auto_field = "django.db.models.BigAutoField"
