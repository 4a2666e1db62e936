"""A machine of one's own: demo data, mail into files."""

import os

from config.settings.base import *  # noqa: F403 -- settings are layered this way
from config.settings.base import ALLOWED_HOSTS, DATABASES, KEPT_CONNECTIONS
from config.stack.ports import shown_host

DEMO = True
ALLOWED_HOSTS = [*ALLOWED_HOSTS, shown_host(os.environ.get("HOST", "localhost"))]
DATABASES["default"] |= KEPT_CONNECTIONS
