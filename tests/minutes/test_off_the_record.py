"""What is said off the record reaches no press officer, no other office and not the public, by any way.

Every address that the program has is asked, as each of them, for every record, number and language;
every PDF, workbook and Word document is opened, and every letter is read.
"""

import io
import re
import zipfile
from datetime import datetime, timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask
from press import newsroom
from pypdf import PdfReader
from sqlalchemy import select

from roundtable import clock
from roundtable.actions.jobs import remind_about_actions
from roundtable.circulation import service as circulation
from roundtable.clearance import service as clearance
from roundtable.conferences.models import Membership
from roundtable.conferences.roles import Role
from roundtable.db import Texts, db
from roundtable.distribution import service as distribution
from roundtable.distribution.entering import read
from roundtable.distribution.jobs import send_dispatches
from roundtable.guests.queries import participants_of, token_of
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.minutes import amendment_service, entry_service, jobs, queries, service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import EntryKind, RemarkState
from roundtable.minutes.models import Minutes
from roundtable.press import block_service as press
from roundtable.press import pictures, preview_service
from roundtable.press import queries as queries_of_press
from roundtable.press.models import PreviewLink, Publication

pytestmark = pytest.mark.one_database

SECRET = "Xylophonic confidences"
AMENDED = "Quixotic amendment"
FORBIDDEN = re.compile(r"xylophonic|quixotic", re.IGNORECASE)


def told(*, with_documents: bool = False) -> Minutes:
    """Tell a whole story around one confidence: circulated, remarked, approved, amended, followed, published.

    Its documents are made at once for those who look into each.
    """
    meeting = make.meeting(wall_time=datetime(2026, 9, 1, 11, 0))
    for name in ("Ankara", "Bursa", "Konya"):
        city = make.participant(meeting.conference, name)
        make.contact(city)
        make.invitation(meeting, city, answer=Answer.ACCEPTED)
    end = meeting.ends_at
    clock.set_source(lambda: end)
    minutes = service.begin(meeting)
    speaker, owner, _ = participants_of(meeting.conference_id)
    by = Writer("Writer")
    secret = Texts({"en": f"{SECRET} en", "de": f"{SECRET} de", "tr": f"{SECRET} tr"})
    confidence = Written(EntryKind.STATEMENT, "en", secret, speaker_id=speaker.id, on_record=False)
    hidden = entry_service.add_entry(minutes, confidence, by)
    # Once on the record by mistake, then taken off it: the history knows, and nobody else.
    slip = entry_service.add_entry(
        minutes, Written(EntryKind.STATEMENT, "en", secret, speaker_id=speaker.id), by
    )
    db.session.flush()
    entry_service.change_entry(slip, confidence, by, version=slip.version)
    for kind, words, more in (
        (EntryKind.STATEMENT, "Said openly", {"speaker_id": owner.id}),
        (EntryKind.DECISION, "Decided", {}),
        (EntryKind.ACTION, "Invite", {"owner_id": owner.id, "due_on": end.date()}),
        (EntryKind.NOTE, "Noted", {}),
    ):
        entry_service.add_entry(minutes, Written(kind, "en", make.texts(words), **more), by)
    circulation.circulate(minutes, circulation.Circulation(end + timedelta(days=1), by_silence=False), by="A")
    own = make.contact_of(db.session.query(Invitation).filter_by(participant_id=speaker.id).one())
    said = circulation.Said(hidden.id, True, f"About {SECRET}", f"{SECRET} otherwise", "en")
    remark = circulation.remark(minutes, own, said)
    circulation.answer(remark, RemarkState.REFUSED, "No.", takes_words=False, by="A")
    circulation.approve(minutes, by="Chair")
    amendment_service.amend(minutes, hidden.id, Texts({"en": AMENDED}), Texts({"en": AMENDED}), by="A")
    db.session.commit()
    while with_documents and jobs.make_documents():
        pass
    summary = press.begin(meeting, by="Pia Press")
    db.session.flush()
    open_words = next(one for one in queries.entries_of(minutes) if one.texts["en"] == "Said openly en")
    quote = press.add_quote(summary, open_words.id, by="Pia Press")
    db.session.flush()
    clearance.ask(quote, answer_by=end + timedelta(days=1), by="Pia Press")
    clearance.note_told(quote, "Office", by="Pia Press")
    press.add_picture(
        summary,
        pictures.prepared(newsroom.picture()),
        by="Pia Press",
        captions=make.texts("Tiles"),
        alternatives=make.texts("A wall of tiles"),
        credit="Jane",
        rights="Free",
    )
    papers = distribution.add_list(meeting.conference, "Papers")
    db.session.flush()
    distribution.add_newsrooms(papers, read("news@example.org").newsrooms, language="de", by="Pia Press")
    first = newsroom.published(summary)
    distribution.send_to(first, [papers], by="Pia Press")
    newsroom.published(summary, Texts({"en": "Again."}), embargo_until=clock.now() + timedelta(days=90))
    link = preview_service.add_link(
        queries_of_press.publications_of(summary)[0],
        preview_service.Journalist("Jo", "jo@example.org", "en"),
        days=30,
        by="Pia Press",
    )
    db.session.commit()
    send_dispatches()
    assert link.id == papers.id == 1
    remind_about_actions()
    return minutes


