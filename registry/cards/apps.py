"""Django app of the noun `cards`."""

from django.apps import AppConfig


class CardsConfig(AppConfig):
    """The noun `cards`."""

    name = "registry.cards"
    label = "cards"
    default_auto_field = "django.db.models.BigAutoField"
