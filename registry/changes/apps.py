"""Django app of the change feed."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    """The change feed."""

    name = "registry.changes"
    label = "changes"
    default_auto_field = "django.db.models.BigAutoField"
