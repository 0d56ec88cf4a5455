"""The processes that make documents and unpack pictures, and whoever starts them."""

import subprocess
import sys

SCRIPT = """
import os, time
from roundtable import workers
print(workers.run(os.getpid), flush=True)
time.sleep(600)
"""


def test_when_a_web_process_is_killed_those_that_it_started_end_too() -> None:
    killed = subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    assert int(killed.stdout.readline()) != killed.pid

    killed.kill()

    # All of them hold this pipe open for as long as they live.
    assert killed.communicate(timeout=20)[0] == ""
