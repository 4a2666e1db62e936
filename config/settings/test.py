"""Tests: a folder of their own, mail in memory, quick hashes; a name that a template does not know is seen."""

import atexit
import json
import os
import shutil
import tempfile

if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="ccus-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

if "PYTEST_XDIST_WORKER" in os.environ:
    # Only once: what a test starts may be told of yet another database.
    servers = json.loads(os.environ.pop("DATABASES_OF_WORKERS", "{}"))
    os.environ.update(servers.get(os.environ["PYTEST_XDIST_WORKER"], {}))

from config.settings.base import *  # noqa: F403 -- settings are layered this way
from config.settings.base import TEMPLATES

DEMO = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "UNKNOWN-TEMPLATE-VARIABLE[%s]"
# Argon2 is slow on purpose; what is tested is our own rules.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Browsers keep style and fonts however the clock is set; without it they ask for each of them at every page.
WHITENOISE_MAX_AGE = 365 * 24 * 3600
# Else every browser of a test reads all static files before its first page.
WHITENOISE_AUTOREFRESH = True
