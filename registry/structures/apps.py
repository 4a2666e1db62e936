"""Django app of structures."""

from django.apps import AppConfig


class StructuresConfig(AppConfig):
    """Structures and rosters of sites."""

    name = "registry.structures"
    label = "structures"
    default_auto_field = "django.db.models.BigAutoField"
