"""The server's entry."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

application = get_wsgi_application()

# A batch of touches makes thousands of small objects and drops them all: looking for cycles every 700 costs a tenth.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
