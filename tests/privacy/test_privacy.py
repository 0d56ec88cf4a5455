"""One person's data come out as one file and go at one wish; what has had its time goes by itself."""

import json
import re
from datetime import UTC, timedelta
from typing import Any

import make
import pytest
from conftest import OwnClient
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from press import newsroom
from sqlalchemy import select

from roundtable import clock
from roundtable.audit import service as log
from roundtable.audit.models import AuditDetail
from roundtable.conferences.models import Conference
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.guests.queries import participants_of
from roundtable.invitations.models import AnswerGiven, Invitation
from roundtable.mail.models import Letter
from roundtable.minutes.models import Minutes
from roundtable.privacy import erasing_service, person_queries, retention_service
from roundtable.privacy.jobs import remove_from_conferences, remove_what_is_due
from roundtable.privacy.words import KINDS
from roundtable.video.models import Passage

ADDRESS = "Office@ankara.example.org"
NAME = "Ayşe Sekreter"


def story(client: OwnClient) -> Invitation:
    """An office answers, with a note; another one does, too."""
    meeting = make.meeting()
    city = make.participant(meeting.conference, "Ankara")
    make.contact(city, ADDRESS, name=NAME)
    one = make.invitation(meeting, city)
    other = make.invitation(meeting, _other(meeting.conference))
    for invitation, words in ((one, "With an interpreter"), (other, "Foreign words")):
        client.post(make.link(invitation), data={"answer": "accepted", "note": words})
    db.session.expire_all()
    return one


def _other(conference: Conference) -> Any:
    city = make.participant(conference, "Bonn", "DE")
    make.contact(city, name="Bernd Büro")
    return city


def everything() -> str:
    """Return every row of every table as text."""
    rows = [db.session.execute(table.select()).all() for table in db.metadata.sorted_tables]
    return str(rows).replace("\\\\u015f", "ş")


def test_everything_about_a_person_comes_out_as_one_file_and_nothing_about_others(client: OwnClient) -> None:
    story(client)

    found = json.dumps(person_queries.gathered(ADDRESS.lower()), ensure_ascii=False)

    assert NAME in found
    assert "Ankara" in found
    assert json.loads(found)["answers"][0]["note"] == "With an interpreter"
    assert json.loads(found)["letters"]
    assert not re.search("Bernd|Foreign words|bonn", found)
    assert "/g/" not in found  # links stay secret
    assert {one["act"] for one in json.loads(found)["done_by_this_person"]} >= {"created"}


def test_an_erased_person_is_nowhere_but_in_what_must_stay(client: OwnClient) -> None:
    one = story(client)
    meeting_id = one.meeting_id
    assert ADDRESS.lower() in everything().lower()

    done = erasing_service.erase(ADDRESS)
    db.session.commit()

    rest = everything()
    assert ADDRESS.lower() not in rest.lower()
    assert NAME not in rest
    assert "Bernd Büro" in rest  # nobody else went
    assert done["contacts"] == 1
    assert done["letters"] >= 1
    assert log.verify().fault == ""
    # The city's answer is the city's.
    assert (
        db.session.scalars(select(Invitation).where(Invitation.meeting_id == meeting_id)).first() is not None
    )


def test_an_erased_deputy_is_nowhere_either(client: OwnClient) -> None:
    one = story(client)
    deputy = {
        "answer": "delegated",
        "deputy_name": "Zeynep Vekil",
        "deputy_office": "Deputy mayor",
        "deputy_email": "vekil@ankara.example.org",
        "deputy_language": "tr",
    }
    assert client.post(make.link(one), data=deputy).status_code == 302
    db.session.add(
        Passage(
            meeting_id=one.meeting_id,
            participant_id=one.participant_id,
            called="Zeynep Vekil, Ankara",
            is_deputy=True,
            at=make.NOW,
        )
    )
    db.session.commit()
    assert "Zeynep" in everything()

    erasing_service.erase("vekil@ankara.example.org")
    db.session.commit()

    assert "Zeynep" not in everything()
    assert "vekil@ankara" not in everything()


def test_a_link_that_was_sent_to_an_erased_person_opens_nothing(client: OwnClient) -> None:
    one = story(client)
    link = make.link(one)

    erasing_service.erase(ADDRESS)
    db.session.commit()

    assert client.get(link).status_code == 404


def test_an_erased_account_is_out_and_its_acts_stay_without_a_name(organizer: OwnClient) -> None:
    about = make.conference()
    db.session.commit()
    organizer.post(f"/conferences/{about.id}/bodies", data={"names-en": "Body", "role": "host"})

    done = erasing_service.erase("organizer@example.org")
    db.session.commit()

    assert organizer.get("/").status_code == 302
    assert done["account"] == 1
    assert "organizer@example.org" not in everything()
    assert "Ada Organizer" not in str(db.session.scalars(select(AuditDetail.content)).all())


def test_the_last_administrator_is_not_erased(app: Flask) -> None:
    make.user(is_administrator=True)
    db.session.commit()

    with pytest.raises(Refusal):
        erasing_service.erase("organizer@example.org")


def test_approved_minutes_stay_whole_and_that_is_said(app: Flask) -> None:
    entries = newsroom.approved()
    minutes = entries[0].minutes
    city = participants_of(minutes.meeting.conference_id)[0]
    sealed, hashed = json.dumps(minutes.sealed), minutes.content_hash
    make.contact(city, "named@example.org", name=str(city.offices["en"]))
    db.session.commit()

    done = erasing_service.erase("named@example.org")
    db.session.commit()

    again = db.session.get_one(Minutes, minutes.id)
    assert (json.dumps(again.sealed), again.content_hash) == (sealed, hashed)
    assert done["stays: approved minutes"] == 1


