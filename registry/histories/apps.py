"""Django app of histories."""

from django.apps import AppConfig


class HistoriesConfig(AppConfig):
    """What the days mean."""

    name = "registry.histories"
    label = "histories"
    default_auto_field = "django.db.models.BigAutoField"
