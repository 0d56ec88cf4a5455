import make
import pytest
from conftest import OwnClient
from sqlalchemy import select

from roundtable.db import db
from roundtable.guests import service
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import participants_of
from roundtable.guests.roles import OrderRule, ParticipantRole

FORM = {
    "city-en": "Cologne",
    "city-de": "Köln",
    "country": "de",
    "zone": "Europe/Berlin",
    "offices-de": "Oberbürgermeisterin der Stadt Köln",
    "role": "speaker",
    "name": "Büro",
    "email": "buero@koeln.example.org",
    "language": "de",
}


def test_a_city_is_added_by_hand_with_its_contact(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()

    response = organizer.post(f"/conferences/{conference.id}/guests/new", data=FORM)

    participant = db.session.scalars(select(Participant)).one()
    contact = db.session.scalars(select(Contact)).one()
    assert response.status_code == 302
    assert participant.city.names == {"en": "Cologne", "de": "Köln", "tr": "Köln"}
    assert (participant.city.country, contact.email) == ("DE", "buero@koeln.example.org")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"country": "ZZ"}, "“ZZ” is not a country."),
        ({"zone": "Mars/Olympus"}, "is not a time zone"),
        ({"email": "x"}, "Please enter one mail address"),
        ({"city-en": "", "city-de": ""}, "Please fill in at least one language."),
        ({"role": "emperor"}, "Not a valid choice."),
        ({"city-de": "KÖLN ", "city-en": ""}, "is on the guest list already"),
    ],
)
def test_a_faulty_city_is_shown_again_and_nothing_is_stored(
    organizer: OwnClient, changed: dict[str, str], sentence: str
) -> None:
    conference = make.conference()
    taken = make.participant(conference, "Köln", "DE")
    db.session.commit()

    response = organizer.post(f"/conferences/{conference.id}/guests/new", data={**FORM, **changed})

    assert response.status_code == 422
    assert sentence in response.text
    assert "Oberbürgermeisterin der Stadt Köln" in response.text
    assert db.session.scalars(select(Participant)).all() == [taken]


def test_a_new_address_gets_a_new_link_and_the_old_one_ends(organizer: OwnClient) -> None:
    one = make.invitation()
    contact, old = make.contact_of(one), make.link(one)
    address = f"/conferences/{one.meeting.conference_id}/guests/{one.participant_id}/contacts/{contact.id}"

    organizer.post(address, data={"name": "New", "email": "new@ankara.example.org", "language": "tr"})

    assert organizer.get(old).status_code == 404
    assert organizer.get(make.link(one)).status_code == 200


def test_protocol_order_alternates_countries_behind_the_chair(organizer: OwnClient) -> None:
    conference = make.conference()
    for name, country in (("Zonguldak", "TR"), ("Ankara", "TR"), ("Aachen", "DE"), ("Bonn", "DE")):
        role = ParticipantRole.CHAIR if name == "Zonguldak" else ParticipantRole.SPEAKER
        make.participant(conference, name, country, role=role)
    make.participant(conference, "Brussels", "BE", zone="Europe/Brussels", role=ParticipantRole.OBSERVER)
    db.session.commit()

    organizer.post(f"/conferences/{conference.id}/guests/order", data={"rule": OrderRule.ALTERNATING.value})

    names = [one.city.names["en"] for one in participants_of(conference.id)]
    assert names == ["Zonguldak", "Aachen", "Ankara", "Bonn", "Brussels"]


def test_a_city_moves_up_by_hand(organizer: OwnClient) -> None:
    conference = make.conference()
    make.participant(conference, "One")
    two = make.participant(conference, "Two")
    db.session.commit()

    organizer.post(f"/conferences/{conference.id}/guests/{two.id}/move", data={"direction": "up"})

    assert [one.city.names["en"] for one in participants_of(conference.id)] == ["Two", "One"]


def test_another_conferences_guests_cannot_be_touched(organizer: OwnClient) -> None:
    own = make.conference()
    foreign = make.participant(make.conference(of=make.user("other@example.org")), "Secret")
    db.session.commit()

    assert organizer.get(f"/conferences/{own.id}/guests/{foreign.id}").status_code == 404
    response = organizer.post(f"/conferences/{own.id}/guests/{foreign.id}/move", data={"direction": "up"})
    assert response.status_code == 404


def test_two_conferences_do_not_share_a_city(organizer: OwnClient) -> None:
    one, other = make.conference(), make.conference()
    names = service.CityInWords(make.texts("Ankara"), "TR", "Europe/Istanbul")

    assert service.city(one, names) is not service.city(other, names)


def test_a_city_is_corrected_with_its_country_and_not_into_another_one(organizer: OwnClient) -> None:
    conference = make.conference()
    make.participant(conference, "Bonn", "DE")
    one = make.participant(conference, "Vienna", "DE")
    db.session.commit()
    address = f"/conferences/{conference.id}/guests/{one.id}"
    data = {"city-en": "Vienna", "country": "AT", "zone": "Europe/Vienna", "role": "observer"}

    right = organizer.post(address, data=data)
    wrong = organizer.post(address, data={**data, "city-en": "BONN", "country": "DE"})

    assert (right.status_code, wrong.status_code) == (302, 422)
    assert "Bonn is on the guest list already." in wrong.text
    assert (one.city.country, one.city.zone, one.role) == ("AT", "Europe/Vienna", ParticipantRole.OBSERVER)


def test_a_city_is_taken_off_the_list_until_it_has_been_invited(organizer: OwnClient) -> None:
    invited = make.invitation()
    other = make.participant(invited.meeting.conference, "Bursa")
    make.contact(other)
    db.session.commit()
    base = f"/conferences/{invited.meeting.conference_id}/guests"

    gone = organizer.post(f"{base}/{other.id}/remove")
    stays = organizer.post(f"{base}/{invited.participant_id}/remove")

    assert (gone.status_code, stays.status_code) == (302, 409)
    assert "Ankara has been invited already" in stays.text
    assert [one.city.names["en"] for one in participants_of(invited.meeting.conference_id)] == ["Ankara"]
