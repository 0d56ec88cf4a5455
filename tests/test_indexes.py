"""No page reads a whole table that grows: what the databases say they would do, for every statement of every page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import make
import pytest
from conftest import OwnClient, settings_for
from databases import KINDS, uri_for
from flask import Flask
from sqlalchemy import event

from roundtable import clock, create_app, schema
from roundtable.accounts.models import User
from roundtable.calendars.queries import feed_address
from roundtable.clockwork import jobs_of
from roundtable.db import db
from roundtable.demo import story
from roundtable.guests.models import Contact
from roundtable.guests.queries import token_of
from roundtable.jobs import Pieces
from roundtable.mail import delivery
from roundtable.mail.delivery import batches_due
from roundtable.mail.models import Letter, LetterState
from roundtable.watch import queries as watch

SMALL = {"hold", "beat", "audit_head", "pace", "alembic_version", "provider_choice", "look"}
"""Tables of the program itself, with a row or a few."""
MAY_READ_ALL = {
    # Lists of everything that there is, a page at a time, in the order of an index or of names.
    "/press/": {"publication", "publication_text"},
    "/administration/accounts": {"user", "account_door"},
}

MAY_READ_ALL_BESIDE = {
    # Queues: whatever stands in them waits.
    "links: link_request",
    "passwords: reset_request",
    # Small beside everything else, and a round takes a thousand of them at the most.
    "poll-reminders: date_poll",
    "retention: conference",
    # SQLite begins with these while it knows no counts; with a hundred thousand conferences, counted, it does not.
    "action-reminders: entry",
    "documents: minutes",
}

ORGANIZER = (
    "/",
    "/conferences/1",
    "/conferences/1/guests",
    "/conferences/1/guests/4",
    "/conferences/1/letters",
    "/conferences/1/actions",
    "/conferences/1/log",
    "/conferences/1/data",
    "/conferences/1/press-lists",
    "/conferences/1/press-lists/1",
    "/meetings/2",
    "/meetings/2/edit",
    "/meetings/2/agenda",
    "/meetings/2/invitations",
    "/meetings/2/invitations/21",
    "/meetings/2/room",
    "/meetings/1/minutes",
    "/meetings/1/minutes/circulation",
    "/meetings/1/press",
    "/polls/1",
    "/search?q=city",
    "/account",
)
ADMINISTRATOR = (
    "/administration/accounts",
    "/administration/log",
    "/administration/status",
    "/administration/people?q=organizer%40example.org",
)
EVERYBODY = (
    "/press/",
    "/press/feed.en.atom",
    "/press/2020-06-20-metropolitan-mayors-round-table/tr",
)


@pytest.fixture(scope="module", params=KINDS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration, on each database."""
    folder = tmp_path_factory.mktemp("told")
    uri = uri_for(request.param, folder)
    app = create_app(settings_for(folder, demonstration=True, smtp_url="", database_uri=uri), testing=True)
    app.test_client_class = OwnClient
    clock.set_source(lambda: make.NOW)
    with app.app_context():
        schema.upgrade()
        assert story.tell()
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.set_source(None)


def test_no_job_reads_a_table_that_grows_from_end_to_end(told: Flask) -> None:
    looking: dict[str, Callable[[], object]] = {
        job.name: job.call.due for job in jobs_of(told.config["ROUNDTABLE"]) if isinstance(job.call, Pieces)
    }
    looking["letters"] = batches_due
    faults = []
    for name, look in looking.items():
        with statements() as found:
            look()
        db.session.rollback()
        assert found, name
        faults += [f"{name}: {table}" for one, values in found for table in read_whole(one, values)]

    assert set(faults) - MAY_READ_ALL_BESIDE == set()


def test_the_next_letters_are_found_without_the_others_that_wait(told: Flask) -> None:
    if told.config["ROUNDTABLE"].database_uri.startswith("sqlite"):
        pytest.skip("SQLite, for one machine, puts those that wait in their order")
    letter = db.session.query(Letter).order_by(Letter.id).first()
    assert letter is not None
    letter.state, letter.next_try_at = LetterState.QUEUED, clock.now()
    db.session.commit()
    with statements() as found:
        assert delivery._claim("a token", 1)
    (statement, values) = next(one for one in found if "ORDER BY letter.next_try_at" in one[0])

    plan = " ".join(plan_of(statement, values, without=("sort", "bitmapscan")))

    assert "Index Scan using ix_letter_due" in plan
    assert "Sort" not in plan


@pytest.mark.usefixtures("told")
def test_a_scrape_counts_no_letter_that_nobody_need_look_after_any_more() -> None:
    with statements() as found:
        watch.letters_to_look_after()
    db.session.rollback()
    ((statement, values),) = found

    plan = " ".join(plan_of(statement, values))

    assert re.search(r"SEARCH letter USING COVERING INDEX \w+ \(state=\?\)|Index Cond: \(+state\b", plan), (
        plan
    )


def signed_in(app: Flask, email: str) -> OwnClient:
    client = app.test_client()
    assert isinstance(client, OwnClient)
    assert db.session.query(User).filter_by(email=email).one()
    db.session.commit()
    answer = client.post("/sign-in", data={"email": email, "password": story.PASSWORD})
    assert answer.status_code == 302
    return client


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that read, with their values."""
    found: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def plan_of(statement: str, values: Any, without: tuple[str, ...] = ()) -> list[str]:
    """Return how the database would go about a statement, a step a line; PostgreSQL without ways that small tables get."""
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            lines = [row[3] for row in rows]
        else:
            # Small tables are read whole in any case: forbid it, and see whether there is another way.
            for way in ("seqscan", *without):
                connection.exec_driver_sql(f"SET enable_{way} = off")
            lines = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
        connection.rollback()
    return lines


def read_whole(statement: str, values: Any) -> set[str]:
    """Return the tables that this statement would read from the first row to the last, whatever their size."""
    # The full-text table looks its words up, whatever it calls that.
    whole = (
        r"SCAN (\w+)\b(?!.*USING (?:COVERING )?INDEX)(?! VIRTUAL TABLE INDEX 0:M)"
        if db.engine.dialect.name == "sqlite"
        else r".*Seq Scan on \"?(\w+)"
    )
    found = [re.match(whole, line) for line in plan_of(statement, values)]
    # SQLite calls a table by its other name.
    names = {one.group(1) for one in found if one is not None}
    return {re.sub(r"_\d+$", "", name) for name in names} - SMALL - {"anon", "CONSTANT"}


def test_no_page_reads_a_table_that_grows_from_end_to_end(told: Flask) -> None:
    contact = db.session.query(Contact).order_by(Contact.id).first()
    assert contact is not None
    link, feed = f"/g/{token_of(contact)}/meetings/2", feed_address(contact).removeprefix("http://localhost")
    organizer, administrator = (signed_in(told, f"{who}@example.org") for who in ("organizer", "admin"))
    everybody = told.test_client()
    faults = []
    for client, paths in (
        (organizer, ORGANIZER),
        (administrator, ADMINISTRATOR),
        (everybody, (*EVERYBODY, link, feed)),
    ):
        for path in paths:
            with statements() as found:
                answer = client.get(path)
                answer.close()
            assert answer.status_code == 200, path
            assert found, path
            for statement, values in found:
                whole = read_whole(statement, values) - MAY_READ_ALL.get(path, set())
                if whole:
                    faults.append((path, whole, statement))

    assert faults == []
