"""Nobody fetches or sends without end: by the link first, by the network generously."""

import io

import make
import pytest
from conftest import OwnClient
from flask import Flask
from press import newsroom

from roundtable import workers
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.web import guards

pytestmark = pytest.mark.one_database


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test reaches soon."""
    monkeypatch.setattr(guards, "PAGES_BY_LINK", "5 per minute")
    monkeypatch.setattr(guards, "OPEN_PAGES", "10 per minute")


@pytest.mark.usefixtures("strict")
def test_pages_and_calendars_behind_one_link_are_not_fetched_without_end(client: OwnClient) -> None:
    meeting = make.meeting()
    offices = [make.participant(meeting.conference, name, "DE") for name in ("Bonn", "Aachen")]
    for office in offices:
        make.contact(office)
    first, second = (make.invitation(meeting, office) for office in offices)

    codes = [client.get(f"{make.link(first)}/calendar.ics").status_code for _ in range(7)]

    assert codes == [200] * 5 + [429] * 2
    refused = client.get(make.link(first))
    assert int(refused.headers["Retry-After"]) <= 61
    # Another office of the same town hall, and an answer by the same link, still pass.
    assert client.get(make.link(second)).status_code == 200
    assert client.post(make.link(first), data={"answer": "accepted"}).status_code == 302


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("path", ["/press/", "/press/feed-en.atom", "/privacy", "/sign-in"])
def test_what_is_open_to_all_is_limited_by_network(client: OwnClient, path: str) -> None:
    codes = [client.get(path).status_code for _ in range(12)]

    assert codes[-2:] == [429] * 2
    assert set(codes[:10]) <= {200, 304, 404}
    elsewhere = client.get(path, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code != 429


@pytest.mark.usefixtures("strict")
def test_monitors_styles_and_fonts_are_never_refused(client: OwnClient) -> None:
    for path in ("/health/ready", "/static/roundtable.css", "/fonts/source-sans-400.woff2"):
        for _ in range(15):
            with client.get(path) as answer:
                assert answer.status_code == 200


def test_town_halls_and_newsrooms_that_share_an_address_have_room(client: OwnClient) -> None:
    assert {client.get("/privacy").status_code for _ in range(300)} == {200}


def test_sixty_pictures_an_hour_are_enough_for_one_person(
    organizer: OwnClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary, _ = newsroom.begun_summary()
    db.session.commit()
    address = f"/meetings/{summary.meeting_id}/press/pictures"

    codes = [
        organizer.post(address, data={"picture": (io.BytesIO(b"none"), "a.jpg")}).status_code
        for _ in range(61)
    ]

    assert set(codes[:60]) == {422}
    assert codes[60] == 429


def test_work_that_finds_no_free_process_is_refused_in_words_instead_of_keeping_a_thread(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LONGEST_WAIT_SECONDS", 0.01)
    taken = [workers._free.acquire() for _ in range(workers.PROCESSES)]
    try:
        with pytest.raises(Refusal, match="Please try again in a minute"):
            workers.run(len, b"work")
    finally:
        for _ in taken:
            workers._free.release()

    assert workers.run(len, b"work") == 4
