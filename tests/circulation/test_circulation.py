"""Minutes go round, are corrected, approved by an act or by silence, and amended afterwards."""

from datetime import datetime, timedelta
from typing import Any

import make
import pytest
from conftest import OwnClient, counted_queries
from flask import Flask
from sqlalchemy import select

from roundtable import clock
from roundtable.circulation import jobs, service
from roundtable.circulation.service import Circulation, Said
from roundtable.conferences.models import Meeting
from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.guests.queries import participants_of, token_of
from roundtable.invitations.models import Invitation
from roundtable.mail.models import Letter
from roundtable.minutes import amendment_service, entry_service, queries
from roundtable.minutes import service as minutes_service
from roundtable.minutes.amendment_service import chained, values_of
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import EntryKind, MinutesStage, RemarkState
from roundtable.minutes.models import Entry, Minutes, Remark

OWN, OTHERS, COMMON = "Our own budget in confidence.", "Another city in confidence.", "Said to everybody."


def written() -> Minutes:
    """Return the record of a meeting that has just ended: three statements and a decision."""
    meeting = make.table_of(3, wall_time=datetime(2026, 9, 1, 11, 0))
    end = meeting.ends_at
    clock.set_source(lambda: end)
    minutes = minutes_service.begin(meeting)
    first, second, _ = participants_of(meeting.conference_id)
    for entry in (
        Written(EntryKind.STATEMENT, "en", Texts({"en": OWN}), speaker_id=first.id, on_record=False),
        Written(EntryKind.STATEMENT, "en", Texts({"en": OTHERS}), speaker_id=second.id, on_record=False),
        Written(
            EntryKind.STATEMENT, "en", Texts({"en": COMMON, "de": "Allen gesagt."}), speaker_id=second.id
        ),
        Written(EntryKind.DECISION, "en", Texts({"en": "A working group."})),
        Written(EntryKind.ACTION, "en", Texts({"en": "Invite."}), owner_id=first.id),
    ):
        entry_service.add_entry(minutes, entry, Writer("Writer"))
    db.session.commit()
    return minutes


def how(days: float = 7, *, by_silence: bool = False) -> Circulation:
    return Circulation(clock.now() + timedelta(days=days), by_silence)


def later(**gone: float) -> None:
    now = clock.now() + timedelta(**gone)
    clock.set_source(lambda: now)


def offices(minutes: Minutes) -> list[Contact]:
    """Return the office of each city, in the order of `participants_of`."""
    found = db.session.scalars(select(Invitation).where(Invitation.meeting_id == minutes.meeting_id))
    of_cities = {one.participant_id: make.contact_of(one) for one in found}
    return [of_cities[one.id] for one in participants_of(minutes.meeting.conference_id)]


def page_of(minutes: Minutes, contact: Contact) -> str:
    return f"/g/{token_of(contact)}/meetings/{minutes.meeting_id}/minutes"


def circulated(**values: Any) -> Minutes:
    minutes = written()
    service.circulate(minutes, how(**values), by="Ada")
    db.session.commit()
    return minutes


def letters(kind: str) -> list[Letter]:
    return [one for one in make.outbox() if one.kind == kind]


def test_each_office_reads_its_own_statements_in_full_and_never_others_confidences(
    app: Flask, client: OwnClient
) -> None:
    minutes = circulated()
    first, second, third = offices(minutes)

    pages = [client.get(page_of(minutes, one)).text for one in (first, second, third)]

    assert [OWN in page for page in pages] == [True, False, False]
    assert [OTHERS in page for page in pages] == [False, True, False]
    assert [COMMON in page for page in pages] == [True, True, True]


def test_a_draft_is_shown_to_no_office(app: Flask, client: OwnClient) -> None:
    minutes = written()
    office = offices(minutes)[0]

    assert client.get(page_of(minutes, office)).status_code == 404
    assert client.get(page_of(minutes, office) + ".pdf").status_code == 404
    service.circulate(minutes, how(), by="Ada")
    service.take_back(minutes)
    db.session.commit()
    waits = client.get(page_of(minutes, office))
    assert (waits.status_code, "You get a letter as soon as" in waits.text) == (404, True)


