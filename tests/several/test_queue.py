"""Jobs in the hands of workers: told by a beat over a real broker, done by real processes, and broken on purpose."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes

import databases
import make
import pytest
from conftest import content_of
from several.world import Arrangement, SlowPostman, arranged, slow_postman, until
from sqlalchemy import event, func, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from roundtable import clock, holding, tasks
from roundtable.clockwork import jobs_of
from roundtable.db import db
from roundtable.invitations import service
from roundtable.jobs import Job, stopping
from roundtable.mail.delivery import deliver_due
from roundtable.mail.models import Letter, LetterState

pytestmark = pytest.mark.xdist_group("several")


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Arrangement, SlowPostman]]:
    with slow_postman() as (handler, url), arranged(url) as arrangement:
        yield arrangement, handler


@pytest.fixture(autouse=True)
def fresh(world: tuple[Arrangement, SlowPostman]) -> Iterator[None]:
    """Each test begins without processes, tasks and letters."""
    arrangement, postman = world
    postman.arrived.clear()
    postman.pause = 0.02
    postman.is_closed = False
    arrangement.redis.start()
    with arrangement.redis.client() as client:
        client.flushall()
    with arrangement.app.app_context():
        db.session.execute(update(Letter).values(state=LetterState.HANDED_OVER, leased_until=None))
        db.session.commit()
        db.session.remove()
    yield
    arrangement.end()
    arrangement.processes.clear()


def write(arrangement: Arrangement, count: int) -> set[str]:
    """Invite so many offices; return their addresses. Their letters wait."""
    with arrangement.app.app_context():
        number = db.session.scalar(select(func.count(Letter.id))) or 0
        meeting = make.meeting(
            make.conference(of=make.user(f"organizer{number}@example.org")),
            wall_time=(clock.now() + timedelta(days=30)).replace(tzinfo=None, microsecond=0),
        )
        addresses = {f"office{number}-{index}@example.org" for index in range(count)}
        for index, address in enumerate(sorted(addresses)):
            make.contact(make.participant(meeting.conference, f"City {index}"), address)
        service.invite(meeting)
        db.session.commit()
        db.session.remove()
    return addresses


def arrived(postman: SlowPostman) -> Counter[tuple[str, str]]:
    """Return how often each (recipient, Message-ID) arrived."""
    return Counter(
        (one.rcpt_tos[0], str(message_from_bytes(content_of(one))["Message-ID"])) for one in postman.arrived
    )


def test_two_beats_and_two_workers_send_every_letter_once(world: tuple[Arrangement, SlowPostman]) -> None:
    arrangement, postman = world
    addresses = write(arrangement, 160)
    for _ in range(2):
        arrangement.worker()
        arrangement.beat()

    arrangement.until_all_have_left()

    assert {address for address, _ in arrived(postman)} == addresses
    assert set(arrived(postman).values()) == {1}
    assert "Traceback" not in arrangement.logs("worker") + arrangement.logs("beat")


def test_a_worker_that_is_told_to_stop_finishes_the_letter_in_flight_and_gives_the_others_back(
    world: tuple[Arrangement, SlowPostman],
) -> None:
    arrangement, postman = world
    addresses = write(arrangement, 40)
    postman.pause = 0.2
    worker = arrangement.worker()
    arrangement.beat()
    until(lambda: len(postman.arrived) >= 3, "the first letters have left")

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(15) == 0
    gone = len(postman.arrived)
    assert gone < len(addresses)
    assert arrangement.waits() == len(addresses) - gone
    leased = select(func.count(Letter.id)).where(Letter.leased_until.is_not(None))
    assert arrangement.ask_database(lambda: db.session.scalar(leased) or 0) == 0
    # Another one takes them up, each once.
    postman.pause = 0
    arrangement.worker()
    arrangement.until_all_have_left()
    assert {address for address, _ in arrived(postman)} == addresses
    assert set(arrived(postman).values()) == {1}


def test_letters_that_were_claimed_when_the_database_went_away_need_not_wait_for_the_end_of_their_lease(
    world: tuple[Arrangement, SlowPostman],
) -> None:
    arrangement, postman = world
    addresses = write(arrangement, 5)
    address = make_url(arrangement.settings.database_uri)
    claims: list[str] = []

    def note(_connection: object) -> None:
        claims.append("stands")

    def end_connections(*_about: object) -> None:
        if claims == ["stands"]:
            claims.append("lost")
            databases.say(
                address,
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )

    with arrangement.app.app_context():
        event.listen(db.engine, "commit", note)
        event.listen(db.engine, "before_cursor_execute", end_connections)
        try:
            with pytest.raises(OperationalError):
                deliver_due()
        finally:
            event.remove(db.engine, "commit", note)
            event.remove(db.engine, "before_cursor_execute", end_connections)
        assert claims[:2] == ["stands", "lost"]
        assert deliver_due() == len(addresses)
        db.session.remove()
    assert set(arrived(postman).values()) == {1}


def test_a_killed_worker_loses_nothing_and_sends_at_most_the_letter_in_flight_twice(
    world: tuple[Arrangement, SlowPostman],
) -> None:
    arrangement, postman = world
    addresses = write(arrangement, 60)
    postman.pause = 0.1
    victim, _ = arrangement.worker(threads=1), arrangement.beat()
    until(lambda: len(postman.arrived) >= 3, "the first letters have left")

    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    postman.pause = 0
    # As if ten minutes had gone by: what it had claimed is free again.
    with arrangement.app.app_context():
        db.session.execute(
            update(Letter).where(Letter.leased_until.is_not(None)).values(leased_until=clock.now())
        )
        db.session.commit()
        db.session.remove()
    arrangement.worker()

    arrangement.until_all_have_left()
    counts = arrived(postman)
    assert {address for address, _ in counts} == addresses
    # One Message-ID for each address, so that a second copy is seen as the same letter.
    assert len(counts) == len(addresses)
    assert sum(counts.values()) - len(counts) <= 1


def test_a_broker_that_is_emptied_and_taken_away_loses_nothing(
    world: tuple[Arrangement, SlowPostman],
) -> None:
    arrangement, postman = world
    arrangement.worker()
    arrangement.beat()
    first = write(arrangement, 5)
    arrangement.until_all_have_left()

    with arrangement.redis.client() as client:
        client.flushall()
    arrangement.redis.stop()
    second = write(arrangement, 5)
    until(lambda: "queue not available" in arrangement.logs("beat"), "the beat has seen it")
    arrangement.redis.start()

    arrangement.until_all_have_left()
    assert {address for address, _ in arrived(postman)} == first | second
    assert set(arrived(postman).values()) == {1}


def test_a_worker_whose_task_ended_while_the_broker_was_away_takes_the_next_one(
    world: tuple[Arrangement, SlowPostman],
) -> None:
    arrangement, postman = world
    postman.is_closed = True
    first = write(arrangement, 8)
    arrangement.worker(threads=1)
    arrangement.beat()
    until(lambda: postman.at_the_door == 1, "the first letter is on its way")

    arrangement.redis.stop()
    postman.is_closed = False
    until(lambda: "Couldn't ack" in arrangement.logs("worker"), "the task has ended, its receipt is lost")
    arrangement.redis.start()
    second = write(arrangement, 2)

    # Without a watch over lost receipts it asks for no task any more.
    arrangement.until_all_have_left()
    assert {address for address, _ in arrived(postman)} == first | second
    assert set(arrived(postman).values()) == {1}


def test_nothing_leaves_while_everything_is_held(world: tuple[Arrangement, SlowPostman]) -> None:
    arrangement, postman = world
    with arrangement.app.app_context():
        holding.hold()
        db.session.commit()
        db.session.remove()
    write(arrangement, 3)
    sender = tasks.Sender(tasks.queue_for(arrangement.app))
    # Sent before the hold, as it were: the worker asks once more.
    for _ in range(5):
        sender._post(tasks.ROUND, "letters")
    arrangement.worker()
    arrangement.beat()
    with arrangement.redis.client() as client:
        until(lambda: client.llen(tasks.QUEUE) == 0, "the tasks are taken")

    assert postman.arrived == []
    with arrangement.app.app_context():
        holding.resume()
        db.session.commit()
        db.session.remove()
    arrangement.until_all_have_left()
    assert len(postman.arrived) == 3


def test_a_piece_is_sent_once_until_it_has_waited_too_long(
    world: tuple[Arrangement, SlowPostman], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrangement, _ = world
    write(arrangement, 1)
    sender = tasks.Sender(tasks.queue_for(arrangement.app))
    job = next(one for one in jobs_of(arrangement.settings) if one.name == "session-reminders")
    (sending,) = sender.jobs([job])
    with arrangement.app.app_context(), arrangement.redis.client() as client:
        sending.call()
        once = client.llen(tasks.QUEUE)
        sending.call()
        twice = client.llen(tasks.QUEUE)
        monkeypatch.setattr(tasks, "AGAIN_SECONDS", 0)
        sending.call()
        later = client.llen(tasks.QUEUE)

    assert once >= 1
    assert (twice, later) == (once, 2 * once)


@pytest.mark.parametrize(("job", "limit"), [("letters", "MOST_ROUNDS"), ("old-traces", "MOST_WAITING")])
def test_no_more_tasks_are_sent_than_somebody_could_do(
    world: tuple[Arrangement, SlowPostman], monkeypatch: pytest.MonkeyPatch, job: str, limit: str
) -> None:
    arrangement, _ = world
    monkeypatch.setattr(tasks, limit, 3)
    write(arrangement, 1)
    sender = tasks.Sender(tasks.queue_for(arrangement.app))
    (sending,) = sender.jobs([next(one for one in jobs_of(arrangement.settings) if one.name == job)])
    with arrangement.app.app_context(), arrangement.redis.client() as client:
        for _ in range(10):
            sending.call()

        assert client.llen(tasks.QUEUE) == 3


@pytest.mark.parametrize(("seconds", "done", "left"), [(3600, 107, []), (0, 50, [50, 7, 0])])
def test_a_worker_goes_on_with_letters_until_the_next_tasks_come(
    world: tuple[Arrangement, SlowPostman], seconds: float, done: int, left: list[int]
) -> None:
    arrangement, _ = world
    batches = [50, 50, 7, 0]
    job = Job("letters", lambda: batches.pop(0), seconds, rounds=lambda: 1)

    with arrangement.app.app_context():
        assert tasks._go_on(job) == done
    assert batches == left


def test_a_worker_that_is_stopped_goes_on_with_nothing(world: tuple[Arrangement, SlowPostman]) -> None:
    arrangement, _ = world
    job = Job("letters", lambda: 50, 3600, rounds=lambda: 1)

    with arrangement.app.app_context():
        stopping().set()
        try:
            assert tasks._go_on(job) == 50
        finally:
            stopping().clear()


def test_a_task_of_another_version_is_named_in_the_log_and_stops_nobody(
    world: tuple[Arrangement, SlowPostman],
) -> None:
    arrangement, postman = world
    addresses = write(arrangement, 2)
    sender = tasks.Sender(tasks.queue_for(arrangement.app))
    sender._post(tasks.ROUND, "of-tomorrow")
    sender._post(tasks.PIECE, "letters", 7)
    arrangement.worker()
    arrangement.beat()

    arrangement.until_all_have_left()

    assert "task is not known" in arrangement.logs("worker")
    assert {address for address, _ in arrived(postman)} == addresses
