"""Doing the jobs of the clockwork on machines of their own: those who work, and whoever keeps the time."""

import signal
import sys
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from roundtable import holding
from roundtable.clockwork import jobs_of
from roundtable.config import Settings
from roundtable.jobs import Background

NO_QUEUE = (
    "ROUNDTABLE_REDIS_URL is not set: without a queue, “roundtable serve” does the jobs itself, and there is nothing "
    "to do for this command."
)


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way
    settings: Settings = app.config["ROUNDTABLE"]
    if not settings.redis_url:
        raise click.ClickException(NO_QUEUE)
    return app


@click.command()
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Tasks at a time.")
@with_appcontext
def worker(threads: int) -> None:
    """Deliver letters and do the other jobs, until told to stop. As many as are needed may run."""
    # Celery is slow to import, and only these two commands need it.
    from roundtable import tasks  # noqa: PLC0415

    sys.exit(tasks.work(_app(), threads))


@click.command()
@with_appcontext
def beat() -> None:
    """Keep the time for the workers, until told to stop: tell them what is due. One is enough; two do no harm."""
    from roundtable import tasks  # noqa: PLC0415

    app = _app()
    sender = tasks.Sender(tasks.queue_for(app))
    clockwork = Background(app, sender.jobs(jobs_of(app.config["ROUNDTABLE"])), holding.is_held)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        clockwork.end_soon()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    clockwork.run()
