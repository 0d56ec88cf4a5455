"""What two cores of this machine give at most: two processes that only compute, against one after the other."""

import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


def compute(rounds: int = 1_500_000) -> int:
    """Keep a core busy for about a tenth of a second."""
    total = 0
    for number in range(rounds):
        total += number * number % 7
    return total


def two_at_once() -> float:
    """Return how much more two such processes get done together than one after the other: 2 on two whole cores."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(compute, [1000] * 4))  # the processes start
        alone = statistics.median(_seconds(pool, 1) for _ in range(7))
        together = statistics.median(_seconds(pool, 2) for _ in range(7))
    return 2 * alone / together


def _seconds(pool: ProcessPoolExecutor, count: int) -> float:
    begin = time.perf_counter()
    for one in [pool.submit(compute) for _ in range(count)]:
        one.result()
    return time.perf_counter() - begin
