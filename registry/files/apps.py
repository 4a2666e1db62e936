"""Django app of the noun `files`."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """The noun `files`."""

    name = "registry.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
