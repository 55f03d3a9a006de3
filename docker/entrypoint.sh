#!/bin/sh
# Wait for the database, then become one process: web, worker, beat, or any `reviewapp` command.
# Only the web process migrates, so that two never do it at once.
set -eu

wait_for_database() {
    python - <<'PYTHON'
import sys
import time

import django
from django.db import OperationalError, connection

django.setup()
for _ in range(60):
    try:
        connection.ensure_connection()
        sys.exit(0)
    except OperationalError as error:
        reason = error
        time.sleep(1)
sys.exit(f"The database did not answer within a minute: {reason}")
PYTHON
}

case "${1:-web}" in
web)
    wait_for_database
    reviewapp prepare --no-demo --owner "${REVIEWAPP_OWNER:-owner@localhost}"
    exec gunicorn reviewapp.wsgi:application --bind 0.0.0.0:8000 --worker-class gthread \
        --workers "${WEB_PROCESSES:-2}" --threads 8 --preload --timeout 60 \
        --graceful-timeout 10 --keep-alive 30 --log-level warning --no-control-socket
    ;;
worker)
    wait_for_database
    exec celery --app reviewapp.celery --quiet worker --concurrency "${WORKER_PROCESSES:-1}" \
        --max-tasks-per-child 500 --loglevel WARNING
    ;;
beat)
    wait_for_database
    exec celery --app reviewapp.celery --quiet beat --loglevel WARNING
    ;;
*)
    exec reviewapp "$@"
    ;;
esac
