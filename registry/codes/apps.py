"""Django app of the code tables."""

from django.apps import AppConfig


class CodesConfig(AppConfig):
    """The code tables."""

    name = "registry.codes"
    label = "codes"
    default_auto_field = "django.db.models.BigAutoField"
