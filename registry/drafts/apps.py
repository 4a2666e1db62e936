"""Django app of the noun `drafts`."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    """The noun `drafts`."""

    name = "registry.drafts"
    label = "drafts"
    default_auto_field = "django.db.models.BigAutoField"
