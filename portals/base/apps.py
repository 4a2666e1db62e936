"""The app of the shared page parts."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Templates, tags and static files that all portals share."""

    name = "portals.base"
    label = "base"
