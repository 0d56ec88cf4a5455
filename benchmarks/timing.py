"""How things are timed, and a line of the table."""

import gc
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = int(os.environ.get("ROUNDTABLE_TEST_ROUNDS", "15"))


@dataclass
class Row:
    """One line of the table: milliseconds are medians of CPU-bound wall time."""

    name: str
    value: str
    against: str = ""
    queries: str = ""


def median_ms(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median duration of the call in milliseconds."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def interleaved_ms(calls: list[Callable[[], object]], rounds: int = ROUNDS) -> list[float]:
    """Return the median of each call, measured in turns so that a busy moment meets all of them."""
    # As a server does after its start: what the scenes have left is not looked through for garbage again and again.
    gc.collect()
    gc.freeze()
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for index, call in enumerate(calls):
            begin = time.perf_counter()
            call()
            times[index].append((time.perf_counter() - begin) * 1000)
    return [statistics.median(one) for one in times]
