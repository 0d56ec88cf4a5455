from datetime import UTC, datetime

import make
import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient
from sqlalchemy import select

from roundtable.conferences.models import Body, Conference, Meeting, Membership
from roundtable.conferences.roles import Role
from roundtable.conferences.service import add_member
from roundtable.db import db
from roundtable.invitations import service as invitations
from roundtable.mail.models import Pace

FORM = {
    "titles-en": "Sister Cities",
    "titles-tr": "Kardeş Şehirler",
    "languages": ["tr", "en"],
    "home_zone": "Europe/Istanbul",
    "contact_name": "Desk",
    "contact_email": "desk@example.org",
}
SESSION = {
    "titles-en": "Round Table",
    "day": "2026-10-20",
    "hour": "13:00",
    "zone": "Europe/Istanbul",
    "duration_minutes": "90",
    "close_day": "2026-10-18",
    "close_hour": "18:00",
    "deputies": "allowed",
}


def test_who_creates_a_conference_is_its_organizer(organizer: OwnClient) -> None:
    response = organizer.post("/conferences/new", data=FORM)

    conference = db.session.scalars(select(Conference)).one()
    assert response.headers["Location"] == f"/conferences/{conference.id}"
    assert conference.titles == {"en": "Sister Cities", "tr": "Kardeş Şehirler"}
    assert conference.languages == ["tr", "en"]
    assert db.session.scalars(select(Membership.role)).one() is Role.ORGANIZER


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("home_zone", "Berlin", "“Berlin” is not a time zone."),
        ("contact_email", "nobody", "Please enter one mail address"),
        ("contact_name", "", "Please fill in this field."),
        ("titles-en", "x" * 201, "Please use at most 200 characters."),
        ("languages", [], "Please choose at least one language."),
        ("languages", ["xx"], "xx"),
    ],
)
def test_a_faulty_conference_is_shown_again_with_what_was_typed(
    organizer: OwnClient, field: str, value: str | list[str], sentence: str
) -> None:
    response = organizer.post("/conferences/new", data={**FORM, field: value})

    assert response.status_code == 422
    assert sentence in response.text
    assert 'value="Kardeş Şehirler"' in response.text
    assert db.session.scalars(select(Conference)).all() == []


def test_a_meeting_stands_at_a_wall_time_in_a_zone(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()

    response = organizer.post(f"/conferences/{conference.id}/meetings/new", data=SESSION)

    meeting = db.session.scalars(select(Meeting)).one()
    assert response.headers["Location"] == f"/meetings/{meeting.id}"
    assert meeting.wall_time == datetime(2026, 10, 20, 13, 0)
    assert meeting.starts_at == datetime(2026, 10, 20, 10, 0, tzinfo=UTC)
    assert meeting.answers_close_at == datetime(2026, 10, 18, 15, 0, tzinfo=UTC)
    assert meeting.revision == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"zone": "Europe/Berlin", "day": "2027-03-28", "hour": "02:30"}, "does not exist in Europe/Berlin"),
        ({"zone": "Europe/Berlin", "day": "2026-10-25", "hour": "02:30"}, "comes twice in Europe/Berlin"),
        ({"close_day": "2026-10-21"}, "Answers must close before the session begins."),
        ({"close_hour": ""}, "Please enter both the day and the hour, or neither."),
        ({"duration_minutes": "3"}, "Please enter 5 to 1440 minutes."),
        ({"duration_minutes": "ninety"}, "Not a valid integer value."),
        ({"day": "20.10.2026"}, "Not a valid date value."),
        ({"titles-en": ""}, "Please fill in at least one language."),
    ],
)
def test_a_faulty_session_is_refused_beside_the_field(
    organizer: OwnClient, changed: dict[str, str], sentence: str
) -> None:
    conference = make.conference()
    db.session.commit()

    response = organizer.post(f"/conferences/{conference.id}/meetings/new", data={**SESSION, **changed})

    assert response.status_code == 422
    assert sentence in response.text
    assert 'class="fault"' in response.text
    assert db.session.scalars(select(Meeting)).all() == []


