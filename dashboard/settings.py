"""All settings of the dashboard, from the environment, in one place. docs/settings.md explains each."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from dashboard.home import home, load_secrets

BASE = Path(__file__).resolve().parent.parent
HOME = home()
SECRETS = load_secrets(HOME)

SECRET_KEY = os.environ.get("POSTROOM_SECRET_KEY") or SECRETS.django_key
ENCRYPTION_KEY = os.environ.get("POSTROOM_ENCRYPTION_KEY") or SECRETS.encryption_key
if not re.fullmatch(r"[0-9a-fA-F]{64}", ENCRYPTION_KEY):
    raise ImproperlyConfigured("POSTROOM_ENCRYPTION_KEY takes 32 bytes in hex, as `openssl rand -hex 32` makes them")
DEBUG = os.environ.get("POSTROOM_DEBUG") == "1"

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS += [host.strip() for host in os.environ.get("POSTROOM_ALLOWED_HOSTS", "").split(",") if host.strip()]
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("POSTROOM_ALLOWED_HOSTS takes host names, not '*': it guards the websocket's origin too")
IS_BEHIND_TLS = os.environ.get("POSTROOM_TLS") == "1"
"""Set when people reach Postroom over https: cookies become secure and browsers are told to stay on https."""


def _number(name: str, default: float) -> float:
    text = os.environ.get(name) or str(default)
    try:
        return float(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {text!r}: it takes a number") from error


# Where the embedded broker is. `manage.py serve` sets these to the ports it chose.
BROKER_HOST = os.environ.get("POSTROOM_BROKER_HOST", "127.0.0.1")
BROKER_AMQP_PORT = int(_number("POSTROOM_AMQP_PORT", 5672))
BROKER_API_PORT = int(_number("POSTROOM_API_PORT", 15672))
BROKER_USER = os.environ.get("POSTROOM_SERVICE_USER") or "postroom"
BROKER_PASSWORD = os.environ.get("POSTROOM_SERVICE_PASSWORD") or SECRETS.service_password
BROKER_VHOST = "postroom"

COLLECT_EMBEDDED_SECONDS = 1.0
"""Pause between two looks at the embedded broker while nobody watches."""
COLLECT_WATCHED_SECONDS = 0.7
"""And while somebody does, however many: what happens is on every screen within a second."""
COLLECT_EXTERNAL_SECONDS = _number("POSTROOM_COLLECT_SECONDS", 5)
"""Pause between two looks at any other broker: its own statistics change every 5 s."""
ANSWER_SECONDS = _number("POSTROOM_ANSWER_SECONDS", 4)
"""How long a page waits for a broker before it says that there is no answer."""

HISTORY_SECONDS = {
    10: _number("POSTROOM_HISTORY_FINE_HOURS", 24) * 3600,
    60: _number("POSTROOM_HISTORY_MIDDLE_DAYS", 7) * 86_400,
    600: _number("POSTROOM_HISTORY_COARSE_DAYS", 30) * 86_400,
}
"""How long what charts show is kept, by the seconds of one sample."""
HISTORY_QUEUES = int(_number("POSTROOM_HISTORY_QUEUES", 200))
"""Of each broker, that are sampled at the same time: with three steps that bounds the rows."""

INSTALLED_APPS = [
    "dashboard.apps.Dashboard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "dashboard.security.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "dashboard.preferences.Preferred",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "dashboard.looks.forgetting.after_forms",
]
ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.frame.frame",
            ],
            "libraries": {"amqp": "dashboard.templatetags.amqp"},
            "loaders": ["django.template.loaders.filesystem.Loader"]
            if DEBUG
            else [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])],
        },
    }
]


def _database() -> dict[str, object]:
    """SQLite in POSTROOM_HOME, or the PostgreSQL of DATABASE_URL (postgresql://user:password@host:5432/name)."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "postroom.db",
            # Web and worker write at the same time: wait for each other (seconds) instead of failing.
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL;"},
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL takes postgresql://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or 5432,
        # A request has a thread of its own, which a connection must not outlive: they are lent from a pool.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 20, "timeout": 5}},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("POSTROOM_REDIS_URL")
CACHES: dict[str, dict[str, object]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

STATIC_URL = "/static/"
_PACKAGES = BASE / "node_modules"
STATICFILES_DIRS: list[object] = [BASE / "static"]
# Only what pages use; `make` gets the packages by npm.
for _prefix, _folder in (
    ("vendor/chart.js", _PACKAGES / "chart.js" / "dist"),
    ("vendor/inter", _PACKAGES / "@fontsource-variable" / "inter"),
    ("vendor/kurkle", _PACKAGES / "@kurkle" / "color" / "dist"),
):
    if _folder.is_dir():
        STATICFILES_DIRS.append((_prefix, _folder))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_MAX_AGE_SECONDS = 0 if DEBUG else 3600
"""How long a browser uses a static file without asking."""

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if IS_BEHIND_TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000_000
"""Bytes of a form: a message body may be pasted into one."""
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000
"""Fields of a form: each ticked message is one, and a look shows up to 2,000."""

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"


def _is_news(record: logging.LogRecord) -> bool:
    return not (getattr(record, "status_code", 0) == 503 and record.request.path == "/health/")  # type: ignore[attr-defined]


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "brokerctl.logs.OneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("POSTROOM_LOG_LEVEL", "INFO").upper()},
    "loggers": {
        # One line per request and per poll would drown what matters.
        "httpx": {"level": "WARNING"},
        # Each failed connection is an exception too, and a sentence on a page: pika's five lines say no more.
        "pika": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR", "filters": ["not ready"]},
    },
    # "Not ready yet" is what /health/ is asked for, many times, at every start.
    "filters": {"not ready": {"()": "django.utils.log.CallbackFilter", "callback": _is_news}},
}
