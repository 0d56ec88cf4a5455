"""Whole town halls answer at once, over real connections, on both databases: nothing is lost and nothing fails."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import databases
import make
import pytest
from browsing import serving
from conftest import OwnClient, ask, counted_queries, free_port, settings_for
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from roundtable import clock, create_app, schema
from roundtable.audit import service as log
from roundtable.conferences.models import Conference
from roundtable.conferences.turn_service import take_turn
from roundtable.db import db
from roundtable.guests.models import Contact
from roundtable.guests.queries import contact_or_404, token_of
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
        schema.upgrade()
        meeting = make.meeting()
        for number in range(OFFICES):
            office = make.participant(meeting.conference, f"Town {number}", "DE")
            make.contact(office)
            make.invitation(meeting, office)
        db.session.commit()
        db.session.remove()
    with serving(app, port):
        yield app, port
    clock.set_source(None)
    with app.app_context():
        db.engine.dispose()


def _links(app: Flask) -> list[str]:
    with app.app_context():
        links = [make.link(one) for one in db.session.scalars(select(Invitation).order_by(Invitation.id))]
        db.session.remove()
    return links


def test_every_answer_is_stored_once_and_none_is_refused(served: tuple[Flask, int]) -> None:
    app, port = served
    with ThreadPoolExecutor(AT_ONCE) as offices:
        answers = [
            offices.submit(ask, port, "POST", link, {"answer": ("accepted", "declined")[number % 2]})
            for number, link in enumerate(_links(app))
        ]
        statuses = Counter(one.result()[0] for one in answers)

    assert statuses == {302: OFFICES}
    with app.app_context():
        rows = db.session.execute(select(Invitation.answer, func.count()).group_by(Invitation.answer))
        counts = {row[0]: row[1] for row in rows}
        assert counts == {Answer.ACCEPTED: OFFICES / 2, Answer.DECLINED: OFFICES / 2}
        assert db.session.scalar(select(func.count(AnswerGiven.id))) == OFFICES
        # Each office gets its letter of confirmation, once, and the organizers one about each answer.
        letters = db.session.execute(select(Letter.kind, func.count()).group_by(Letter.kind)).all()
        assert {count for _, count in letters} == {OFFICES}
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
        return ask(port, "POST", link, {"answer": ("accepted", "declined")[number % 2]})[0]

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


@pytest.fixture
def on_postgresql(tmp_path: Path) -> Iterator[Flask]:
    """A program on PostgreSQL."""
    app = create_app(settings_for(tmp_path, database_uri=databases.new_postgresql()), testing=True)
    with app.app_context():
        schema.upgrade()
        yield app
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


def test_changes_of_one_conference_wait_for_each_other_and_for_nothing_else(on_postgresql: Flask) -> None:
    app = on_postgresql
    meeting, other = make.meeting(), make.meeting(make.conference(of=make.user("b@example.org")))
    one = make.participant(meeting.conference)
    token = token_of(make.contact(one))
    db.session.commit()
    conference_id, elsewhere = meeting.conference_id, other.conference_id

    def waits(method: str, look: Callable[[], object]) -> bool:
        """Whether this is kept waiting by the transaction that changes the conference."""
        with app.test_request_context("/", method=method):
            try:
                db.session.execute(text("SET LOCAL lock_timeout = '200ms'"))
                look()
            except OperationalError:
                return True
            finally:
                db.session.rollback()
                db.session.remove()
        return False

    def by_conference(key: int) -> Callable[[], object]:
        return lambda: take_turn(lambda: select(Conference.id).where(Conference.id == key))

    changing = db.engine.connect()
    try:
        changing.execute(
            select(Conference.id).where(Conference.id == conference_id).with_for_update(key_share=True)
        )

        assert waits("POST", by_conference(conference_id))
        assert waits("POST", lambda: contact_or_404(token))
        assert not waits("GET", by_conference(conference_id))
        assert not waits("GET", lambda: contact_or_404(token))
        assert not waits("POST", by_conference(elsewhere))
    finally:
        changing.close()
    assert not waits("POST", by_conference(conference_id))


@pytest.mark.parametrize("path", ["/conferences/{conference}/bodies", "/meetings/{meeting}/cancel"])
def test_what_organizers_send_takes_its_turn_and_what_they_read_does_not(
    app: Flask, organizer: OwnClient, path: str
) -> None:
    meeting = make.meeting()
    address = path.format(conference=meeting.conference_id, meeting=meeting.id)
    page = f"/conferences/{meeting.conference_id}"
    db.session.commit()

    with counted_queries() as sent:
        assert organizer.post(address).status_code < 500
    with counted_queries() as read:
        assert organizer.get(page).status_code == 200

    is_taken = ["FOR NO KEY UPDATE OF conference" in " ".join(statements) for statements in (sent, read)]
    assert is_taken == [app.extensions["sqlalchemy"].engine.dialect.name != "sqlite", False]
