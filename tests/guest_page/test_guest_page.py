import hashlib
import re
from pathlib import Path
from typing import Any

import icalendar
import make
import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient, counted_queries
from flask import Flask
from sqlalchemy import select

from roundtable.calendars.queries import organizers_feed_address
from roundtable.conferences.models import Membership
from roundtable.db import db
from roundtable.guests.queries import token_of
from roundtable.invitations.models import Invitation
from roundtable.links import Purpose


def _fingerprint() -> str:
    """Return a hash of the database's own files, byte for byte: the tables and the log of writes.

    Of a server, it is one of every row.
    """
    db.session.rollback()
    if db.engine.dialect.name != "sqlite":
        rows = [
            str(db.session.execute(select(table).order_by(*table.primary_key)).all())
            for table in db.metadata.sorted_tables
        ]
        db.session.rollback()
        return hashlib.sha256("".join(rows).encode()).hexdigest()
    file = Path(str(db.engine.url.database))
    digest = hashlib.sha256()
    for one in (file, file.with_name(file.name + "-wal")):
        digest.update(one.read_bytes() if one.exists() else b"")
    return digest.hexdigest()


def _public_addresses(app: Flask, one: Invitation) -> list[str]:
    """Return every address that a stranger or a scanner can reach, from the program's own list of pages."""
    contact = make.contact_of(one)
    membership = db.session.scalars(select(Membership)).first()
    assert membership is not None
    tokens = {
        "calendars.feed": token_of(contact, Purpose.FEED),
        "calendars.organizers_feed": organizers_feed_address(membership)
        .rpartition("/")[2]
        .removesuffix(".ics"),
    }
    poll = make.poll(one.meeting.conference)
    filled = {
        "poll_id": poll.id,
        "meeting_id": one.meeting_id,
        "slug": "none",
        "language": "en",
        "number": 1,
        "place": 1,
        "_rest": "x",
    }
    addresses = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "is_open_page", False) and "GET" in (rule.methods or set()):
            values = {
                **filled,
                "token": tokens.get(rule.endpoint, token_of(contact)),
                "face": "source-sans-400",
            }
            wanted = {name: values.get(name, "x") for name in rule.arguments}
            addresses.append(app.url_map.bind("").build(rule.endpoint, wanted))
    page = make.link(one)
    return addresses + [page + end for end in ("?change=1", "?lang=de", "?answer=declined", "?all=1")]


@pytest.mark.parametrize("agent", ["", "Microsoft Office Existence Discovery", "Mimecast-SVC"])
def test_get_and_head_leave_the_database_byte_equal_however_often(
    app: Flask, client: OwnClient, agent: str
) -> None:
    one = make.invitation()
    make.item(one.meeting)
    db.session.commit()
    addresses = _public_addresses(app, one)
    before = _fingerprint()

    found = set()
    for address in addresses:
        for method in ("GET", "HEAD", "GET"):
            response = client.open(address, method=method, headers={"User-Agent": agent})
            assert response.status_code in {200, 302, 404}, address
            found.add(response.status_code)

    assert len(addresses) >= 20
    assert 200 in found
    assert _fingerprint() == before


def test_the_first_words_say_who_invites_whom_when_and_until_when(client: OwnClient) -> None:
    one = make.invitation()
    make.participant(one.meeting.conference, "Berlin", "DE")

    page = BeautifulSoup(client.get(make.link(one)).text, "html.parser")
    words = " ".join(page.main.get_text(" ").split())  # type: ignore[union-attr]  # every page has one

    order = [
        "Conference en",
        "Round Table en",
        "Tuesday 20 October 2026",
        "13:00 Istanbul · 12:00 Berlin",
        "Please answer by Thursday 1 October 2026 · 12:00 Istanbul · 11:00 Berlin.",
        "You answer for Mayor of Ankara en .",
        "Takes part",
        "Send answer",
    ]
    places = [
        words.replace("Tuesday,", "Tuesday").replace("Thursday,", "Thursday").find(part) for part in order
    ]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)


def test_the_page_is_light_and_loads_nothing_from_elsewhere(client: OwnClient) -> None:
    one = make.invitation()
    response = client.get(make.link(one))
    assert "<script" not in response.text
    assert not re.search(r'(?:src|href)="https?://', response.text.replace("http://localhost", ""))

    found = re.search(r'href="(/static/[^"]+css[^"]+)"', response.text)
    assert found is not None
    weight = len(response.data)
    with client.get(found.group(1), headers={"Accept-Encoding": "gzip"}) as style:
        assert style.headers["Content-Encoding"] == "gzip"
        weight += len(style.data)
    for face in ("source-sans-400", "source-sans-600", "source-serif-600"):
        with client.get(f"/fonts/{face}.woff2") as font:
            weight += len(font.data)

    # The page, its style and its fonts: all that a phone loads at the first visit.
    assert weight < 50_000


