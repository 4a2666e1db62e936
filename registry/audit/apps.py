"""Django app of the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit log."""

    name = "registry.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
