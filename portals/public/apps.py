"""Django app of the public pages."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """The public pages."""

    name = "portals.public"
    label = "public_portal"
