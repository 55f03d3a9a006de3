"""Every setting, read top to bottom; what differs between deployments comes from the environment.

docs/settings.md lists the variables; a test compares.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from reviewapp.database_url import database
from reviewapp.env import (
    email_settings,
    env_bool,
    env_int,
    env_list,
    env_secret,
    env_text,
)
from reviewapp.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
REVIEWAPP_DATA = Path(env_text("REVIEWAPP_DATA", str(BASE_DIR / "data"))).absolute()
REVIEWAPP_URL = env_text("REVIEWAPP_URL", "http://127.0.0.1:8000").rstrip("/")
DATABASE_URL = env_text("DATABASE_URL")
REDIS_URL = env_text("REDIS_URL")

DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = env_secret("SECRET_KEY", folder=REVIEWAPP_DATA)
ALLOWED_HOSTS = env_list(
    "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", urlsplit(REVIEWAPP_URL).hostname or ""]
)

INSTALLED_APPS = [
    "accounts",
    "traces",
    "schemas",
    "assessments",
    "labeling",
    "reviewapp",
    "rest_framework",
    "drf_spectacular",
    # Without looking for `admin.py`: reviewapp.urls does, so that worker and beat do without.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]
MIDDLEWARE = [
    "reviewapp.middleware.request_id",
    "reviewapp.middleware.whole_bodies",
    "reviewapp.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "reviewapp.page_middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "reviewapp.page_middleware.Authentication",
    "reviewapp.page_middleware.Messages",
    "reviewapp.middleware.no_nul_in_paths",
]
ROOT_URLCONF = "reviewapp.urls"
WSGI_APPLICATION = "reviewapp.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", BASE_DIR / "reviewapp" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# A write touches some twelve pages, mostly the same ones of indexes: copying them back from the log
# every 8,000 pages (32 MB) instead of every 1,000 costs a sixth less CPU for each write.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        "PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=8000;"
    ),
}
# Ten seconds without a connection is an answer of 503, not a reason to wait on.
POOL_OPTIONS = {
    "pool": {"min_size": 1, "max_size": env_int("REVIEWAPP_POOL_SIZE", 12), "timeout": 10},
    # Only accounts.prepared runs statements that the server can keep.
    "prepare_threshold": 3 if env_bool("REVIEWAPP_PREPARE_STATEMENTS", default=True) else None,
}
DATABASES = {"default": database(DATABASE_URL or f"sqlite:///{REVIEWAPP_DATA / 'reviewapp.db'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "reviewapp.sqlite"
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["ENGINE"] = "reviewapp.postgres"
    DATABASES["default"]["OPTIONS"] = POOL_OPTIONS | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

USES_HTTPS = REVIEWAPP_URL.startswith("https://")
SESSION_COOKIE_SECURE = USES_HTTPS
CSRF_COOKIE_SECURE = USES_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [REVIEWAPP_URL]
SECURE_HSTS_SECONDS = 3600 if USES_HTTPS else 0
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if USES_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS is set only when REVIEWAPP_URL is https.
    "security.W008",  # The redirect to https belongs to the proxy, which also serves /health.
    "security.W010",  # Cookies are secure whenever REVIEWAPP_URL is https.
    "security.W016",
    "security.W002",  # frame-ancestors in our own Content-Security-Policy does this.
]
# Trace uploads are bounded while they are read (traces.inflating), not by Django's form limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "reviewapp.formats"

STATIC_URL = "/static/"
STATIC_ROOT = REVIEWAPP_DATA / "static"
STATICFILES_FINDERS = [
    "reviewapp.bundle_finder.BundleFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "reviewapp.static_files.ServedFiles"},
}
WHITENOISE_MAX_AGE = 3600
# Every page names them by hashes. Compressing the others too doubled the time of a first start.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

vars().update(email_settings(env_text("EMAIL_URL", "console://")))

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "reviewapp.api.authentication.TokenAuthentication",
        "reviewapp.api.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["reviewapp.api.rendering.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["reviewapp.api.rendering.StrictJsonParser"],
    "DEFAULT_PAGINATION_CLASS": "reviewapp.api.pagination.KeysetPagination",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "reviewapp.api.negotiation.OneAnswer",
    "DEFAULT_SCHEMA_CLASS": "reviewapp.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "reviewapp.errors.native_answer",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Reviewapp",
    "DESCRIPTION": "Labeling sessions for traces of GenAI applications.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_PATCH": False,
    "SERVERS": [],
    "POSTPROCESSING_HOOKS": ["reviewapp.api.schema.add_refusals"],
}

# Files of runs and traces; not served as media (reviewapp.mlflow_api.artifacts).
ARTIFACT_ROOT = REVIEWAPP_DATA / "artifacts"

BROKER_FOLDER = REVIEWAPP_DATA / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT = None if REDIS_URL else "reviewapp.file_broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    # A message is only a doorbell: the stale mark is the job and the sweep does what a lost one did
    # not, so an unacknowledged message may come back soon (docs/adr/0005).
    {"visibility_timeout": 300, "unacked_restore_interval": 10}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_FOLDER / "messages"),
        "data_folder_out": str(BROKER_FOLDER / "messages"),
        "control_folder": str(BROKER_FOLDER / "control"),
        "polling_interval": 0.1,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(REVIEWAPP_DATA / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep stale marks": {"task": "labeling.tasks.sweep", "schedule": 30.0},
    "open sessions at their time": {"task": "labeling.tasks.open_due", "schedule": 30.0},
    "seal the audit log": {"task": "accounts.tasks.seal_audit_log", "schedule": 30.0},
    "forget old requests": {"task": "accounts.tasks.forget_old_requests", "schedule": 3600.0},
    "worker heartbeat": {"task": "accounts.tasks.beat_heart", "schedule": 15.0},
}

LEASE_SECONDS = env_int("REVIEWAPP_LEASE_SECONDS", 30 * 60)

LOGGING_CONFIG = None
LOGGING = logging_settings(json_lines=not DEBUG)
