"""Action items: followed after approval, reported by offices, reminded once each, carried over."""

import io
from datetime import date, datetime, timedelta
from typing import Any

import make
import pytest
from conftest import OwnClient
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from roundtable import clock
from roundtable.actions import queries, service
from roundtable.actions.jobs import remind_about_actions
from roundtable.actions.rules import Phase, phase
from roundtable.conferences.models import Conference, Meeting
from roundtable.db import Texts, db
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import participants_of, token_of
from roundtable.mail.models import Letter
from roundtable.minutes import entry_service
from roundtable.minutes import queries as minutes_queries
from roundtable.minutes import service as minutes_service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import ActionState, EntryKind
from roundtable.minutes.models import ActionReport


def agreed(due_on: date | None = date(2026, 9, 20)) -> tuple[Conference, Participant]:
    """Return a conference whose first session agreed on something, and the owner."""
    meeting = make.table_of(2, wall_time=datetime(2026, 9, 1, 11, 0))
    owner = participants_of(meeting.conference_id)[0]
    minutes = minutes_service.begin(meeting)
    action = Written(EntryKind.ACTION, "en", Texts({"en": "=Invite all"}), owner_id=owner.id, due_on=due_on)
    entry_service.add_entry(minutes, action, Writer("Writer"))
    clock.set_source(lambda: make.NOW)
    minutes_service.approve(minutes, by="Chair")
    db.session.commit()
    return meeting.conference, owner


def contact_of(owner: Participant) -> Contact:
    return db.session.scalars(select(Contact).where(Contact.participant_id == owner.id)).one()


def on(day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=make.NOW.tzinfo)
    clock.set_source(lambda: moment)


def reminders() -> list[Letter]:
    return [one for one in make.outbox() if one.kind == "action-reminder"]


def test_an_office_reports_on_its_page_and_organizers_see_it(organizer: OwnClient) -> None:
    conference, owner = agreed()
    (item,) = queries.actions_of(conference)
    page = f"/g/{token_of(contact_of(owner))}/actions"

    shown = organizer.get(page).text
    nothing = organizer.post(f"{page}/{item.entry.id}", data={"state": "open"})
    sent = organizer.post(
        f"{page}/{item.entry.id}",
        data={"state": "in-progress", "text": "Letters are out.", "due_on": "2026-10-01"},
    )

    assert "=Invite all" in shown
    assert (nothing.status_code, sent.status_code) == (409, 302)
    (item,) = queries.actions_of(conference)
    assert (item.state, item.due_on) == (ActionState.IN_PROGRESS, date(2026, 10, 1))
    listed = organizer.get(f"/conferences/{conference.id}/actions").text
    assert "Letters are out." in listed
    assert "Private Office" in listed


def test_no_office_reports_on_anothers_behalf(app: Flask, client: OwnClient) -> None:
    conference, owner = agreed()
    (item,) = queries.actions_of(conference)
    other = next(one for one in participants_of(conference.id) if one.id != owner.id)

    page = f"/g/{token_of(contact_of(other))}/actions"

    assert "Invite all" not in client.get(page).text
    assert client.post(f"{page}/{item.entry.id}", data={"state": "done"}).status_code == 404
    assert db.session.scalars(select(ActionReport)).all() == []


def test_the_owner_is_reminded_before_and_after_the_day_once_each(app: Flask) -> None:
    agreed()

    for day, count in ((16, 0), (17, 1), (18, 1), (20, 1), (21, 2), (25, 2)):
        on(date(2026, 9, day))
        remind_about_actions()
        assert len(reminders()) == count, day
    assert "=Invite all (until 20 September 2026)" in reminders()[0].text


def test_what_is_done_reminds_nobody_and_holds_back_what_waits(app: Flask) -> None:
    conference, _ = agreed()
    on(date(2026, 9, 18))
    remind_about_actions()
    (item,) = queries.actions_of(conference)
    service.report(item, ActionState.DONE, "", None, by="Ada")
    db.session.commit()
    on(date(2026, 9, 22))

    remind_about_actions()

    waiting = db.session.execute(select(Letter.id, Letter.kind, Letter.topic)).all()
    (letter,) = reminders()
    assert service.unwanted(list[Any](waiting)) == {letter.id: "the action item is settled"}


@pytest.mark.parametrize(
    ("today", "found"),
    [(16, None), (17, Phase.NEAR), (20, Phase.NEAR), (21, Phase.PASSED)],
)
def test_when_a_reminder_is_due(today: int, found: Phase | None) -> None:
    assert phase(date(2026, 9, 20), date(2026, 9, today)) is found


def test_what_is_open_is_carried_into_the_next_record_and_what_is_done_is_not(organizer: OwnClient) -> None:
    conference, _ = agreed()
    following = make.meeting(conference, wall_time=datetime(2026, 9, 2, 13, 0))
    minutes = minutes_service.begin(following)
    db.session.commit()

    (carried,) = minutes_queries.record_of(minutes).carried
    assert (carried.session, carried.texts, carried.state) == (
        "2026-01",
        {"en": "=Invite all"},
        ActionState.OPEN,
    )
    assert "Open from earlier sessions" in organizer.get(f"/meetings/{following.id}/minutes").text
    (item,) = queries.actions_of(conference)
    service.report(item, ActionState.DROPPED, "Not needed.", None, by="Ada")
    db.session.commit()
    assert minutes_queries.record_of(minutes).carried == ()


def test_the_list_is_exported_without_formulas(organizer: OwnClient) -> None:
    conference, _ = agreed()

    csv = organizer.get(f"/conferences/{conference.id}/actions.csv").data.decode("utf-8-sig")
    book = load_workbook(io.BytesIO(organizer.get(f"/conferences/{conference.id}/actions.xlsx").data))

    assert "'=Invite all" in csv
    cells = [cell for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert organizer.get(f"/conferences/{conference.id}/actions.exe").status_code == 404


def test_drafts_have_no_action_items_yet(organizer: OwnClient) -> None:
    meeting: Meeting = make.table_of(1, wall_time=datetime(2026, 9, 1, 11, 0))
    minutes = minutes_service.begin(meeting)
    owner = participants_of(meeting.conference_id)[0]
    action = Written(
        EntryKind.ACTION, "en", Texts({"en": "Secret plan"}), owner_id=owner.id, due_on=make.NOW.date()
    )
    entry_service.add_entry(minutes, action, Writer("W"))
    db.session.commit()

    assert remind_about_actions() == 0
    assert "Secret plan" not in organizer.get(f"/g/{token_of(contact_of(owner))}/actions").text
    assert "Secret plan" not in organizer.get(f"/conferences/{meeting.conference_id}/actions").text
    clock.set_source(lambda: make.NOW + timedelta(days=1))
