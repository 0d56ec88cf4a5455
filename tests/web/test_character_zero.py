"""The character 0, which no text has: SQLite stores it, PostgreSQL cannot even be asked for it."""

import io

import make
import pytest
from conftest import OwnClient
from sqlalchemy import select

from roundtable.db import db
from roundtable.guest_list.models import GuestListFile


@pytest.mark.parametrize("address", ["/press/x%00/de", "/press/x%00.pdf", "/g/x%00", "/passwords/x%00"])
def test_an_address_with_it_leads_nowhere(client: OwnClient, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("question", ["/search?q=x%00", "/?lang=%00", "{guests}?text=x%00", "{guests}?%00=x"])
def test_a_question_with_it_is_answered_as_without(organizer: OwnClient, question: str) -> None:
    conference = make.conference()
    db.session.commit()

    answer = organizer.get(question.format(guests=f"/conferences/{conference.id}/guests"))

    assert answer.status_code == 200


def test_the_name_of_a_file_loses_it(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()
    file = (io.BytesIO(b"City;Country\nBonn;DE\n"), "list\x00.csv")

    answer = organizer.post(f"/conferences/{conference.id}/guests/import", data={"file": file})

    assert answer.status_code == 302
    assert db.session.scalars(select(GuestListFile.name)).one() == "list.csv"


def test_a_sign_in_from_a_browser_that_sends_it_is_taken(client: OwnClient) -> None:
    make.user()
    db.session.commit()

    answer = client.post(
        "/sign-in",
        data={"email": "organizer@example.org", "password": make.PASSWORD},
        headers={"User-Agent": "Browser\x00 1"},
    )

    assert answer.status_code == 302
