"""Django app of the noun `workers`."""

from django.apps import AppConfig


class WorkersConfig(AppConfig):
    """The noun `workers`."""

    name = "registry.workers"
    label = "workers"
    default_auto_field = "django.db.models.BigAutoField"
