"""A mail server that misbehaves in every known way, and what becomes of the letters."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import make
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from conftest import free_port
from flask import Flask

from roundtable import clock
from roundtable.db import db
from roundtable.invitations import service
from roundtable.mail import delivery, outbox, server
from roundtable.mail.delivery import PAUSES, deliver_due
from roundtable.mail.models import Letter, LetterState


def _transport(smtp: SMTP) -> asyncio.Transport:
    assert isinstance(smtp.transport, asyncio.Transport)
    return smtp.transport


class Faulty:
    """Takes letters, but for the addresses that are to meet a fault; counts connections and copies."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        self.taken: list[str] = []
        self.asked: list[str] = []
        self.connections: set[object] = set()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.connections.add(session.peer)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        fault = self.faults.get(address, "")
        if fault == "greylist" and self.asked.count(address) == 1:
            return "451 4.7.1 Greylisted, please come back in a minute"
        if fault == "no mailbox":
            return "550 5.1.1 No such mailbox"
        if fault == "closing":
            _transport(smtp).write(b"421 4.3.2 Shutting down\r\n")
            _transport(smtp).close()
            return "421 4.3.2 Shutting down"
        if fault == "full":
            return "552 5.2.2 Mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        (address,) = envelope.rcpt_tos
        fault = self.faults.get(address, "")
        if fault == "hangs up":
            _transport(smtp).abort()
            return "451 never heard"
        if fault == "stalls":
            # Longer than the sender waits; it is gone when this would answer.
            await asyncio.sleep(30)
        if fault == "slow":
            await asyncio.sleep(0.3)
        if fault == "busy":
            return "452 4.3.1 Out of storage"
        if fault == "unwanted":
            return "554 5.7.1 Rejected as spam"
        self.taken.append(address)
        return "250 taken"


@pytest.fixture
def faulty(app: Flask) -> Iterator[Faulty]:
    """The misbehaving server, to which the program sends."""
    handler = Faulty()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(before, smtp_url=f"smtp+plain://127.0.0.1:{port}")
    yield handler
    app.config["ROUNDTABLE"] = before
    controller.stop()


def _invite(count: int) -> list[str]:
    meeting = make.meeting()
    addresses = [f"office{index}@example.org" for index in range(count)]
    for index, address in enumerate(addresses):
        make.contact(make.participant(meeting.conference, f"City {index}"), address)
    service.invite(meeting)
    db.session.commit()
    return addresses


def _states() -> dict[str, tuple[str, str]]:
    """Return state and reason by address."""
    found = {one.recipient_email: (one.state.value, one.last_error) for one in make.outbox()}
    db.session.rollback()
    return found


def _later(minutes: float) -> datetime:
    moment = clock.now() + timedelta(minutes=minutes)
    clock.set_source(lambda: moment)
    return moment


