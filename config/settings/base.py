"""Settings that hold everywhere. What differs by place comes from the environment."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

ROOT = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", ROOT / "var"))


def kept_secrets(name: str) -> list[str]:
    """The secrets of one kind of this installation, the newest first: it makes, all of them are accepted.

    They are lines of a file in `var/secrets` (0600); the first is made at first need, more by `renew_secret`.
    """
    path = VAR_DIR / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        with _written(path.parent, [secrets.token_urlsafe(48)]) as whole, suppress(FileExistsError):
            os.link(whole.name, path)  # where another process was faster, its secret holds
    return path.read_text().split()


def renew_secret(name: str) -> None:
    """Put a new secret before those of its kind, for processes that start from now on."""
    path = VAR_DIR / "secrets" / name
    with _written(path.parent, [secrets.token_urlsafe(48), *kept_secrets(name)]) as whole:
        renewed = path.with_name(f"{name}.new")
        os.link(whole.name, renewed)
        renewed.replace(path)


@contextmanager
def _written(folder: Path, lines: list[str]) -> Iterator[IO[str]]:
    """A file that is written to its end before it gets a name, and none but its owner reads (0600)."""
    with NamedTemporaryFile("w", dir=folder) as whole:
        whole.write("\n".join(lines))
        whole.flush()
        yield whole


def database(url: str) -> dict[str, Any]:
    """Django's form of a PostgreSQL address, socket directories (`?host=/dir`) included."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "OPTIONS": dict(query),
    }


# How each is renewed: docs/operations/secrets.md.
SECRET_KINDS = ("django", "encryption", "devices", "cards", "posters")
SECRET_KEY, *SECRET_KEY_FALLBACKS = kept_secrets("django")
ENCRYPTION_KEYS = kept_secrets("encryption")  # of columns that the database may not read
DEVICE_KEYS = kept_secrets("devices")  # device secrets are derived from them and stored nowhere
CARD_KEYS = kept_secrets("cards")  # sign the QR that a phone shows in place of a card
POSTER_KEYS = kept_secrets("posters")  # sign the QR of a terminal that a worker's phone reads
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8000")
# Which portal is open where, see `portals.base.doors`; here everything everywhere.
PORTAL_HOSTS: dict[str, str] = {}
OFFICE_NETWORKS: list[str] | None = None

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "procrastinate.contrib.django",
    "registry.codes",
    "registry.audit",
    "registry.changes",
    "registry.files",
    "registry.accounts",
    "registry.drafts",
    "registry.notices",
    "registry.businesses",
    "registry.workers",
    "registry.cards",
    "registry.sites",
    "registry.structures",
    "registry.touches",
    "registry.histories",
    "registry.disclosure",
    "registry.papers",
    "portals.base",
    "portals.public",
    "portals.worker",
    "portals.business",
    "portals.office",
    "api",
    "commands",
]
# How many proxies of ours stand in front; only what they wrote into X-Forwarded-For is believed.
PROXIES = int(os.environ.get("PROXIES", "0"))
MIDDLEWARE = [
    "config.proxies.ClientAddress",
    "config.machines.MachinesFirst",
    "config.hosts.OurHostsOnly",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portals.base.middleware.ViewerMiddleware",
    "portals.base.doors.Doors",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "portals.base.context.page",
            ],
        },
    }
]
DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql://app@localhost/registry"))}
# The prepared statements of the busy paths are planned once; none of them is long enough to be worth compiling.
DATABASES["default"]["OPTIONS"]["options"] = "-c plan_cache_mode=force_generic_plan -c jit=off"
# Where a server runs each of its few threads keeps its own; tests give theirs back.
KEPT_CONNECTIONS = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
FORM_RENDERER = "portals.base.forms.Renderer"
SESSION_ENGINE = "portals.base.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # workers; the office's sessions end earlier, see portals.base.middleware
CSRF_COOKIE_HTTPONLY = True
COOKIE_PREFIX = ""
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "portals.base.cookies.Messages"
CSRF_FAILURE_VIEW = "portals.base.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "portals.base.uploads.NoMoreThanAllowed",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [ROOT / "config" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = "touroku@registry.example"
# Who is told of a 500, see `config.alerts`.
ALERT_MAILS = [one for one in os.environ.get("ALERT_MAILS", "unei@registry.example").split(",") if one]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "config.logs.QuietFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "quiet"},
        "alert": {"class": "config.alerts.AlertHandler", "level": "ERROR"},
    },
    "root": {"handlers": ["console", "alert"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "INFO"}},  # no mail to anybody with what was sent in it
}
