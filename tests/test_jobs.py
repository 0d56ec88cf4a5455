"""Work beside the requests: at once again while there is something to do, and stopped within a batch."""

import threading

from flask import Flask

from roundtable.jobs import Background, Job


def test_a_job_runs_again_at_once_while_it_finds_work_and_a_failing_one_stops_nobody(app: Flask) -> None:
    left = [3]
    emptied = threading.Event()

    def work() -> int:
        if left[0] == 0:
            emptied.set()
            return 0
        left[0] -= 1
        return 1

    def fail() -> int:
        raise RuntimeError("meant")

    background = Background(app, [Job("fail", fail, 3600), Job("work", work, 3600)])
    background.start()
    assert emptied.wait(10)
    background.stop()

    assert not background.is_alive()
    assert left == [0]
