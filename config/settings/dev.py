"""A machine of one's own: demo data, mail into files."""

from config.settings.base import *  # noqa: F403 -- settings are layered this way
from config.settings.base import DATABASES

DEMO = True
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}  # each of the few threads keeps its own
