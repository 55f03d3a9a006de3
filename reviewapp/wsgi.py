"""The WSGI application gunicorn serves."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")

application = get_wsgi_application()
# Loads every view before the first request: a broken one stops the start instead of answering 500,
# and what is loaded before gunicorn forks is shared by its processes.
resolve("/health")
gc.collect()
gc.freeze()
