"""Django app of the noun `sites`."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """The noun `sites`."""

    name = "registry.sites"
    label = "worksites"
    default_auto_field = "django.db.models.BigAutoField"
