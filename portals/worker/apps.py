"""Django app of the worker portal."""

from django.apps import AppConfig


class WorkerConfig(AppConfig):
    """The worker portal."""

    name = "portals.worker"
    label = "worker_portal"
