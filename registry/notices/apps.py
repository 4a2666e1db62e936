"""Django app of the noun `notices`."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The noun `notices`."""

    name = "registry.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
