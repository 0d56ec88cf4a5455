"""Lets a process of the program live at another time: Python loads this at its start, wherever it stands on the path.

The file that `TEST_CLOCK` names holds how many seconds this time is away from the machine's; it is read at every look, so
that a test can move the clock of processes that run. At SIGUSR2 it writes beside that file where its threads stand.
"""

import faulthandler
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from roundtable import clock

_file = Path(os.environ["TEST_CLOCK"])


def _now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=float(_file.read_text("ascii")))


clock.set_source(_now)
faulthandler.register(signal.SIGUSR2, _file.with_name(f"threads-{os.getpid()}.log").open("w"))
