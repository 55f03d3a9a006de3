#!/bin/sh
# Wait for the database, then become one process: web, worker, beat, or any `reviewapp` command.
# Only the web process migrates, so that two never do it at once; the others wait until it has.
set -eu

case "${1:-web}" in
web)
    python -m reviewapp.waiting
    reviewapp prepare --no-demo --owner "${REVIEWAPP_OWNER:-owner@localhost}"
    exec gunicorn reviewapp.wsgi:application --bind 0.0.0.0:8000 --worker-class reviewapp.web_worker.Worker \
        --workers "${WEB_PROCESSES:-2}" --threads 8 --preload --timeout 60 \
        --graceful-timeout 10 --keep-alive 30 --log-level warning --no-control-socket \
        --limit-request-line 8190
    ;;
worker)
    python -m reviewapp.waiting --migrated
    exec celery --app reviewapp.celery --quiet worker --concurrency "${WORKER_PROCESSES:-1}" \
        --without-gossip --without-mingle --max-tasks-per-child 500 --loglevel WARNING
    ;;
beat)
    python -m reviewapp.waiting --migrated
    exec celery --app reviewapp.celery --quiet beat --loglevel WARNING
    ;;
*)
    exec reviewapp "$@"
    ;;
esac
