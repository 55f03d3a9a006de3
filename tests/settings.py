"""Settings of the tests: fast hashing, eager Celery, mail in memory; nothing else differs."""

import atexit
import os
import shutil
import tempfile

if "REVIEWAPP_DATA" not in os.environ:
    # Processes that xdist starts inherit the folder; who made it removes it.
    os.environ["REVIEWAPP_DATA"] = tempfile.mkdtemp(prefix="reviewapp-tests-")
    atexit.register(shutil.rmtree, os.environ["REVIEWAPP_DATA"], ignore_errors=True)
os.environ.setdefault("SECRET_KEY", "the-tests-use-this-fixed-secret-key-0123456789")

from reviewapp.settings import *  # noqa: F403
from reviewapp.settings import DATABASES, REVIEWAPP_DATA, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}

if DATABASES["default"]["ENGINE"] == "reviewapp.sqlite":
    # A file, as in production: threads of the live server and of concurrency tests share it.
    DATABASES["default"]["TEST"] = {"NAME": f"{REVIEWAPP_DATA}/test.db"}
