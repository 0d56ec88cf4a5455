"""Counters of one process: they count, they forget, and they start no threads."""

import threading

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from roundtable.web import counters
from roundtable.web.counters import OwnCounters


def _timers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if isinstance(one, threading.Timer)]


def test_counting_starts_no_thread_and_refuses_what_is_too_much() -> None:
    store = storage_from_string(counters.address(""))
    assert isinstance(store, OwnCounters)

    limiter = MovingWindowRateLimiter(store)
    for one in _timers():
        one.join()

    taken = [limiter.hit(parse("3 per minute"), "a link") for _ in range(5)]

    assert taken == [True, True, True, False, False]
    assert limiter.hit(parse("3 per minute"), "another link")
    assert _timers() == []


def test_counts_that_have_ended_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "SWEPT_EVERY_SECONDS", 0)
    store = OwnCounters()
    store.acquire_entry("ended", 3, 0)
    store.acquire_entry("lasts", 3, 60)

    store.acquire_entry("another", 3, 60)

    assert [key for key, entries in store.events.items() if entries] == ["lasts", "another"]
