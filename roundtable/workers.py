"""Work on what others send or write, in processes of its own: a crafted file ends with the process.

Documents are rendered and pictures unpacked here. Each piece of work has a time limit and each process
a bound of memory; the web process loads neither WeasyPrint nor the decoders.
"""

import atexit
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from roundtable.errors import Refusal, sentence
from roundtable.measures import WORK_SECONDS

TIME_LIMIT_SECONDS = 30
TASKS_PER_PROCESS = 200
PROCESSES = 2
LONGEST_WAIT_SECONDS = 10
"""How long work waits for a process: whoever answers invitations shall find a free thread."""
MOST_MEMORY = 3 * 1024**3
"""Address space in bytes: a picture of 40 million pixels needs about a third of it."""

BUSY = sentence("Many documents and pictures are being made at this moment. Please try again in a minute.")

Result = TypeVar("Result")


class TookTooLong(Exception):  # noqa: N818 - what happened
    """The work was stopped at its time limit."""


class Broke(Exception):  # noqa: N818 - what happened
    """The process ended before the work did, twice: no memory, or libraries are missing."""


class _Pool:
    """The worker processes, started at the first piece of work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None

    def executor(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ProcessPoolExecutor(
                    PROCESSES,
                    mp_context=multiprocessing.get_context("forkserver"),
                    initializer=_begin,
                    max_tasks_per_child=TASKS_PER_PROCESS,
                )
                atexit.register(self.stop)
            return self._executor

    def stop(self, *, by_force: bool = False) -> None:
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is None:
            return
        processes = list((getattr(executor, "_processes", None) or {}).values())
        executor.shutdown(wait=not by_force, cancel_futures=True)
        if by_force:
            for process in processes:
                process.kill()


_pool = _Pool()
_free = threading.BoundedSemaphore(PROCESSES)


def run(work: Callable[..., Result], *arguments: object) -> Result:
    """Return what `work` makes of the arguments, in a worker process; both travel by pickle.

    Raises:
        Refusal: if no process becomes free within ten seconds.
        TookTooLong: after 30 seconds.
        Broke: if the process was killed twice.
        MemoryError: if the work asks for more memory than it may have.
    """
    name = work.__name__.strip("_")
    begin = time.perf_counter()
    if not _free.acquire(timeout=LONGEST_WAIT_SECONDS):
        WORK_SECONDS.labels(name, "busy").observe(time.perf_counter() - begin)
        raise Refusal(BUSY)
    outcome = "failed"
    try:
        result = _run(work, *arguments)
        outcome = "well"
        return result
    finally:
        _free.release()
        WORK_SECONDS.labels(name, outcome).observe(time.perf_counter() - begin)


def _run(work: Callable[..., Result], *arguments: object) -> Result:
    for attempt in (1, 2):
        try:
            return _pool.executor().submit(work, *arguments).result(timeout=TIME_LIMIT_SECONDS)
        except TimeoutError as error:
            _pool.stop(by_force=True)
            raise TookTooLong from error
        except BrokenProcessPool as error:
            # Killed from outside; try once more anew.
            _pool.stop(by_force=True)
            if attempt == 2:
                raise Broke from error
    raise AssertionError


def _begin() -> None:
    """Bound this process, and let it end with whoever started it: killed, that one can tell it nothing any more."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (OSError, ValueError):  # a system that knows no such bound, or has set a lower one
        return


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