def test_the_refusal_of_a_wall_time_speaks_the_readers_language(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()
    data = {**SESSION, "zone": "Europe/Berlin", "day": "2027-03-28", "hour": "02:30"}

    page = organizer.post(f"/conferences/{conference.id}/meetings/new?lang=de", data=data).text

    assert "Die Uhren werden an diesem Tag von 02:00 auf 03:00 vorgestellt." in page


def test_saving_a_session_unchanged_tells_nobody_anything_new(organizer: OwnClient) -> None:
    meeting = make.meeting()
    db.session.commit()
    data = {
        **SESSION,
        "titles-en": "Round Table en",
        "titles-de": "Round Table de",
        "titles-tr": "Round Table tr",
    }

    organizer.post(f"/meetings/{meeting.id}/edit", data=data)

    db.session.refresh(meeting)
    assert meeting.revision == 0


def test_a_body_is_added_and_removed(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()

    organizer.post(f"/conferences/{conference.id}/bodies", data={"names-en": "Union", "role": "host"})
    body = db.session.scalars(select(Body)).one()
    assert body.names == {"en": "Union"}

    organizer.post(f"/conferences/{conference.id}/bodies/{body.id}/remove")
    assert db.session.scalars(select(Body)).all() == []


def test_a_colleague_gets_another_role_and_the_last_organizer_stays(organizer: OwnClient) -> None:
    conference = make.conference()
    colleague = add_member(conference, make.user("press@example.org"), Role.OBSERVER)
    own = db.session.scalars(select(Membership).where(Membership.user == make.user())).one()
    db.session.commit()
    address = f"/conferences/{conference.id}/members"

    organizer.post(f"{address}/{colleague.id}/role", data={"role": "press-officer"})
    organizer.post(f"{address}/{own.id}/role", data={"role": "observer"})
    organizer.post(f"{address}/{own.id}/remove")

    db.session.expire_all()
    assert (colleague.role, own.role) == (Role.PRESS_OFFICER, Role.ORGANIZER)
    assert "A conference keeps at least one organizer." in organizer.get(f"/conferences/{conference.id}").text


def test_strangers_find_nothing_and_members_without_the_right_are_refused(client: OwnClient) -> None:
    press = make.user("press@example.org")
    foreign = make.conference()
    own = make.conference(role=Role.PRESS_OFFICER, of=press)
    db.session.commit()
    client.sign_in(press)

    assert client.get(f"/conferences/{foreign.id}").status_code == 404
    assert client.get("/conferences/999999").status_code == 404
    assert client.get(f"/conferences/{own.id}").status_code == 200
    assert client.get(f"/conferences/{own.id}/edit").status_code == 403


def test_a_conference_has_its_own_sender_and_pace(organizer: OwnClient) -> None:
    own = {
        **FORM,
        "sender_names-tr": "Kentler Birliği",
        "sender_email": "cities@roundtable.example.org",
        "letters_per_minute": "30",
    }

    organizer.post("/conferences/new", data=own)

    conference = db.session.scalars(select(Conference)).one()
    assert (conference.sender_names, conference.sender_email) == (
        {"tr": "Kentler Birliği"},
        "cities@roundtable.example.org",
    )
    pace = db.session.scalars(select(Pace)).one()
    assert (pace.key, pace.letters_per_minute) == (f"conference/{conference.id}", 30)
    organizer.post(f"/conferences/{conference.id}/edit", data={**own, "letters_per_minute": ""})
    assert db.session.scalars(select(Pace)).all() == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("sender_email", "cities@elsewhere.example.org", "ends in @roundtable.example.org"),
        ("letters_per_minute", "0", "Please enter 1 to 10000, or nothing."),
    ],
)
def test_letters_come_only_from_the_programs_domain_and_at_a_pace_that_goes_on(
    organizer: OwnClient, field: str, value: str, sentence: str
) -> None:
    response = organizer.post("/conferences/new", data={**FORM, field: value})

    assert response.status_code == 422
    assert sentence in response.text


def test_the_senders_address_stays_once_letters_have_gone_out(organizer: OwnClient) -> None:
    organizer.post("/conferences/new", data=FORM)
    conference = db.session.scalars(select(Conference)).one()
    make.contact(make.participant(conference))
    invitations.invite(make.meeting(conference))
    db.session.commit()
    address = f"/conferences/{conference.id}/edit"

    moved = organizer.post(address, data={**FORM, "sender_email": "new@roundtable.example.org"})
    renamed = organizer.post(address, data={**FORM, "sender_names-en": "Union of Cities"})

    assert (moved.status_code, renamed.status_code) == (422, 302)
    assert "calendars know the sessions by the sender" in moved.text


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2", "7", "The last reminder comes after the first one."),
        ("91", "2", "Please enter 1 to 90, or nothing."),
        ("x", "2", "Not a valid integer value."),
    ],
)
def test_reminders_come_in_their_order(organizer: OwnClient, first: str, last: str, sentence: str) -> None:
    conference = make.conference()
    db.session.commit()
    data = {**SESSION, "reminder_days": first, "last_reminder_days": last}

    response = organizer.post(f"/conferences/{conference.id}/meetings/new", data=data)

    assert response.status_code == 422
    assert sentence in response.text


def test_organizers_reach_the_contact_person_by_touching_the_address_or_the_number(
    organizer: OwnClient,
) -> None:
    about = make.conference()
    db.session.commit()

    page = BeautifulSoup(organizer.get(f"/conferences/{about.id}").text, "html.parser")

    mail, number = page.select_one("a[href^='mailto:']"), page.select_one("a[href^='tel:']")
    assert mail is not None
    assert number is not None
    assert mail["href"] == f"mailto:{about.contact_email}"
    assert (number["href"], number.text) == ("tel:+4930000000", "+49 30 000000")
