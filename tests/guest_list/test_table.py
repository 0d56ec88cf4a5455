"""The guest list as one table: sorted by the reader's alphabet, narrowed, changed cell by cell."""

import make
import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient, counted_queries
from flask import Flask

from roundtable.db import Texts, db
from roundtable.guests.models import Contact, Participant
from roundtable.guests.roles import ParticipantRole
from roundtable.invitations.rsvp import Answer


def _cities(client: OwnClient, address: str) -> list[str]:
    page = BeautifulSoup(client.get(address).text, "html.parser")
    return [cell.get_text(strip=True) for cell in page.select("tbody th")]


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("tr", ["Cizre", "Çankaya", "Iğdır", "İzmir", "Ordu", "Österreich", "Şırnak", "Van"]),
        ("de", ["Çankaya", "Cizre", "Iğdır", "İzmir", "Ordu", "Österreich", "Şırnak", "Van"]),
    ],
)
def test_cities_sort_by_the_readers_alphabet(
    app: Flask, organizer: OwnClient, language: str, wanted: list[str]
) -> None:
    conference = make.conference()
    for name in ("Van", "Österreich", "Ordu", "İzmir", "Iğdır", "Şırnak", "Çankaya", "Cizre"):
        make.participant(conference, name)
    db.session.commit()
    address = f"/conferences/{conference.id}/guests?lang={language}"

    assert _cities(organizer, f"{address}&sort=city") == wanted
    assert _cities(organizer, f"{address}&sort=city&down=1") == wanted[::-1]


def test_the_list_is_narrowed_by_answer_country_role_words_and_what_is_missing(
    app: Flask, organizer: OwnClient
) -> None:
    meeting = make.meeting()
    conference = meeting.conference
    ankara = make.participant(conference, "Ankara", person="Ayşe Yılmaz", offices=make.texts("Mayor"))
    make.contact(ankara)
    make.invitation(meeting, ankara, answer=Answer.DECLINED)
    koeln = make.participant(conference, "Köln", "DE", role=ParticipantRole.OBSERVER)
    make.contact(koeln, "protokoll@koeln.example.org")
    koeln.city.names = Texts({"en": "Cologne", "de": "Köln", "tr": "Köln"})
    make.participant(conference, "Bursa")
    db.session.commit()
    address = f"/conferences/{conference.id}/guests"

    assert _cities(organizer, f"{address}?answer=declined") == ["Ankara"]
    assert _cities(organizer, f"{address}?answer=not-invited") == ["Cologne", "Bursa"]
    assert _cities(organizer, f"{address}?country=DE") == ["Cologne"]
    assert _cities(organizer, f"{address}?role=observer") == ["Cologne"]
    assert _cities(organizer, f"{address}?text=YILMAZ") == ["Ankara"]
    assert _cities(organizer, f"{address}?text=protokoll") == ["Cologne"]
    assert _cities(organizer, f"{address}?missing=contact") == ["Bursa"]
    assert _cities(organizer, f"{address}?missing=state") == ["Cologne"]
    assert _cities(organizer, f"{address}?missing=names") == ["Ankara", "Bursa"]
    assert _cities(organizer, f"{address}?missing=person") == ["Cologne", "Bursa"]


def test_a_narrowed_list_that_is_empty_says_so(app: Flask, organizer: OwnClient) -> None:
    conference = make.conference()
    make.participant(conference)
    db.session.commit()

    assert "No city is like that." in organizer.get(f"/conferences/{conference.id}/guests?text=zzz").text


def _change(
    client: OwnClient, one: Participant, field: str, value: str, was: str
) -> tuple[int, dict[str, str]]:
    response = client.post(
        f"/conferences/{one.conference_id}/guests/{one.id}/cell",
        data={"field": field, "value": value, "was": was},
    )
    assert response.json is not None
    return response.status_code, response.json


