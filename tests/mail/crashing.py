"""A program that delivers letters and is killed at a chosen step, again and again.

Called by test_crashes.py as a process of its own: it loads the program once and forks for every round, so
that hundreds of kills take seconds. A step is every statement to the database, every commit, and every line
spoken to or heard from the mail server. Arguments: data folder, address of the mail server, how many kills.
A round is killed one step later than the one before, until one ends by itself; then it begins anew. Prints,
for every round, the step and whether it was killed, and waits for a line before the next.
"""

import os
import signal
import smtplib
import sys
from datetime import timedelta
from functools import partial
from operator import add
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from conftest import settings_for
from make import NOW
from sqlalchemy import event
from sqlalchemy.engine import Engine

from roundtable import clock, create_app
from roundtable.db import db
from roundtable.mail.delivery import deliver_due


class Steps:
    """Counts the steps, and kills the process at the chosen one."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.done = 0

    def __call__(self, *_args: object) -> None:
        self.done += 1
        if self.done >= self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def watch(step: Steps) -> None:
    """Count what happens at the database and at the mail server, before and after each thing."""
    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, step)
    send, listen = smtplib.SMTP.send, smtplib.SMTP.getreply

    def counted_send(self: smtplib.SMTP, content: Any) -> None:
        step()
        send(self, content)
        step()

    def counted_listen(self: smtplib.SMTP) -> Any:
        answer = listen(self)
        step()
        return answer

    smtplib.SMTP.send = counted_send  # type: ignore[method-assign,assignment]  # watched
    smtplib.SMTP.getreply = counted_listen  # type: ignore[method-assign]  # as above


def main(folder: str, uri: str, url: str, kills: int) -> None:
    """Deliver, round after round, each killed one step later than the one before."""
    app = create_app(settings_for(Path(folder), database_uri=uri, smtp_url=url), testing=True)
    step = killed = rounds = 0
    while killed < kills:
        step, rounds = step + 1, rounds + 1
        child = os.fork()
        if child == 0:
            # A round later the lease of the one before has ended.
            clock.set_source(partial(add, NOW, timedelta(minutes=15 * rounds)))
            watch(Steps(step))
            with app.app_context():
                deliver_due(limit=3)
                db.session.remove()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(step, "killed" if os.WIFSIGNALED(status) else "ended", flush=True)
        killed += os.WIFSIGNALED(status)
        if not os.WIFSIGNALED(status):
            step = 0
        sys.stdin.readline()


if __name__ == "__main__":
    _folder, _uri, _url, _kills = sys.argv[1:]
    main(_folder, _uri, _url, int(_kills))
