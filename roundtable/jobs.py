"""Work that goes on beside the requests: one background thread of the built-in server."""

import logging
import threading
from collections.abc import Callable

from flask import Flask

log = logging.getLogger(__name__)


class Background(threading.Thread):
    """Runs each of the jobs every few seconds until it is stopped; a failing job is logged and tried again."""

    def __init__(self, app: Flask, jobs: list[Callable[[], object]], *, every_seconds: float = 2.0) -> None:
        super().__init__(name="roundtable-background", daemon=True)
        self._app = app
        self._jobs = jobs
        self._every = every_seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            for job in self._jobs:
                with self._app.app_context():
                    try:
                        job()
                    except Exception:
                        log.exception("background job failed", extra={"job": job.__module__})
            self._stopping.wait(self._every)

    def stop(self, *, wait_seconds: float = 30.0) -> None:
        """Let the work in hand end, then stop."""
        self._stopping.set()
        self.join(wait_seconds)
