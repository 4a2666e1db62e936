"""Production: TLS everywhere, secrets from outside, no demo data."""

import os
from ipaddress import ip_network

from config.settings.base import *  # noqa: F403 -- settings are layered this way
from config.settings.base import DATABASES, KEPT_CONNECTIONS

DEMO = False
# Each portal on its own host (WORKER_HOST, BUSINESS_HOST, OFFICE_HOST), beside the public pages on ALLOWED_HOSTS.
PORTAL_HOSTS = {portal: os.environ[f"{portal.upper()}_HOST"] for portal in ("worker", "business", "office")}
# 192.0.2.0/24 2001:db8::/32; the office is open from nowhere while none is named.
OFFICE_NETWORKS = [str(ip_network(one)) for one in os.environ.get("OFFICE_NETWORKS", "").split()]
ALLOWED_HOSTS = [*os.environ["ALLOWED_HOSTS"].split(","), *PORTAL_HOSTS.values()]
PUBLIC_URL = os.environ["PUBLIC_URL"]  # links in mails never come from the Host header
ALERT_MAILS = os.environ["ALERT_MAILS"].split(",")
PROXIES = int(os.environ.get("PROXIES", "1"))  # TLS ends at one
COOKIE_PREFIX = "__Host-"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
DATABASES["default"] |= KEPT_CONNECTIONS