def test_every_office_gets_one_letter_with_the_deadline_in_both_zones(organizer: OwnClient) -> None:
    minutes = written()
    data = {"until_day": "2026-09-10", "until_hour": "17:00", "by_silence": "y"}
    base = f"/meetings/{minutes.meeting_id}/minutes/circulation"

    preview = organizer.post(f"{base}/preview", data=data)
    before = len(letters("minutes"))
    organizer.post(base, data=data)

    assert "Send 3 letters" in preview.text
    assert before == 0
    sent = letters("minutes")
    assert len(sent) == 3
    assert "17:00 Istanbul · 16:00 Berlin" in sent[0].text
    assert "the minutes are adopted as they stand" in sent[0].text
    assert (minutes.stage, minutes.adopts_by_silence) == (MinutesStage.CIRCULATED, True)


@pytest.mark.parametrize(
    "data",
    [
        {"until_day": "2026-08-01", "until_hour": "17:00"},
        {"until_day": "", "until_hour": "17:00"},
        {"until_day": "2026-13-01", "until_hour": "25:00"},
    ],
)
def test_a_deadline_that_is_none_is_refused_and_nobody_is_written_to(
    organizer: OwnClient, data: dict[str, str]
) -> None:
    minutes = written()

    response = organizer.post(f"/meetings/{minutes.meeting_id}/minutes/circulation", data=data)

    assert response.status_code in {409, 422}
    assert letters("minutes") == []
    db.session.refresh(minutes)
    assert minutes.stage is MinutesStage.DRAFT


def test_a_correction_is_proposed_accepted_with_a_sentence_and_stands_in_the_record(
    organizer: OwnClient,
) -> None:
    minutes = circulated()
    second = offices(minutes)[1]
    entry = next(one for one in queries.entries_of(minutes) if one.texts["en"] == COMMON)
    page = page_of(minutes, second)
    data = {"entry_id": str(entry.id), "text": "We said more.", "proposed": "Said to all.", "language": "en"}

    for _ in range(2):
        assert organizer.post(page, data=data).status_code == 302
    (remark,) = db.session.scalars(select(Remark))
    waiting = organizer.post(
        f"/meetings/{minutes.meeting_id}/minutes/approve", data={"approved_by": "The Chair"}
    )
    organizer.post(
        f"/meetings/{minutes.meeting_id}/minutes/remarks/{remark.id}",
        data={"state": "accepted", "answer": "You are right.", "takes_words": "y"},
    )

    assert waiting.status_code == 409
    assert "Please answer every remark first" in waiting.text
    db.session.refresh(entry)
    assert entry.texts == {"en": "Said to all.", "de": "Allen gesagt."}
    # The translation is behind now.
    assert next(one for one in queries.record_of(minutes).entries() if one.id == entry.id).stale == ("de",)
    (letter,) = letters("minutes-answer")
    assert letter.recipient_email == second.email
    assert "Accepted: You are right." in letter.text
    assert "You are right." in organizer.get(page).text
    assert (
        organizer.post(
            f"/meetings/{minutes.meeting_id}/minutes/remarks/{remark.id}",
            data={"state": "refused", "answer": "No."},
        ).status_code
        == 409
    )


def test_a_refused_remark_changes_nothing_but_is_answered(organizer: OwnClient) -> None:
    minutes = circulated()
    service.remark(minutes, offices(minutes)[0], Said(None, False, "Too short.", "", "en"))
    db.session.commit()
    (remark,) = db.session.scalars(select(Remark))
    address = f"/meetings/{minutes.meeting_id}/minutes/remarks/{remark.id}"

    assert organizer.post(address, data={"state": "refused", "answer": ""}).status_code == 422
    organizer.post(address, data={"state": "refused", "answer": "It is as long as it has to be."})

    db.session.refresh(remark)
    assert (remark.state, remark.answered_by) == (RemarkState.REFUSED, "Ada Organizer")
    assert "Not accepted: It is as long" in letters("minutes-answer")[0].text


def test_nobody_remarks_on_what_is_not_shown_to_them(app: Flask, client: OwnClient) -> None:
    minutes = circulated()
    first = offices(minutes)[0]
    hidden = next(one for one in queries.entries_of(minutes) if one.texts["en"] == OTHERS)

    response = client.post(
        page_of(minutes, first), data={"entry_id": str(hidden.id), "text": "What?", "language": "en"}
    )

    assert response.status_code == 409
    assert OTHERS not in response.text
    assert db.session.scalars(select(Remark)).all() == []


