"""Work that goes on beside the requests: what it is, and the one thread of the built-in server that does it.

On one machine the server's own thread does every job. Where there are several, `tasks.py` hands the same
jobs to workers.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app

from roundtable import tracing
from roundtable.db import db, looked
from roundtable.measures import JOB_SECONDS

log = logging.getLogger(__name__)

LONGEST_STOP_SECONDS = 80
"""How long a stop waits for the work in hand: a letter at a slow mail server takes a minute."""


@dataclass(frozen=True)
class Pieces:
    """Work that falls into pieces, each known by the id of a row, and done in a transaction of its own.

    `waiting` returns the ids of what is due; `do` does one, and returns how much that was. A piece that is done
    twice, or by two at the same time, does nothing twice: `do` looks again at what is still due, and takes the turn of
    its conference, or its row, first.
    """

    waiting: Callable[[], list[int]]
    do: Callable[[int], int]

    def due(self) -> list[int]:
        """Return the ids of what waits; this look takes no lock."""
        return looked(self.waiting)

    def one(self, key: int) -> int:
        """Do one piece and commit; return how much was done."""
        done = self.do(key)
        db.session.commit()
        return int(done)

    def __call__(self) -> int:
        """Do what waits, piece by piece; return how much was done."""
        return sum(self.one(key) for key in self.due())


@dataclass
class Job:
    """Something to do every so many seconds, and at once again while there was something to do.

    `call` returns how much it did; `next_at` is on the monotonic clock. `even_if_held` goes on after a
    restore, too: it sends nothing. `rounds` says how many workers can do it side by side at this moment;
    each of them goes on while there is something, until it is time again.
    What `keeps_time` is done by whoever keeps the time for the workers, not by these.
    """

    name: str
    call: Callable[[], int] | Pieces
    every_seconds: float
    next_at: float = 0.0
    even_if_held: bool = False
    rounds: Callable[[], int] | None = None
    keeps_time: bool = False


def stopping() -> threading.Event:
    """Return what is set while the present program is being stopped: long work ends after the piece in hand."""
    found: threading.Event = current_app.extensions.setdefault("roundtable.stopping", threading.Event())
    return found


def perform(
    app: Flask, name: str, work: Callable[[], int], *, unless: Callable[[], bool] | None = None
) -> int:
    """Do a piece of work in a context of its own, measured; what fails is logged, and counts as nothing done.

    Nothing is done where `unless` says so, asked before in a transaction of its own.
    """
    done = 0
    outcome, begin = "well", time.perf_counter()
    with app.app_context():
        try:
            if unless is None or not looked(unless):
                with tracing.span(f"job {name}"):
                    done = work()
        except Exception:
            outcome = "failed"
            log.exception("background job failed", extra={"job": name})
    JOB_SECONDS.labels(name, outcome).observe(time.perf_counter() - begin)
    return done


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
        held = None if job.even_if_held else self._is_held
        done = perform(self._app, job.name, job.call, unless=held)
        job.next_at = time.monotonic() + (0 if done else job.every_seconds)

    def end_soon(self) -> None:
        """Begin nothing more; from a signal's handler, where nobody may wait."""
        self._stopping.set()

    def stop(self) -> None:
        """Let the letter or the piece in hand end, then stop."""
        with self._app.app_context():
            end_now = stopping()
        self._stopping.set()
        end_now.set()
        self.join(LONGEST_STOP_SECONDS)
        end_now.clear()
