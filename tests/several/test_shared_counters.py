"""Limits that several processes count together, in a real Redis; and each for itself while that is away."""

import logging
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from several.world import Redis, until

from roundtable.config import ConfigError, read
from roundtable.web import counters

pytestmark = pytest.mark.xdist_group("several")

THREE = parse("3 per minute")


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    found = Redis()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def two(server: Redis, monkeypatch: pytest.MonkeyPatch) -> list[MovingWindowRateLimiter]:
    """The counters of two processes, as Flask-Limiter makes them."""
    monkeypatch.setattr(counters, "AWAY_SECONDS", 0.2)
    with server.client() as client:
        client.flushall()
    return [MovingWindowRateLimiter(storage_from_string(counters.address(server.url))) for _ in range(2)]


def test_what_one_process_counts_the_other_knows(two: list[MovingWindowRateLimiter]) -> None:
    first, second = two
    assert [first.hit(THREE, "office"), second.hit(THREE, "office"), first.hit(THREE, "office")] == [True] * 3

    assert not second.hit(THREE, "office")
    assert second.hit(THREE, "another office")
    until_free = second.get_window_stats(THREE, "office").reset_time - time.time()
    assert 0 < until_free <= 60


def test_a_store_that_is_away_lets_each_process_count_for_itself_and_nobody_wait(
    server: Redis, two: list[MovingWindowRateLimiter], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = two
    for _ in range(3):
        first.hit(THREE, "office")
    server.stop()

    begin = time.monotonic()
    with caplog.at_level(logging.WARNING):
        alone = [second.hit(THREE, "office") for _ in range(20)]
    seconds = time.monotonic() - begin
    server.start()

    assert alone == [True] * 3 + [False] * 17
    # One look at the store in each while it is left alone, not one for each request.
    assert seconds < 20 * counters.TIMEOUT_SECONDS
    assert [one.message for one in caplog.records if one.name == counters.__name__][:1] == [
        "counters of limits not available"
    ]
    until(lambda: second.hit(THREE, "office"), "the shared counters, empty now, are asked again")


def test_a_store_that_says_nothing_is_not_waited_for_again(
    server: Redis, two: list[MovingWindowRateLimiter]
) -> None:
    assert server._process is not None
    two[0].hit(THREE, "office")

    # Stopped, not ended: connections open, and nothing comes back.
    server._process.send_signal(signal.SIGSTOP)
    try:
        begin = time.monotonic()
        counted = [two[0].hit(THREE, "office") for _ in range(10)]
        seconds = time.monotonic() - begin
    finally:
        server._process.send_signal(signal.SIGCONT)

    assert counted == [True] * 3 + [False] * 7
    assert seconds < 10 * counters.TIMEOUT_SECONDS


def test_without_a_shared_store_each_process_counts_in_its_memory() -> None:
    assert counters.address("") == "own://"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://localhost", "REDIS_URL must look like redis://"),
        ("redis://localhost:99999/0", "REDIS_URL must look like redis://"),
        ("redis://localhost:6379/0", "REDIS_URL is for several processes, and these need PostgreSQL"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_the_start(
    tmp_path: Path, address: str, sentence: str
) -> None:
    given = {"DEMONSTRATION": "1", "DATA_DIR": str(tmp_path), "REDIS_URL": address}
    with pytest.raises(ConfigError, match=sentence) as refused:
        read({f"ROUNDTABLE_{name}": value for name, value in given.items()})

    assert "localhost:99999" not in str(refused.value)