def test_after_the_deadline_a_remark_is_refused_and_its_words_stay_on_the_page(
    app: Flask, client: OwnClient
) -> None:
    minutes = circulated()
    entry = queries.entries_of(minutes)[2]
    later(days=8)

    response = client.post(
        page_of(minutes, offices(minutes)[0]),
        data={"entry_id": str(entry.id), "text": "Words that took an hour.", "language": "en"},
    )

    assert response.status_code == 409
    assert "Words that took an hour." in response.text
    assert "The time for corrections is over" in response.text


def test_what_changed_between_any_two_versions_is_shown(organizer: OwnClient) -> None:
    minutes = circulated()
    entry = next(one for one in queries.entries_of(minutes) if one.texts["en"] == COMMON)
    change = Written(EntryKind.STATEMENT, "en", Texts({"en": "Said to nobody."}), speaker_id=entry.speaker_id)
    entry_service.change_entry(entry, change, Writer("Writer"), version=entry.version)
    service.circulate(minutes, how(9), by="Ada")
    entry_service.remove_entry(queries.entries_of(minutes)[0], Writer("Writer"))
    db.session.commit()
    base = f"/meetings/{minutes.meeting_id}/minutes/versions"

    between = organizer.get(f"{base}/1/2").text
    since = organizer.get(f"{base}/2/now").text

    assert "<del> everybody.</del><ins> nobody.</ins>" in between
    assert OWN not in between
    assert f"<del>{OWN}</del>" in since
    assert organizer.get(f"{base}/1/3").status_code == 404
    assert "Nothing differs" in organizer.get(f"{base}/2/2").text
    chosen = organizer.get(base, query_string={"before": "1", "after": "now"})
    assert chosen.headers["Location"] == f"{base}/1/now"
    assert (
        organizer.get(base, query_string={"before": "../..", "after": "//x"})
        .headers["Location"]
        .endswith("/circulation")
    )


# --- Approval ------------------------------------------------------------------------------------------


def test_approval_seals_keeps_a_version_and_tells_every_office(organizer: OwnClient) -> None:
    minutes = circulated()

    organizer.post(f"/meetings/{minutes.meeting_id}/minutes/approve", data={"approved_by": "The Chair"})

    db.session.refresh(minutes)
    assert minutes.is_sealed
    assert [one.occasion.value for one in queries.versions_of(minutes)] == ["circulated", "approved"]
    sent = letters("minutes-approved")
    assert len(sent) == 3
    assert ["something for you to do" in one.text for one in sent] == [True, False, False]


def test_silence_adopts_after_the_deadline_and_never_before(app: Flask) -> None:
    minutes = circulated(by_silence=True)

    assert jobs.adopt_by_silence() == 0
    later(days=7, seconds=1)
    assert jobs.adopt_by_silence() == 1
    assert jobs.adopt_by_silence() == 0

    assert (minutes.is_sealed, minutes.approved_by) == (True, "")
    assert len(letters("minutes-approved")) == 3


def test_who_objects_stops_the_silence_even_when_answered(organizer: OwnClient) -> None:
    minutes = circulated(by_silence=True)
    entry = queries.entries_of(minutes)[2]
    made = service.remark(minutes, offices(minutes)[0], Said(entry.id, True, "", "Otherwise.", "en"))
    service.answer(made, RemarkState.REFUSED, "No.", takes_words=False, by="Ada")
    db.session.commit()
    later(days=8)

    jobs.adopt_by_silence()

    db.session.refresh(minutes)
    assert (minutes.stage, minutes.adopts_by_silence) == (MinutesStage.CIRCULATED, False)
    told = [one.text for one in letters("notice")]
    assert ["waits for an answer" in told[0], "the chair decides" in told[1]] == [True, True]
    assert jobs.adopt_by_silence() == 0


def test_organizers_learn_that_a_remark_waits_but_not_what_it_says(app: Flask, client: OwnClient) -> None:
    minutes = circulated()
    own = queries.entries_of(minutes)[0]
    data = {"entry_id": str(own.id), "text": "Even more in confidence.", "language": "en"}

    client.post(page_of(minutes, offices(minutes)[0]), data=data)

    (notice,) = letters("notice")
    assert notice.subject.startswith("City 000, remark on the minutes: Round Table")
    assert f"/meetings/{minutes.meeting_id}/minutes/circulation" in notice.text
    assert "confidence" not in notice.text + notice.html


