"""Letters go over a real SMTP server on the loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import make
import pytest
from conftest import Postman, content_of
from flask import Flask

from roundtable import clock
from roundtable.config import Settings
from roundtable.db import db
from roundtable.invitations import service
from roundtable.mail.delivery import PAUSES, deliver_due
from roundtable.mail.filling import PLACEHOLDER
from roundtable.mail.models import LetterState


@contextmanager
def _server(app: Flask, url: str) -> Iterator[None]:
    settings: Settings = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(settings, smtp_url=url)
    try:
        yield
    finally:
        app.config["ROUNDTABLE"] = settings


def _stand_still_at(moment: datetime) -> None:
    clock.set_source(lambda: moment)


def _invite(count: int) -> None:
    meeting = make.meeting()
    for index in range(count):
        make.contact(make.participant(meeting.conference, f"City {index}"), f"office{index}@example.org")
    service.invite(meeting)
    db.session.commit()


def test_letters_arrive_each_at_one_address_with_its_own_link(
    app: Flask, postman: tuple[Postman, str]
) -> None:
    _invite(3)
    handler, url = postman

    with _server(app, url):
        assert deliver_due() == 3

    assert [envelope.rcpt_tos for envelope in handler.arrived] == [
        [f"office{n}@example.org"] for n in range(3)
    ]
    links = set()
    for envelope in handler.arrived:
        message = message_from_bytes(content_of(envelope), policy=policy.default)
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # a letter has one
        assert PLACEHOLDER not in text
        links.add(next(line for line in text.splitlines() if line.startswith("http://localhost/g/")))
    assert len(links) == 3
    assert {letter.state for letter in make.outbox()} == {LetterState.HANDED_OVER}


@pytest.mark.parametrize(
    ("website", "name"),
    [
        ("https://roundtable.example.org:8443/table", "roundtable.example.org"),
        ("https://çankaya.example.org", "xn--ankaya-vua.example.org"),
        ("http://192.0.2.7:8000", "[192.0.2.7]"),
        ("http://[2001:db8::7]:8000", "[IPv6:2001:db8::7]"),
    ],
)
def test_the_program_greets_a_mail_server_by_the_name_of_its_website(
    app: Flask, postman: tuple[Postman, str], website: str, name: str
) -> None:
    _invite(1)
    handler, url = postman
    settings: Settings = app.config["ROUNDTABLE"]

    with _server(app, url):
        app.config["ROUNDTABLE"] = replace(settings, smtp_url=url, public_url=website)
        assert deliver_due() == 1

    assert handler.greeted_by == {name}


def test_no_personal_link_is_ever_stored(app: Flask, postman: tuple[Postman, str]) -> None:
    _invite(1)
    with _server(app, postman[1]):
        deliver_due()

    (letter,) = make.outbox()
    assert "/g/" not in f"{letter.text}{letter.html}{letter.calendar}"


def test_a_refused_address_stops_nobody_else_and_is_shown_with_its_reason(
    app: Flask, postman: tuple[Postman, str]
) -> None:
    _invite(3)
    handler, url = postman
    handler.refusals["office1@example.org"] = "550 5.1.1 no such mailbox"

    with _server(app, url):
        assert deliver_due() == 2

    assert [(letter.state, letter.last_error) for letter in make.outbox()] == [
        (LetterState.HANDED_OVER, ""),
        (LetterState.REFUSED, "550 5.1.1 no such mailbox"),
        (LetterState.HANDED_OVER, ""),
    ]


def test_a_greylisted_letter_is_tried_again_with_the_same_message_id(
    app: Flask, postman: tuple[Postman, str]
) -> None:
    _invite(1)
    handler, url = postman
    handler.refusals["office0@example.org"] = "451 4.7.1 come back later"

    with _server(app, url):
        deliver_due()
        (letter,) = make.outbox()
        assert (letter.state, letter.attempts) == (LetterState.DEFERRED, 1)
        message_id = letter.message_id
        db.session.rollback()
        assert deliver_due() == 0
        handler.refusals.clear()
        clock.set_source(lambda: make.NOW + timedelta(minutes=5))
        assert deliver_due() == 1

    assert message_from_bytes(content_of(handler.arrived[0]))["Message-ID"] == message_id


def test_a_server_that_is_away_loses_no_letter(app: Flask) -> None:
    _invite(2)

    assert deliver_due() == 0

    assert {letter.state for letter in make.outbox()} == {LetterState.DEFERRED}
    assert all("connection" in letter.last_error for letter in make.outbox())


def test_after_a_day_of_refusals_a_letter_is_given_up_and_says_why(
    app: Flask, postman: tuple[Postman, str]
) -> None:
    _invite(1)
    handler, url = postman
    handler.refusals["office0@example.org"] = "451 never"
    now = make.NOW

    with _server(app, url):
        for _ in range(len(PAUSES) + 1):
            deliver_due()
            now += timedelta(days=1)
            _stand_still_at(now)

    (letter,) = make.outbox()
    assert (letter.state, letter.last_error) == (LetterState.REFUSED, "451 never")
    assert sum(PAUSES) >= 24 * 3600


def test_a_letter_of_somebody_taken_off_the_list_is_not_sent(
    app: Flask, postman: tuple[Postman, str]
) -> None:
    _invite(1)
    (letter,) = make.outbox()
    letter.link_owner = 999_999
    db.session.commit()

    with _server(app, postman[1]):
        assert deliver_due() == 0

    (letter,) = make.outbox()
    assert (letter.state, letter.last_error) == (LetterState.DROPPED, "no longer on the guest list")


def test_a_letter_in_another_processs_hands_is_left_alone_until_its_lease_ends(
    app: Flask, postman: tuple[Postman, str]
) -> None:
    _invite(1)
    make.outbox()[0].leased_until = make.NOW + timedelta(minutes=5)
    db.session.commit()

    with _server(app, postman[1]):
        assert deliver_due() == 0
        clock.set_source(lambda: make.NOW + timedelta(minutes=6))
        assert deliver_due() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_one_key_makes_one_letter(app: Flask, count: int) -> None:
    _invite(count)
    before = len(make.outbox())

    from roundtable.mail.outbox import Draft, Envelope, queue

    envelope = Envelope(make.outbox()[0].key, "t", ("N", "n@example.org"), ("S", ""))
    assert queue(Draft("x", "en", "s", "t", "h"), envelope) is None
    assert len(make.outbox()) == before
