"""Counters of limits that several processes share, in Redis or Valkey; without it each process counts for itself.

Limits keep one from drowning the others. They must never be why nobody is answered: where the shared store is away,
the process goes on with counters of its own, and looks for the store again after a while.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from limits.errors import StorageError
from limits.storage import MemoryStorage, MovingWindowSupport, RedisStorage, Storage, storage_from_string

log = logging.getLogger(__name__)

SCHEME = "shared+"
AWAY_SECONDS = 10
"""How long the store is left alone after it did not answer."""
TIMEOUT_SECONDS = 0.5
"""How long one request waits for it."""
SWEPT_EVERY_SECONDS = 10
"""How often a process forgets counts that have ended."""

Counted = TypeVar("Counted")


def address(redis_url: str) -> str:
    """Return where counters are kept, in the words of Flask-Limiter."""
    return SCHEME + redis_url if redis_url else "own://"


class _Sweep:
    """Stands where the library has a timer, and forgets what has ended whenever some seconds have passed.

    The library starts a thread for every request, which looks through everything that was ever counted.
    """

    def __init__(self, sweep: Callable[..., object]) -> None:
        self._sweep = sweep
        self._next = time.monotonic() + SWEPT_EVERY_SECONDS

    def is_alive(self) -> bool:
        """Say that no thread is needed; the library asks at every count."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + SWEPT_EVERY_SECONDS
            self._sweep()
        return True


class OwnCounters(MemoryStorage):
    """Counters of this process."""

    STORAGE_SCHEME = ["own"]  # noqa: RUF012 - the library's own form

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        super().__init__(uri, **options)
        self.timer = cast("threading.Timer", _Sweep(self.timer.function))


class SharedCounters(Storage, MovingWindowSupport):
    """Counters in a shared store, or of this process while that one is away."""

    STORAGE_SCHEME = ["shared+redis", "shared+rediss"]  # noqa: RUF012 - the library's own form

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions=False, **options)
        self._shared = cast(
            RedisStorage,
            storage_from_string(
                str(uri).removeprefix(SCHEME),
                wrap_exceptions=True,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
                key_prefix="roundtable-limits",
            ),
        )
        self._own = OwnCounters()
        self._lock = threading.Lock()
        self._back_at = 0.0

    def _ask(self, question: Callable[[RedisStorage | MemoryStorage], Counted]) -> Counted:
        if time.monotonic() >= self._back_at:
            try:
                return question(self._shared)
            except StorageError as error:
                with self._lock:
                    is_new = time.monotonic() >= self._back_at
                    self._back_at = time.monotonic() + AWAY_SECONDS
                if is_new:
                    log.warning("counters of limits not available", extra={"error": str(error)})
        return question(self._own)

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what the library wraps: nothing, as errors of the store are met here."""
        return StorageError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count up; return the new count."""
        return self._ask(lambda store: store.incr(key, expiry, amount=amount))

    def get(self, key: str) -> int:
        """Return a count."""
        return self._ask(lambda store: store.get(key))

    def get_expiry(self, key: str) -> float:
        """Return when a count ends, in seconds since the epoch."""
        return self._ask(lambda store: store.get_expiry(key))

    def check(self) -> bool:
        """Whether something counts: always."""
        return True

    def reset(self) -> int | None:
        """Forget every count; return how many there were, where that is known."""
        return self._ask(lambda store: store.reset())

    def clear(self, key: str) -> None:
        """Forget a count."""
        self._ask(lambda store: store.clear(key))

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Take a place in the moving window; return whether there was one."""
        return self._ask(lambda store: store.acquire_entry(key, limit, expiry, amount))

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return since when the window counts, and how many places in it are taken."""
        return self._ask(lambda store: store.get_moving_window(key, limit, expiry))
