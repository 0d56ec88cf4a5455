"""Whole town halls answer at once, over real connections, on both databases: nothing is lost and nothing fails."""

import http.client
import threading
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import databases
import flask_migrate
import make
import pytest
from browsing import serve
from conftest import free_port, settings_for
from flask import Flask
from sqlalchemy import func, select

from roundtable import clock, create_app
from roundtable.audit import service as log
from roundtable.db import db
from roundtable.guests.models import Contact
from roundtable.invitations.models import AnswerGiven, Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.mail.models import Letter

OFFICES = 120
AT_ONCE = 30


@pytest.fixture(params=databases.KINDS)
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Flask, int]]:
    """A program on the database, with a session to which many are invited, and the port that it is served at."""
    port = free_port()
    uri = databases.uri_for(request.param, tmp_path)
    app = create_app(settings_for(tmp_path, database_uri=uri, threads=16, port=port))
    clock.set_source(lambda: make.NOW)
    with app.app_context():
        flask_migrate.upgrade()
        meeting = make.meeting()
        for number in range(OFFICES):
            office = make.participant(meeting.conference, f"Town {number}", "DE")
            make.contact(office)
            make.invitation(meeting, office)
        db.session.commit()
        db.session.remove()
    thread, server = serve(app, port)
    yield app, port
    server.close()
    thread.join(10)
    clock.set_source(None)
    with app.app_context():
        db.engine.dispose()


def _post(port: int, path: str, form: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
    connection.request("POST", path, urllib.parse.urlencode(form), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _links(app: Flask) -> list[str]:
    with app.app_context():
        links = [make.link(one) for one in db.session.scalars(select(Invitation).order_by(Invitation.id))]
        db.session.remove()
    return links


def test_every_answer_is_stored_once_and_none_is_refused(served: tuple[Flask, int]) -> None:
    app, port = served
    with ThreadPoolExecutor(AT_ONCE) as offices:
        answers = [
            offices.submit(_post, port, link, {"answer": ("accepted", "declined")[number % 2]})
            for number, link in enumerate(_links(app))
        ]
        statuses = Counter(one.result() for one in answers)

    assert statuses == {302: OFFICES}
    with app.app_context():
        rows = db.session.execute(select(Invitation.answer, func.count()).group_by(Invitation.answer))
        counts = {row[0]: row[1] for row in rows}
        assert counts == {Answer.ACCEPTED: OFFICES / 2, Answer.DECLINED: OFFICES / 2}
        assert db.session.scalar(select(func.count(AnswerGiven.id))) == OFFICES
        # Each office gets its letter of confirmation, once.
        assert db.session.scalar(select(func.count(Letter.key.distinct()))) == OFFICES
        assert log.verify().fault == ""
        db.session.remove()


def test_an_office_that_presses_twenty_times_at_once_has_answered_in_one_order(
    served: tuple[Flask, int],
) -> None:
    app, port = served
    link = _links(app)[0]
    ready = threading.Barrier(20)

    def press(number: int) -> int:
        ready.wait(30)
        return _post(port, link, {"answer": ("accepted", "declined")[number % 2]})

    with ThreadPoolExecutor(20) as fingers:
        statuses = {one.result() for one in [fingers.submit(press, number) for number in range(20)]}

    assert statuses == {302}
    with app.app_context():
        one = db.session.scalars(select(Invitation).order_by(Invitation.id)).first()
        assert one is not None
        last = db.session.scalars(
            select(AnswerGiven).where(AnswerGiven.invitation_id == one.id).order_by(AnswerGiven.id.desc())
        ).first()
        assert last is not None
        # What is shown is what the history says was said last.
        assert one.answer is last.answer
        assert db.session.scalar(select(func.count(Contact.id))) == OFFICES
        assert log.verify().fault == ""
        db.session.remove()