@pytest.mark.parametrize(
    ("field", "was", "value", "now"),
    [
        ("city", "Köln", "Cologne", "Cologne"),
        ("country", "DE", "at", "AT"),
        ("zone", "Europe/Berlin", "Europe/Vienna", "Europe/Vienna"),
        ("state", "", "nw", "NW"),
        ("person", "", "  Maria   Muster ", "Maria Muster"),
        ("office", "Mayor of Köln en", "Lord Mayor", "Lord Mayor"),
        ("role", "speaker", "chair", "chair"),
        ("since", "", "2015-10-22", "2015-10-22"),
        ("since", "", "22.10.2015", "2015-10-22"),
        ("country", "DE", "Türkiye", "TR"),
        ("state", "", "Nordrhein-Westfalen", "NW"),
        ("contact", "Private Office", "Büro OB", "Büro OB"),
        ("email", "office@koln.example.org", "NEU@koeln.example.org", "NEU@koeln.example.org"),
        ("language", "en", "de", "de"),
    ],
)
def test_every_cell_of_the_table_can_be_changed(
    app: Flask, organizer: OwnClient, field: str, was: str, value: str, now: str
) -> None:
    one = make.participant(make.conference(), "Köln", "DE")
    make.contact(one)
    db.session.commit()

    assert _change(organizer, one, field, value, was) == (200, {"value": now})
    assert _change(organizer, one, field, now, was) == (
        200,
        {"value": now},
    )  # a repeated request is no conflict


@pytest.mark.parametrize(
    ("field", "was", "value", "sentence"),
    [
        ("city", "Köln", "", "A city needs a name."),
        ("city", "Köln", "Bonn", "is on the guest list already"),
        ("country", "DE", "ZZ", "is not a country"),
        ("zone", "Europe/Berlin", "Mars", "is not a time zone"),
        ("email", "office@koln.example.org", "nonsense", "is not a mail address"),
        ("since", "", "soon", "is not a date"),
        ("state", "", "Bavaria", "is not a state of DE"),
        ("person", "", "x" * 201, "more than 200 characters"),
        ("person", "Somebody", "Me", "Somebody else has changed this meanwhile"),
        ("precedence", "", "1", "cannot be changed here"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_reason_and_nothing_changes(
    app: Flask, organizer: OwnClient, field: str, was: str, value: str, sentence: str
) -> None:
    conference = make.conference()
    one = make.participant(conference, "Köln", "DE")
    make.contact(one)
    make.participant(conference, "Bonn", "DE")
    db.session.commit()

    status, said = _change(organizer, one, field, value, was)

    assert status == 422
    assert sentence in said["error"]
    db.session.expire_all()
    assert (one.city.names, one.person, one.city.country) == ({"en": "Köln"}, "", "DE")


def test_two_editors_never_overwrite_each_other(app: Flask, organizer: OwnClient) -> None:
    one = make.participant(make.conference(), "Köln", "DE")
    db.session.commit()

    assert _change(organizer, one, "person", "First", "")[0] == 200
    status, said = _change(organizer, one, "person", "Second", "")

    assert status == 422
    assert "“First”" in said["error"]
    db.session.expire_all()
    assert one.person == "First"


def test_an_address_in_an_empty_row_makes_the_contact(app: Flask, organizer: OwnClient) -> None:
    one = make.participant(make.conference(), "Köln", "DE")
    db.session.commit()

    assert _change(organizer, one, "contact", "Büro", "")[0] == 422
    assert _change(organizer, one, "email", "a@koeln.example.org", "") == (
        200,
        {"value": "a@koeln.example.org"},
    )
    assert db.session.query(Contact).one().participant_id == one.id


def test_a_city_of_the_catalogue_needs_only_its_name(app: Flask, organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()
    data = {"city-tr": "Münih", "role": "speaker", "name": "Büro", "email": "a@example.org", "language": "de"}

    organizer.post(f"/conferences/{conference.id}/guests/new", data=data)

    city = db.session.query(Participant).one().city
    assert (city.names["de"], city.country, city.state, city.zone) == ("München", "DE", "BY", "Europe/Berlin")


def test_an_unknown_city_asks_for_country_and_zone(app: Flask, organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()
    data = {"city-en": "Atlantis", "role": "speaker", "name": "B", "email": "a@example.org", "language": "de"}

    response = organizer.post(f"/conferences/{conference.id}/guests/new", data=data)

    assert response.status_code == 422
    assert "Please fill in this field." in response.text


def test_the_page_asks_as_often_for_500_guests_as_for_20(app: Flask, organizer: OwnClient) -> None:
    counts = []
    for number in (20, 500):
        meeting = make.table_of(number)
        with counted_queries() as statements:
            assert organizer.get(f"/conferences/{meeting.conference_id}/guests").status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 12
