"""As on a machine of one's own, but with fast passwords: the demo makes eighty of them, and here nobody logs in."""

from config.settings.dev import *  # noqa: F403 -- settings are layered this way

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