FAULTS = {
    "greylist": ("deferred", "451 4.7.1 Greylisted, please come back in a minute"),
    "no mailbox": ("refused", "550 5.1.1 No such mailbox"),
    "closing": ("deferred", "421 4.3.2 Shutting down"),
    "full": ("deferred", "552 5.2.2 Mailbox full"),
    "hangs up": ("deferred", "connection: SMTPServerDisconnected"),
    "stalls": ("deferred", "connection: time-out"),
    "busy": ("deferred", "452 4.3.1 Out of storage"),
    "unwanted": ("refused", "554 5.7.1 Rejected as spam"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_one_letter_is_shown_rightly_and_stops_none_of_the_others(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(server, "TIMEOUT_SECONDS", 0.5)
    addresses = _invite(5)
    faulty.faults[addresses[2]] = fault

    assert deliver_due() == 4

    states = _states()
    assert states.pop(addresses[2]) == FAULTS[fault]
    assert set(states.values()) == {("handed-over", "")}
    assert faulty.taken == [one for one in addresses if one != addresses[2]]


@pytest.mark.parametrize("fault", [name for name, (state, _) in FAULTS.items() if state == "deferred"])
def test_what_was_put_off_arrives_when_the_fault_is_gone(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(server, "TIMEOUT_SECONDS", 0.5)
    (address,) = _invite(1)
    faulty.faults[address] = fault
    deliver_due()
    before = make.outbox()[0].message_id
    faulty.faults.clear()

    assert deliver_due() == 0  # not before its time
    _later(2)
    assert deliver_due() == 1

    assert _states() == {address: ("handed-over", "")}
    assert make.outbox()[0].message_id == before


def test_one_connection_carries_a_batch_and_a_new_one_goes_on_after_a_break(faulty: Faulty) -> None:
    addresses = _invite(10)
    faulty.faults[addresses[4]] = "hangs up"

    assert deliver_due() == 9

    assert len(faulty.connections) == 2


def test_a_slow_answer_is_waited_for(faulty: Faulty) -> None:
    (address,) = _invite(1)
    faulty.faults[address] = "slow"

    assert deliver_due() == 1


def test_a_server_that_breaks_every_connection_is_left_alone_after_a_few_letters(faulty: Faulty) -> None:
    addresses = _invite(20)
    faulty.faults = dict.fromkeys(addresses, "hangs up")

    assert deliver_due() == 0

    assert len(faulty.asked) == 3
    states = [state for state, _ in _states().values()]
    assert states == [*["deferred"] * 3, *["queued"] * 17]
    faulty.faults.clear()
    _later(3)
    assert deliver_due() == 20


def test_pauses_grow_and_are_scattered(faulty: Faulty) -> None:
    addresses = _invite(8)
    faulty.faults = dict.fromkeys(addresses, "full")
    pauses = []
    for _ in range(3):
        now = clock.now()
        deliver_due()
        pauses.append([(one.next_try_at - now).total_seconds() for one in make.outbox()])
        db.session.rollback()
        _later(PAUSES[len(pauses) - 1] * 1.3 / 60)

    for planned, found in zip(PAUSES, pauses, strict=False):
        assert all(0.8 * planned <= one <= 1.2 * planned for one in found)
        assert len(set(found)) > 1


def test_a_conferences_pace_is_kept_and_holds_up_no_other_conference(faulty: Faulty) -> None:
    slow = make.meeting(make.conference())
    quick = make.meeting(make.conference(of=make.user()))
    for meeting, name in ((slow, "slow"), (quick, "quick")):
        for index in range(7):
            place = make.participant(meeting.conference, f"{name} {index}")
            make.contact(place, f"{name}{index}@example.org")
        service.invite(meeting)
    outbox.set_pace(f"conference/{slow.conference_id}", 3)
    db.session.commit()

    assert deliver_due() == 3 + 7
    assert deliver_due() == 0
    _later(0.5)
    assert deliver_due() == 0
    _later(0.6)
    assert deliver_due() == 3
    _later(1.1)
    assert deliver_due() == 1


def test_what_another_worker_has_claimed_counts_for_the_pace(faulty: Faulty) -> None:
    _invite(7)
    key = make.outbox()[0].pace_key
    outbox.set_pace(key, 3)
    db.session.commit()

    # Claimed by a worker that has not sent them yet.
    assert len(delivery._claim("another worker", 50)) == 3
    assert deliver_due() == 0
    _later(11)  # and never did: its lease has ended
    assert deliver_due() == 3


def test_two_senders_at_once_send_each_letter_once(faulty: Faulty) -> None:
    _invite(6)
    (first, *_) = make.outbox()
    first.leased_until, first.lease_token = clock.now() + timedelta(minutes=9), "another process"
    db.session.commit()

    assert deliver_due() == 5

    _later(10)
    assert deliver_due() == 1
    assert len(set(faulty.taken)) == len(faulty.taken) == 6


def test_an_outcome_is_not_written_over_by_a_process_whose_lease_has_ended(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    (address,) = _invite(1)
    send = server.MailServer.send

    def send_and_lose_the_lease(self: server.MailServer, *words: object) -> object:
        answer = send(self, *words)  # type: ignore[arg-type]  # handed through
        with db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE letter SET lease_token = 'other', state = 'refused'")
        return answer

    monkeypatch.setattr(server.MailServer, "send", send_and_lose_the_lease)
    deliver_due()

    assert _states()[address][0] == "refused"


def test_no_letter_is_begun_when_the_lease_is_about_to_end(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    _invite(4)
    send = server.MailServer.send

    def send_slowly(self: server.MailServer, *words: object) -> object:
        _later(3)
        return send(self, *words)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(server.MailServer, "send", send_slowly)
    monkeypatch.setattr("roundtable.mail.delivery.BATCH", 4)
    sent = deliver_due(limit=4)

    assert sent == 2
    assert [one.state for one in db.session.query(Letter).order_by(Letter.id)] == [
        *[LetterState.HANDED_OVER] * 2,
        *[LetterState.QUEUED] * 2,
    ]
    assert {one.leased_until for one in make.outbox()} == {None}
