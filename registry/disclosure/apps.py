"""Django app of the noun `disclosure`."""

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    """The noun `disclosure`."""

    name = "registry.disclosure"
    label = "disclosure"
    default_auto_field = "django.db.models.BigAutoField"