def readable(content: bytes, media_type: str) -> str:
    """Return every word of an answer, whatever its form."""
    if media_type == "application/pdf":
        reader = PdfReader(io.BytesIO(content))
        attached = [
            part.decode("utf-8", "replace") for parts in reader.attachments.values() for part in parts
        ]
        return " ".join([*(page.extract_text() for page in reader.pages), *attached, str(reader.metadata)])
    if content[:2] == b"PK":
        book = zipfile.ZipFile(io.BytesIO(content))
        return " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return content.decode("utf-8", "replace")


def asked(app: Flask, client: OwnClient, minutes: Minutes, token: str) -> int:
    """Ask for every address with GET, in three languages, and check that nothing is given away."""
    entries = [one.id for one in queries.entries_of(minutes)]
    slug = db.session.scalars(select(Publication.slug).distinct()).one()
    preview = preview_service.address_of(db.session.scalars(select(PreviewLink)).one())
    values: dict[str, list[object]] = {
        "slug": [slug],
        "number": [1, 2],
        "meeting_id": [minutes.meeting_id],
        "conference_id": [minutes.meeting.conference_id],
        "entry_id": list(entries),
        "participant_id": [one.id for one in participants_of(minutes.meeting.conference_id)],
        "token": [token, preview.rpartition("/")[2]],
        "language": list(make.LANGUAGES),
        "before": ["1"],
        "after": ["2", "now"],
        "ending": ["csv", "xlsx"],
        "kind": ["jitsi"],
    }
    given = 0
    addresses = ["/search?q=xylophonic", "/search?q=quixotic", "/search?q=said"]
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in {"static", "web.font"}:
            continue
        several: list[dict[str, object]] = [{}]
        for name in rule.arguments:
            several = [{**one, name: value} for one in several for value in values.get(name, [1])]
        addresses += [app.url_map.bind("").build(rule.endpoint, one) for one in several]
    for address in addresses:
        for language in make.LANGUAGES:
            mark = "&" if "?" in address else "?"
            for more in ("", "&common=1", "&all=1", "&since=0"):
                response = client.get(f"{address}{mark}lang={language}{more}")
                if response.status_code != 200:
                    break
                given += 1
                words = readable(response.data, response.mimetype or "")
                if "/search" in address:
                    # The page repeats what was asked for; what it found is below that.
                    words = words.rpartition("</form>")[2]
                assert not FORBIDDEN.search(words), f"{address}{mark}lang={language}{more}"
                if not more and "minutes" not in address and "desk" not in address:
                    break
    return given


def test_no_page_feed_document_search_or_export_gives_it_away(app: Flask) -> None:
    minutes = told(with_documents=True)
    other = participants_of(minutes.meeting.conference_id)[2]
    invitation = db.session.query(Invitation).filter_by(participant_id=other.id).one()
    office = token_of(make.contact_of(invitation))
    people = {
        "press officer": (signed_in(app, minutes, Role.PRESS_OFFICER), "no-token"),
        "observer": (signed_in(app, minutes, Role.OBSERVER), "no-token"),
        "another office": (nobody(app), office),
        "the public": (nobody(app), "no-token"),
    }

    given = {who: asked(app, client, minutes, token) for who, (client, token) in people.items()}

    # The sweep has really seen pages and documents.
    least = {"press officer": 60, "observer": 40, "another office": 25, "the public": 15}
    assert all(given[who] > count for who, count in least.items()), given


def nobody(app: Flask) -> OwnClient:
    client = app.test_client()
    assert isinstance(client, OwnClient)
    return client


def signed_in(app: Flask, minutes: Minutes, role: Role) -> OwnClient:
    user = make.user(f"{role.value}@example.org")
    db.session.add(Membership(conference=minutes.meeting.conference, user=user, role=role))
    db.session.commit()
    return nobody(app).sign_in(user)


def test_who_keeps_the_record_finds_it_so_the_sweep_would_see_it(app: Flask, organizer: OwnClient) -> None:
    minutes = told()

    with pytest.raises(AssertionError):
        asked(app, organizer, minutes, "no-token")


def test_the_offices_own_page_shows_it_to_that_office(app: Flask, client: OwnClient) -> None:
    minutes = told()
    speaker = participants_of(minutes.meeting.conference_id)[0]
    invitation = db.session.query(Invitation).filter_by(participant_id=speaker.id).one()
    page = f"/g/{token_of(make.contact_of(invitation))}/meetings/{minutes.meeting_id}/minutes"

    assert SECRET in client.get(page).text
    # A document is passed on, so it holds the common record only.
    assert not FORBIDDEN.search(readable(client.get(f"{page}.pdf").data, "application/pdf"))


def test_no_letter_says_it(app: Flask) -> None:
    told()

    assert len(make.outbox()) > 5
    for letter in make.outbox():
        assert not FORBIDDEN.search(f"{letter.subject}{letter.text}{letter.html}{letter.calendar}"), (
            letter.kind
        )


def test_neither_does_the_log(app: Flask, client: OwnClient, caplog: pytest.LogCaptureFixture) -> None:
    minutes = told()
    with caplog.at_level("DEBUG"):
        client.get(f"/meetings/{minutes.meeting_id}/minutes")
        list(db.session.scalars(select(Minutes)))

    assert not FORBIDDEN.search(caplog.text)
