"""Work that goes on beside the requests: one background thread of the built-in server."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from roundtable.db import db, reading
from roundtable.measures import JOB_SECONDS

log = logging.getLogger(__name__)


@dataclass
class Job:
    """Something to do every so many seconds, and at once again while there was something to do.

    `call` returns how much it did; `next_at` is on the monotonic clock. `even_if_held` goes on after a
    restore, too: it sends nothing.
    """

    call: Callable[[], int]
    every_seconds: float
    next_at: float = 0.0
    even_if_held: bool = False


class Background(threading.Thread):
    """Runs each job when it is time until it is stopped; a failing job is logged and tried again."""

    def __init__(self, app: Flask, jobs: list[Job], is_held: Callable[[], bool] | None = None) -> None:
        super().__init__(name="roundtable-background", daemon=True)
        self._app = app
        self._jobs = jobs
        self._is_held = is_held
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            for job in self._jobs:
                if time.monotonic() >= job.next_at and not self._stopping.is_set():
                    self._run(job)
            soonest = min(job.next_at for job in self._jobs) - time.monotonic()
            self._stopping.wait(max(0.05, soonest))

    def _run(self, job: Job) -> None:
        done = 0
        outcome, begin = "well", time.perf_counter()
        with self._app.app_context():
            try:
                if job.even_if_held or self._is_held is None or not self._held():
                    done = job.call()
            except Exception:
                outcome = "failed"
                log.exception("background job failed", extra={"job": job.call.__module__})
        JOB_SECONDS.labels(job.call.__name__, outcome).observe(time.perf_counter() - begin)
        job.next_at = time.monotonic() + (0 if done else job.every_seconds)

    def _held(self) -> bool:
        """Whether nothing may go out now; asked before each job, in a transaction of its own."""
        assert self._is_held is not None
        with reading():
            held = self._is_held()
            db.session.rollback()
        return held

    def stop(self, *, wait_seconds: float = 30.0) -> None:
        """Let the work in hand end, then stop."""
        self._stopping.set()
        self.join(wait_seconds)
