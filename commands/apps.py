"""Django app of the commands."""

from django.apps import AppConfig


class CommandsConfig(AppConfig):
    """The commands."""

    name = "commands"
    label = "commands"
