"""Messages as files, for a deployment without Redis: Kombu's transport, quick to stop."""

from __future__ import annotations

from time import monotonic
from typing import Any

from kombu.transport import filesystem

LOOK_UP_EVERY_SECONDS = 0.2


class Transport(filesystem.Transport):
    """Kombu's, whose waiting for messages ends when the worker was told to stop.

    Celery's loop asks for two seconds of waiting, and for two more after it was told
    (celery/worker/loops.py: synloop, Celery 5.7): whoever pressed Ctrl-C waited for them.
    """

    # The two base classes of Kombu's differ in their words for it.
    def drain_events(  # type: ignore[override]
        self, connection: Any, timeout: float | None = None
    ) -> Any:
        """Deliver a message, or raise TimeoutError when none came in time or a stop did.

        `timeout` are seconds, None to wait until a message comes.
        """
        if timeout is None:
            return super().drain_events(connection)  # type: ignore[no-untyped-call]
        end = monotonic() + timeout
        while True:
            turn = max(0.0, min(LOOK_UP_EVERY_SECONDS, end - monotonic()))
            try:
                return super().drain_events(connection, turn)  # type: ignore[no-untyped-call]
            except TimeoutError:
                if is_stopping() or monotonic() >= end:
                    raise


def is_stopping() -> bool:
    """Whether this process is a worker that was told to stop, as Celery's loop asks."""
    from celery.worker import state  # noqa: PLC0415 - megabytes that only a worker has anyway

    told = (state.should_stop, state.should_terminate)
    return any(each is not None and each is not False for each in told)
