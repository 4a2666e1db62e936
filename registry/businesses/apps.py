"""Django app of the noun `businesses`."""

from django.apps import AppConfig


class BusinessesConfig(AppConfig):
    """The noun `businesses`."""

    name = "registry.businesses"
    label = "businesses"
    default_auto_field = "django.db.models.BigAutoField"