def test_switching_the_language_keeps_what_was_typed_and_stores_nothing(client: OwnClient) -> None:
    one = make.invitation()
    before = _fingerprint()

    response = client.post(
        make.link(one) + "?lang=de",
        data={"answer": "declined", "note": "Getippte Worte", "switch_language": "de"},
    )

    assert response.status_code == 200
    assert '<html lang="de">' in response.text
    assert "Getippte Worte" in response.text
    assert re.search(r'value="declined" checked', response.text)
    assert _fingerprint() == before


def test_the_page_speaks_the_contacts_language(client: OwnClient) -> None:
    meeting = make.meeting()
    participant = make.participant(meeting.conference)
    make.contact(participant, language="tr")
    one = make.invitation(meeting, participant)

    page = client.get(make.link(one), headers={"Accept-Language": "de"}).text

    assert '<html lang="tr">' in page
    assert "Yanıtı gönder" in page


def test_a_stored_answer_is_shown_first_with_a_way_to_change_it(client: OwnClient) -> None:
    one = make.invitation()
    client.post(make.link(one), data={"answer": "accepted"})

    shown = client.get(make.link(one)).text
    asked = client.get(make.link(one) + "?change=1").text

    assert "Takes part. Thank you for the answer." in shown
    assert "Answered by Private Office on" in shown
    assert 'name="answer"' not in shown
    assert re.search(r'value="accepted" checked', asked)


def test_after_the_deadline_the_page_reads_on_and_names_a_telephone(client: OwnClient) -> None:
    meeting = make.meeting(answers_close_at=make.NOW)
    participant = make.participant(meeting.conference)
    make.contact(participant)
    one = make.invitation(meeting, participant)

    page = client.get(make.link(one)).text

    assert "Answers are closed." in page
    assert "+49 30 000000" in page
    assert 'name="answer"' not in page


def test_a_touch_on_the_number_calls_whom_an_office_may_ask(client: OwnClient) -> None:
    one = make.invitation(make.meeting())

    page = BeautifulSoup(client.get(make.link(one)).text, "html.parser")

    number = page.select_one("a[href^='tel:']")
    assert number is not None
    assert (number["href"], number.text) == ("tel:+4930000000", "+49 30 000000")


def test_the_calendar_file_is_taken_by_a_calendar_and_names_no_guest(client: OwnClient) -> None:
    one = make.invitation()
    make.contact(make.participant(one.meeting.conference, "Bursa"))

    response = client.get(make.link(one) + "/calendar.ics")

    calendar = icalendar.Calendar.from_ical(response.data)
    assert isinstance(calendar, icalendar.Calendar)
    (event,) = calendar.events
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert event["UID"] == one.meeting.uid
    assert event.start.isoformat() == "2026-10-20T13:00:00+03:00"
    assert b"office@" not in response.data
    assert client.get(make.link(one) + "/calendar.ics").data == response.data


def test_own_statement_stands_out_in_the_agenda(client: OwnClient) -> None:
    meeting = make.table_of(3)
    one = db.session.query(Invitation).filter_by(meeting_id=meeting.id).order_by(Invitation.id).all()[1]

    page = client.get(make.link(one)).text

    assert "Your statement: 13:11 Istanbul · 12:11 Berlin, 1 minutes" in page


def test_the_guest_page_asks_the_database_as_often_for_thirty_as_for_three(client: OwnClient) -> None:
    counts = []
    for size in (3, 30):
        meeting = make.table_of(size)
        one = db.session.query(Invitation).filter_by(meeting_id=meeting.id).order_by(Invitation.id).first()
        assert one is not None
        address = make.link(one)
        with counted_queries() as statements:
            client.get(address)
        counts.append(len(statements))

    assert counts[0] == counts[1]
    assert counts[0] <= 10


def test_one_link_cannot_send_without_end_and_another_of_the_same_town_hall_still_can(
    client: OwnClient,
) -> None:
    meeting = make.meeting()
    first, second = (make.invitation(meeting, _with_contact(meeting, name)) for name in ("Bonn", "Köln"))

    codes = [client.post(make.link(first), data={"answer": "accepted"}).status_code for _ in range(61)]

    assert codes[-1] == 429
    assert 429 not in codes[:60]
    assert client.post(make.link(second), data={"answer": "accepted"}).status_code == 302


def _with_contact(meeting: Any, name: str) -> Any:
    city = make.participant(meeting.conference, name, "DE")
    make.contact(city)
    return city


def test_whoever_asks_for_lost_links_without_end_keeps_nobody_else_from_asking(client: OwnClient) -> None:
    """The page has no link in its address: each network counts for itself."""
    for number in range(62):
        client.post("/link", data={"email": f"{number}@example.org"})

    assert client.post("/link", data={"email": "a@example.org"}).status_code == 429
    elsewhere = client.post(
        "/link", data={"email": "a@example.org"}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert elsewhere.status_code == 302
