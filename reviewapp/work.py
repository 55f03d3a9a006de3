"""`python -m reviewapp.work`: one worker process with beat beside it, for the supervisor.

The same as `celery --app reviewapp.celery worker --beat --concurrency 1`, without Celery's command
line, whose interactive shell costs a third of a second and some megabytes in each process.
"""

from __future__ import annotations

import logging
import sys

from reviewapp.celery import app

TASKS_PER_CHILD = 500


def main() -> int:
    """Work until told to stop; the answer is the exit code."""
    worker = app.Worker(
        pool_cls="prefork",
        concurrency=1,
        max_tasks_per_child=TASKS_PER_CHILD,
        beat=True,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        loglevel=logging.WARNING,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
