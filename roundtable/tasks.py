"""The jobs of the clockwork in the hands of workers, over a queue (docs/decisions/0031).

Rows are the truth. A task carries the name of a job and at most the id of a row; whoever takes it looks again at
what is due. So a broker that is emptied loses time and no letter, and a task that comes twice does nothing twice.
Only whoever keeps the time speaks to the broker: pages do not need it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from celery import Celery, bootsteps
from celery.signals import setup_logging, worker_shutting_down
from celery.worker import state
from flask import Flask
from kombu.exceptions import KombuError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from roundtable import connections, holding
from roundtable.clockwork import jobs_of
from roundtable.config import Settings
from roundtable.jobs import Job, Pieces, perform, stopping

log = logging.getLogger(__name__)

QUEUE = "roundtable"
ROUND, PIECE = "roundtable.round", "roundtable.piece"
AGAIN_SECONDS = 60
"""A piece that still waits so long after its task was sent is sent once more."""
MOST_WAITING = 500
"""While so many tasks wait no more are sent: what they are about waits in its rows, where it can be seen."""
MOST_ROUNDS = 16
"""So many rounds wait for workers at the most: each goes on by itself until the next ones come, and nothing else has
to wait long behind them."""
LOOKS_EVERY_SECONDS = 5


def queue_for(app: Flask) -> Celery:
    """Return the queue with the tasks of this program."""
    settings: Settings = app.config["ROUNDTABLE"]
    queue = Celery("roundtable", broker=settings.redis_url, set_as_current=False)
    queue.conf.update(
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        # A task ends with its work, not with its arrival: one whose worker was killed comes again.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_redirect_stdouts=False,
        # What is being done goes on while the broker is away; if it comes once more, nothing is done twice.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": 900,
            "socket_timeout": 30,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "socket_keepalive_options": connections.for_sockets(),
            "health_check_interval": 25,
        },
    )
    jobs = {job.name: job for job in jobs_of(settings)}

    def do(name: str, key: int | None) -> None:
        job = jobs.get(name)
        if job is None:  # from another version of the program, or switched off meanwhile
            log.warning("task is not known", extra={"job": name})
            return
        work: Callable[[], int] = job.call
        if isinstance(job.call, Pieces) and key is not None:
            work = partial(job.call.one, key)
        elif job.rounds is not None:
            work = partial(_go_on, job)
        perform(app, name, work, unless=None if job.even_if_held else holding.is_held)

    @queue.task(name=ROUND)  # type: ignore[untyped-decorator]  # Celery's own
    def do_round(name: str) -> None:
        do(name, None)

    @queue.task(name=PIECE)  # type: ignore[untyped-decorator]
    def do_piece(name: str, key: int) -> None:
        do(name, key)

    return queue


def _go_on(job: Job) -> int:
    """Do a round, and further ones while there is something, until tasks for new ones come; return how much was done."""
    end = time.monotonic() + job.every_seconds
    done = 0
    while more := job.call():
        done += more
        if time.monotonic() >= end or stopping().is_set():
            break
    return done


class ReceiptWatch(bootsteps.StartStopStep):  # type: ignore[misc]  # no types are published
    """Looks now and then whether receipts of tasks were lost while the broker was away.

    A worker whose tasks all end while the broker is away waits for their receipts for ever, asks for no more tasks, and
    so never notices (seen with Celery 5.7 and kombu 5.7). An error that is raised here makes it connect anew.
    """

    requires = {"celery.worker.consumer.tasks:Tasks"}  # noqa: RUF012 - Celery's own form
    _had_lost = False

    def start(self, consumer: Any) -> None:
        self._had_lost = False
        self._timer = consumer.timer.call_repeatedly(LOOKS_EVERY_SECONDS, self._look, (consumer,))

    def stop(self, _consumer: Any) -> None:
        self._timer.cancel()

    def _look(self, consumer: Any) -> None:
        receipts = consumer.connection.default_channel.qos
        without = (receipts.prefetch_count or 0) - (receipts.can_consume_max_estimate() or 0)
        has_lost = without > len(state.reserved_requests)
        if has_lost and self._had_lost:
            raise RedisConnectionError("receipts of tasks were lost")
        # A task may have come in at this moment: only what is so twice is so.
        self._had_lost = has_lost


def work(app: Flask, threads: int) -> int:
    """Do tasks until told to stop; return the exit status. The work in hand ends first."""

    def end_soon(**_about: object) -> None:
        with app.app_context():
            stopping().set()

    def keep_own_logging(**_about: object) -> None:
        """Whoever started this process has set up its log."""

    worker_shutting_down.connect(end_soon, weak=False)
    setup_logging.connect(keep_own_logging, weak=False)
    queue = queue_for(app)
    queue.steps["consumer"].add(ReceiptWatch)
    worker = queue.Worker(
        pool="threads", concurrency=threads, without_gossip=True, without_mingle=True, quiet=True
    )
    worker.start()
    return int(worker.exitcode or 0)


class Sender:
    """Sends tasks for what is due. Two of them at once send more tasks than needed, and no more letters."""

    def __init__(self, queue: Celery) -> None:
        self._queue = queue
        self._sent: dict[tuple[str, int], float] = {}
        self._is_away = False

    def jobs(self, jobs: list[Job]) -> list[Job]:
        """Return the same jobs, but each sends its tasks instead of doing the work.

        What is done here begins a while later, when the workers have given their first sign of life.
        """
        later = time.monotonic() + AGAIN_SECONDS
        return [
            replace(job, next_at=later) if job.keeps_time else replace(job, call=partial(self._tell, job))
            for job in jobs
        ]

    def _tell(self, job: Job) -> int:
        try:
            self._send(job)
        except (KombuError, RedisError, OSError) as error:
            if not self._is_away:
                log.warning("queue not available", extra={"error": type(error).__name__})
            self._is_away = True
        else:
            self._is_away = False
        return 0  # the next look comes when it is time, however much there was

    def _send(self, job: Job) -> None:
        if isinstance(job.call, Pieces):
            keys = self._not_sent(job.name, job.call.due())
            for key in keys[: self._room(MOST_WAITING)] if keys else ():
                self._post(PIECE, job.name, key)
                self._sent[job.name, key] = time.monotonic()
        else:
            most = MOST_WAITING if job.rounds is None else MOST_ROUNDS
            rounds = 1 if job.rounds is None else job.rounds()
            for _ in range(min(rounds, self._room(most)) if rounds else 0):
                self._post(ROUND, job.name)

    def _not_sent(self, name: str, keys: list[int]) -> list[int]:
        before = time.monotonic() - AGAIN_SECONDS
        self._sent = {one: at for one, at in self._sent.items() if at > before}
        return [key for key in keys if (name, key) not in self._sent]

    def _room(self, most: int) -> int:
        """Return how many more tasks may wait where these are the most; asked once for all that a job sends."""
        with self._queue.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1)
            declared = connection.default_channel.queue_declare(QUEUE)
        return max(0, most - int(declared.message_count))

    def _post(self, task: str, *words: str | int) -> None:
        self._queue.send_task(task, args=words, retry=False)
