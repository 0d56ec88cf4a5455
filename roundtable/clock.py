"""The one place that asks the machine what time it is; tests set it."""

from collections.abc import Callable
from datetime import UTC, datetime


def _machine() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _machine


def now() -> datetime:
    """Return the present instant in UTC."""
    return _source()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Take the time from `source` instead of the machine; None goes back to the machine."""
    global _source  # noqa: PLW0603 - this is the one switch of the one clock
    _source = source or _machine