def test_the_page_of_minutes_adopted_by_silence_says_so(app: Flask, client: OwnClient) -> None:
    minutes = circulated(by_silence=True)
    later(days=8)
    jobs.adopt_by_silence()

    assert "Adopted without objection" in client.get(page_of(minutes, offices(minutes)[0])).text


# --- Amendments ------------------------------------------------------------------------------------------


def approved() -> Minutes:
    minutes = circulated()
    service.approve(minutes, by="The Chair")
    db.session.commit()
    return minutes


def test_an_amendment_is_numbered_listed_and_leaves_the_record_as_it_was(organizer: OwnClient) -> None:
    minutes = approved()
    before = dict(minutes.sealed or {}), minutes.content_hash
    entry = next(one for one in queries.entries_of(minutes) if one.texts["en"] == COMMON)
    address = f"/meetings/{minutes.meeting_id}/minutes/entries/{entry.id}/amend"

    shown = organizer.get(address).text
    same = organizer.post(address, data={"new-en": COMMON, "new-de": "Allen gesagt.", "reasons-en": "Why"})
    nothing = organizer.post(address, data={"new-en": "Said to each.", "reasons-en": ""})
    made = organizer.post(address, data={"new-en": "Said to each.", "reasons-en": "A slip of the pen."})

    assert COMMON in shown
    assert (same.status_code, nothing.status_code, made.status_code) == (409, 422, 302)
    db.session.refresh(minutes)
    assert (minutes.sealed, minutes.content_hash) == before
    page = organizer.get(f"/meetings/{minutes.meeting_id}/minutes").text
    assert "Amendment 1" in page
    assert f"<del>{COMMON}</del> <ins>Said to each.</ins>" in page


def test_amendments_hang_on_each_other_by_their_hashes(app: Flask) -> None:
    minutes = approved()
    entry = queries.entries_of(minutes)[2]
    first = amendment_service.amend(minutes, entry.id, Texts({"en": "One."}), make.texts("Why"), by="Ada")
    db.session.flush()
    second = amendment_service.amend(minutes, entry.id, Texts({"en": "Two."}), make.texts("Why"), by="Ada")
    db.session.commit()

    assert (first.number, second.number, second.old) == (1, 2, {"en": "One."})
    assert first.content_hash == chained(minutes.content_hash, values_of(first))
    assert second.content_hash == chained(first.content_hash, values_of(second))
    first.reasons = Texts({"en": "Another reason."})
    with pytest.raises(Refusal):
        db.session.commit()
    db.session.rollback()


def test_an_amendment_of_a_confidence_is_shown_to_whom_the_confidence_is_shown(
    app: Flask, client: OwnClient
) -> None:
    minutes = approved()
    hidden = next(one for one in queries.entries_of(minutes) if one.texts["en"] == OWN)
    amendment_service.amend(
        minutes, hidden.id, Texts({"en": "Amended in confidence."}), make.texts("Why"), by="A"
    )
    db.session.commit()
    first, second, _ = offices(minutes)

    assert "Amended in confidence." in client.get(page_of(minutes, first)).text
    assert "Amended in confidence." not in client.get(page_of(minutes, second)).text


def test_before_approval_there_is_nothing_to_amend(organizer: OwnClient) -> None:
    minutes = circulated()
    entry: Entry = queries.entries_of(minutes)[0]
    meeting: Meeting = minutes.meeting

    assert organizer.get(f"/meetings/{meeting.id}/minutes/entries/{entry.id}/amend").status_code == 409


@pytest.mark.parametrize("page", ["office", "circulation", "minutes"])
def test_pages_ask_the_database_as_often_for_many_entries_and_remarks(
    organizer: OwnClient, page: str
) -> None:
    counts = []
    for size in (1, 12):
        minutes = circulated()
        guest = participants_of(minutes.meeting.conference_id)[0]
        for number in range(size):
            statement = Written(
                EntryKind.STATEMENT, "en", Texts({"en": f"Words {number}"}), speaker_id=guest.id
            )
            entry = entry_service.add_entry(minutes, statement, Writer("W"))
            db.session.flush()
            service.remark(minutes, offices(minutes)[0], Said(entry.id, True, f"T {number}", "", "en"))
        db.session.commit()
        base = f"/meetings/{minutes.meeting_id}/minutes"
        address = {
            "office": page_of(minutes, offices(minutes)[0]),
            "circulation": f"{base}/circulation",
            "minutes": base,
        }[page]
        organizer.get(address)
        with counted_queries() as statements:
            assert organizer.get(address).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]
