"""Django app of the noun `touches`."""

from django.apps import AppConfig


class TouchesConfig(AppConfig):
    """The noun `touches`."""

    name = "registry.touches"
    label = "touches"
    default_auto_field = "django.db.models.BigAutoField"