def test_every_kind_has_a_name(client: OwnClient) -> None:
    one = story(client)
    conference = one.meeting.conference
    done = erasing_service.erase(ADDRESS)

    assert set(done) <= set(KINDS)
    assert set(retention_service.preview(conference)) <= set(KINDS)


# --- What has had its time --------------------------------------------------------------------------------------


def test_the_preview_says_what_goes_and_that_goes(client: OwnClient) -> None:
    conference = story(client).meeting.conference
    clock.set_source(lambda: make.NOW + timedelta(days=365))
    said = retention_service.preview(conference)
    unchanged = everything()

    gone = retention_service.remove(conference)
    db.session.commit()

    assert said == gone
    assert unchanged != everything()
    assert not any(retention_service.preview(conference).values())
    assert db.session.scalars(select(Letter)).all() == []
    assert db.session.scalars(select(Contact)).all() == []
    assert db.session.scalars(select(AnswerGiven)).all() == []
    assert {one.note for one in db.session.scalars(select(Invitation))} == {""}
    assert log.verify().fault == ""


def test_nothing_goes_while_a_session_is_still_to_come(client: OwnClient) -> None:
    conference = story(client).meeting.conference

    with pytest.raises(Refusal, match="still to come"):
        retention_service.remove(conference)


def test_it_goes_by_itself_when_it_is_time_and_not_before(client: OwnClient) -> None:
    meeting = story(client).meeting
    meeting.conference.keep_months = 6
    db.session.commit()
    due = retention_service.due_at(meeting.conference)
    assert due == retention_service.after_months(meeting.ends_at, 6)

    clock.set_source(lambda: due - timedelta(seconds=1))
    before = remove_what_is_due()
    letters = len(make.outbox())
    clock.set_source(lambda: due)
    after = remove_what_is_due()

    assert (before, letters > 0, after > 0) == (0, True, True)
    assert make.outbox() == []
    assert remove_what_is_due() == 0


def test_a_conference_can_keep_everything(client: OwnClient) -> None:
    meeting = story(client).meeting
    meeting.conference.keep_months = None
    db.session.commit()
    clock.set_source(lambda: make.NOW + timedelta(days=3000))

    assert retention_service.conferences_to_look_at() == []
    assert remove_from_conferences() == 0


def test_minutes_and_publications_stay(app: Flask) -> None:
    summary, entries = newsroom.finished(languages=("en",))
    newsroom.published(summary)
    minutes = entries[0].minutes
    sealed = json.dumps(minutes.sealed)
    clock.set_source(lambda: make.NOW + timedelta(days=3000))

    retention_service.remove(minutes.meeting.conference)
    db.session.commit()

    assert json.dumps(db.session.get_one(Minutes, minutes.id).sealed) == sealed
    client = app.test_client()
    assert client.get("/press/").text.count("/press/") > 2


@given(st.datetimes(timezones=st.just(UTC)), st.integers(1, 120))
def test_months_go_to_the_same_day_or_the_last_of_a_shorter_month(moment: Any, months: int) -> None:
    if moment.year > 9980 or moment.year < 20:
        return
    later = retention_service.after_months(moment, months)

    assert (later.year - moment.year) * 12 + later.month - moment.month == months
    assert later.day == moment.day or (later + timedelta(days=1)).month != later.month


# --- The pages ----------------------------------------------------------------------------------------------------


def test_everybody_can_read_what_is_stored(client: OwnClient) -> None:
    for language, words in (("en", "What is stored"), ("de", "gespeichert"), ("tr", "saklan")):
        assert words in client.get(f"/privacy?lang={language}").text


def test_organizers_see_what_goes_and_choose_when(organizer: OwnClient, client: OwnClient) -> None:
    conference = story(client).meeting.conference
    address = f"/conferences/{conference.id}/data"

    page = organizer.get(address).text
    wrong = organizer.post(address, data={"keep_months": "200"})
    organizer.post(address, data={"keep_months": "3"})
    refused = organizer.post(f"{address}/remove")

    assert "Contacts of offices" in page
    assert wrong.status_code == 422
    db.session.refresh(conference)
    assert conference.keep_months == 3
    assert refused.status_code == 409


def test_administrators_answer_requests_on_one_page(client: OwnClient) -> None:
    story(client)
    client.sign_in(make.user("chief@example.org", is_administrator=True))

    taken = client.post("/administration/people/export", data={"email": ADDRESS})
    erased = client.post("/administration/people/erase", data={"email": ADDRESS})
    again = client.post("/administration/people/erase", data={"email": ADDRESS})

    assert NAME in taken.text
    assert taken.headers["Content-Disposition"] == 'attachment; filename="person.json"'
    assert "Contacts of offices" in erased.text
    assert "Nothing was stored about this address." in again.text


def test_the_same_by_command(app: Flask, client: OwnClient) -> None:
    from flask.cli import ScriptInfo

    from roundtable.cli import main

    story(client)

    def run(*words: str) -> str:
        found = app.test_cli_runner().invoke(main, list(words), obj=ScriptInfo(create_app=lambda: app))
        assert found.exit_code == 0, found.output
        return str(found.output)

    assert json.loads(run("person", "export", ADDRESS))["contacts"][0]["name"] == NAME
    assert "contacts" in run("person", "erase", ADDRESS, "--yes")
    assert "Nothing was stored" in run("person", "erase", ADDRESS, "--yes")
    assert "rows removed" in run("forget")
