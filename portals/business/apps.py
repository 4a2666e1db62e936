"""Django app of the business portal."""

from django.apps import AppConfig


class BusinessConfig(AppConfig):
    """The business portal."""

    name = "portals.business"
    label = "business_portal"
