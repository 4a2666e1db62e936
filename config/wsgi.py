"""The server's entry."""

import gc
import os

import django
from django.db.backends.signals import connection_created
from django.utils.module_loading import import_string

from config.connections import end_with_thread

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup(set_prefix=False)

connection_created.connect(end_with_thread)
application = import_string("config.machines.Server")()  # by its name: what it imports has models, which need the setup

# A batch of touches makes thousands of small objects and drops them all: looking for cycles every 700 costs a tenth.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
