"""Django app of the office portal."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The office portal."""

    name = "portals.office"
    label = "office_portal"
