"""`python -m reviewapp.work`: one worker process with beat beside it, for the supervisor.

The same as `celery --app reviewapp.celery worker --beat --concurrency 1`, without Celery's command
line, whose interactive shell costs a third of a second and some megabytes in each process.

Celery does not notice when its beat process dies, and without beat nothing sweeps. This worker then
ends, so that the supervisor starts both again.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from functools import partial
from threading import Thread
from typing import Any

from celery.bootsteps import RUN
from celery.signals import worker_ready

from reviewapp.celery import app

TASKS_PER_CHILD = 500
STOP_WITHIN_SECONDS = 5.0


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
    watch = partial(start_watching_beat, worker)
    worker_ready.connect(watch)
    worker.start()
    return int(worker.exitcode or 0)


def start_watching_beat(worker: Any, **_: object) -> None:
    """Once the worker is ready its beat runs. Any: Celery has no types."""
    Thread(target=end_with_beat, args=(worker,), daemon=True).start()


def end_with_beat(worker: Any) -> None:
    """Wait for beat's end, and stop the worker unless it is stopping already.

    A task that is cut off is only late. Celery waits for ever when its pool was killed too.
    """
    worker.beat.join()
    if worker.blueprint.state == RUN:
        logging.getLogger(__name__).error("beat died; the worker stops to be started again")
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_WITHIN_SECONDS)
        os._exit(1)


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stdout.flush()
    # Taking the interpreter apart costs a second, for which somebody waits who pressed Ctrl-C.
    os._exit(code)
