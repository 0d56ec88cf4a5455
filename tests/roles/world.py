"""A world in which every route has its object: the demonstration, what it lacks, and a foreign conference."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import make
from databases import Kept
from flask import Flask
from press import newsroom
from sqlalchemy import select
from werkzeug.routing import Rule

from roundtable import clock
from roundtable.accounts import door_service
from roundtable.accounts.models import OutsideIdentity, Passkey, User
from roundtable.agenda.models import AgendaItem, SpeakingSlot
from roundtable.circulation import service as circulation
from roundtable.clearance import service as clearance
from roundtable.conferences.models import Body, Conference, Meeting, Membership
from roundtable.conferences.roles import BodyRole, Role
from roundtable.conferences.service import add_body, add_member
from roundtable.db import Texts, db
from roundtable.demo import story
from roundtable.distribution import service as distribution
from roundtable.distribution.entering import read
from roundtable.distribution.models import Newsroom, PressList
from roundtable.guest_list.models import GuestImport, GuestListFile
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import participants_of, token_of
from roundtable.invitations.models import CalendarReply, Invitation
from roundtable.invitations.rsvp import Answer, DeputyState
from roundtable.links import Owner, Purpose
from roundtable.mail.models import Letter, LetterState
from roundtable.minutes import entry_service
from roundtable.minutes import service as minutes_service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import EntryKind, RemarkState
from roundtable.minutes.models import Entry, Minutes, Remark
from roundtable.press import block_service, preview_service
from roundtable.press.kinds import PublicationStage
from roundtable.press.models import Block, PressPicture, PressSummary, PreviewLink, Publication
from roundtable.scheduling.models import DateOption, DatePoll, DateQuestion
from roundtable.tokens import token_of as token_for

NOW = make.NOW
PEOPLE = {
    "organizer": "organizer@example.org",
    "minute taker": "minutes@example.org",
    "press officer": "press@example.org",
    "observer": "observer@example.org",
    "administrator": "admin@example.org",
    "stranger": "stranger@example.org",
}
PASSWORD = story.PASSWORD

Values = dict[str, Any]


@dataclass
class World:
    """The program with everything in it, and which objects belong where.

    `stages` holds the values of addresses by the stage of a session of the own conference; `foreign` those
    of another conference, of which only the stranger is a member.
    """

    app: Flask
    stages: dict[str, Values]
    foreign: Values
    kept: Kept

    def restore(self) -> None:
        """Make everything as it was when it was kept."""
        self.kept.restore()


def complete(app: Flask) -> World:
    """Add to the demonstration, told at NOW, all that it lacks."""
    clock.set_source(lambda: NOW)
    own = db.session.scalars(select(Conference)).one()
    _people(own)
    approved, planned = db.session.scalars(select(Meeting).order_by(Meeting.id)).all()
    draft = _draft_session(own)
    _press(approved)
    _rows(own, planned)
    db.session.commit()
    stages = {
        "planned": _values(own, planned),
        "minutes in draft": _values(own, draft),
        "minutes approved": _values(own, approved),
    }
    return World(app, stages, _foreign(), Kept())


def _people(own: Conference) -> None:
    observer = _account("observer@example.org")
    add_member(own, observer, Role.OBSERVER)
    _account("stranger@example.org")
    # Nobody below can sign in with a password alone where there is a passkey, so it is somebody else's.
    keyholder = _account("keyholder@example.org")
    db.session.add(Passkey(user=keyholder, credential_id=b"1", public_key=b"1", name="Key", created_at=NOW))
    db.session.flush()
    db.session.add(OutsideIdentity(user_id=keyholder.id, provider="cologne", subject="1", created_at=NOW))


def _account(email: str) -> User:
    from roundtable.accounts.service import add_user

    user = add_user(email, email.partition("@")[0].title(), PASSWORD, "en")
    db.session.flush()
    return user


def _draft_session(own: Conference) -> Meeting:
    """A session of yesterday whose minutes went round: one office has something to say."""
    meeting = make.meeting(own, wall_time=datetime(2026, 8, 31, 13, 0))
    speakers = participants_of(own.id)[:3]
    for one in speakers:
        make.invitation(meeting, one, answer=Answer.ACCEPTED)
    make.item(meeting)
    _minutes(meeting, speakers)
    return meeting


def _minutes(meeting: Meeting, speakers: list[Participant]) -> Minutes:
    minutes = minutes_service.begin(meeting)
    words = make.texts("Said")
    entry_service.add_entry(
        minutes, Written(EntryKind.STATEMENT, "en", words, speaker_id=speakers[0].id), Writer("W")
    )
    action = Written(EntryKind.ACTION, "en", make.texts("Do"), owner_id=speakers[0].id, due_on=NOW.date())
    entry_service.add_entry(minutes, action, Writer("W"))
    db.session.flush()
    entry = db.session.scalars(select(Entry).where(Entry.minutes_id == minutes.id).order_by(Entry.id)).first()
    assert entry is not None
    circulation.circulate(minutes, circulation.Circulation(NOW + timedelta(days=3), by_silence=False), by="A")
    contact = db.session.scalars(
        select(Contact).where(Contact.participant_id == speakers[0].id).order_by(Contact.id)
    ).first()
    assert contact is not None
    circulation.remark(minutes, contact, circulation.Said(entry.id, True, "Not so", "So", "en"))
    db.session.flush()
    return minutes


def _press(approved: Meeting) -> None:
    """A second version under embargo, with a link for a journalist."""
    summary = db.session.scalars(select(PressSummary).where(PressSummary.meeting == approved)).one()
    until = NOW + timedelta(days=5)
    publication = newsroom.published(summary, Texts({"en": "Better.", "de": "Besser."}), embargo_until=until)
    journalist = preview_service.Journalist("Jo", "jo@example.org", "en")
    preview_service.add_link(publication, journalist, days=3, by="P")


def _rows(own: Conference, planned: Meeting) -> None:
    failed = db.session.scalars(
        select(Letter).where(Letter.topic == f"meeting/{planned.id}").order_by(Letter.id)
    ).first()
    assert failed is not None
    failed.state, failed.last_error = LetterState.REFUSED, "550 no such user"
    invitation = db.session.scalars(
        select(Invitation).where(Invitation.meeting == planned).order_by(Invitation.id)
    ).first()
    assert invitation is not None
    invitation.deputy_state, invitation.deputy_name = DeputyState.PROPOSED, "Deputy"
    invitation.deputy_email = "deputy@ankara.example.org"
    db.session.add(
        CalendarReply(
            invitation=invitation,
            message_key="1",
            received_at=NOW,
            sender="office@ankara.example.org",
            said=Answer.ACCEPTED,
            reason="unsigned",
        )
    )
    _list_rows(own)


def _list_rows(of: Conference) -> None:
    user = db.session.scalars(select(User).order_by(User.id)).first()
    assert user is not None
    db.session.add(
        GuestListFile(
            conference_id=of.id, user_id=user.id, name="a.csv", content=b"City;Country\n", columns={}, at=NOW
        )
    )
    nothing: dict[str, list[int]] = {"contact": [], "participant": [], "city": []}
    db.session.add(GuestImport(conference_id=of.id, name="a.csv", by="A", at=NOW, added=nothing, changed=[]))
    door_service.invite("new@example.org", language="en", by="A", conference_id=of.id, role="observer")


def _foreign() -> Values:
    """Another conference with one object of every kind."""
    stranger = db.session.scalars(select(User).where(User.email == "stranger@example.org")).one()
    conference = make.conference(of=stranger, titles=make.texts("Foreign"))
    add_member(conference, _account("colleague@example.org"), Role.OBSERVER)
    add_body(conference, make.texts("Body"), BodyRole.HOST, Texts())
    meeting = make.table_of(3, of=conference, wall_time=datetime(2026, 8, 31, 13, 0))
    make.poll(conference)
    for question in (make.participant(conference, "Adana"),):
        make.contact(question)
    speakers = participants_of(conference.id)
    minutes = _minutes(meeting, speakers)
    papers = distribution.add_list(conference, "Papers")
    db.session.flush()
    distribution.add_newsrooms(papers, read("foreign@example.org").newsrooms, language="de", by="F")
    _list_rows(conference)
    db.session.commit()
    remark = db.session.scalars(select(Remark).where(Remark.minutes_id == minutes.id)).one()
    circulation.answer(remark, RemarkState.REFUSED, "No.", takes_words=False, by="F")
    minutes_service.approve(minutes, by="Chair")
    db.session.commit()
    summary = block_service.begin(meeting, by="F")
    db.session.flush()
    statement = db.session.scalars(
        select(Entry).where(Entry.minutes_id == minutes.id).order_by(Entry.id)
    ).first()
    assert statement is not None
    quote = block_service.add_quote(summary, statement.id, by="F")
    newsroom.add_picture(summary)
    db.session.flush()
    clearance.ask(quote, answer_by=NOW + timedelta(days=2), by="F")
    publication = Publication(
        summary=summary,
        number=1,
        slug="foreign",
        proposed_at=NOW,
        proposed_by="F",
        stage=PublicationStage.PROPOSED,
    )
    db.session.add(publication)
    db.session.add(
        PreviewLink(
            publication=publication,
            name="Jo",
            email="",
            language="en",
            made_by="F",
            made_at=NOW,
            ends_at=NOW + timedelta(days=2),
        )
    )
    invitation = db.session.scalars(
        select(Invitation).where(Invitation.meeting == meeting).order_by(Invitation.id)
    ).first()
    assert invitation is not None
    db.session.add(
        CalendarReply(
            invitation=invitation,
            message_key="2",
            received_at=NOW,
            sender="x@example.org",
            said=Answer.ACCEPTED,
            reason="unsigned",
        )
    )
    db.session.commit()
    return _values(conference, meeting)


def _values(conference: Conference, meeting: Meeting) -> Values:
    """Return a value for every argument of an address, all of one conference and session."""

    def first(query: Any) -> Any:
        # The databases have an order of their own where none is asked for.
        return db.session.scalars(query.order_by(query.selected_columns.id)).first()

    participant = first(
        select(Participant)
        .join(Contact, Contact.participant_id == Participant.id)
        .where(Participant.conference_id == conference.id)
        .order_by(Participant.id)
    )
    contact = first(
        select(Contact).where(Contact.participant_id == participant.id, Contact.is_deputy.is_(False))
    )
    item = first(
        select(AgendaItem)
        .join(SpeakingSlot, SpeakingSlot.item_id == AgendaItem.id)
        .where(AgendaItem.meeting_id == meeting.id)
    ) or first(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id))
    poll = first(select(DatePoll).where(DatePoll.conference_id == conference.id))
    minutes = first(select(Minutes).where(Minutes.meeting_id == meeting.id))
    summary = first(select(PressSummary).where(PressSummary.meeting_id == meeting.id))
    papers = first(select(PressList).where(PressList.conference_id == conference.id))
    publication = summary and first(
        select(Publication).where(Publication.summary == summary).order_by(Publication.number.desc())
    )
    rows = {
        "participant_id": participant,
        "contact_id": contact,
        "body_id": first(select(Body).where(Body.conference_id == conference.id)),
        "membership_id": first(
            select(Membership).where(
                Membership.conference_id == conference.id, Membership.role != Role.ORGANIZER
            )
        ),
        "item_id": item,
        "slot_id": item and first(select(SpeakingSlot).where(SpeakingSlot.item_id == item.id)),
        "invitation_id": first(select(Invitation).where(Invitation.meeting_id == meeting.id)),
        "letter_id": first(
            select(Letter)
            .where(Letter.topic == f"meeting/{meeting.id}")
            .order_by(Letter.state != LetterState.REFUSED, Letter.id)
        ),
        "reply_id": first(
            select(CalendarReply).join(CalendarReply.invitation).where(Invitation.meeting_id == meeting.id)
        ),
        "poll_id": poll,
        "option_id": poll and first(select(DateOption).where(DateOption.poll_id == poll.id)),
        "question_id": poll and first(select(DateQuestion).where(DateQuestion.poll_id == poll.id)),
        "entry_id": minutes and first(select(Entry).where(Entry.minutes_id == minutes.id).order_by(Entry.id)),
        "action_id": minutes
        and first(select(Entry).where(Entry.minutes_id == minutes.id, Entry.kind == EntryKind.ACTION)),
        "remark_id": minutes and first(select(Remark).where(Remark.minutes_id == minutes.id)),
        "block_id": summary
        and first(select(Block).where(Block.summary_id == summary.id).order_by(Block.id.desc())),
        "picture_id": summary and first(select(PressPicture).where(PressPicture.summary_id == summary.id)),
        "link_id": publication and first(select(PreviewLink).where(PreviewLink.publication == publication)),
        "list_id": papers,
        "newsroom_id": papers and first(select(Newsroom).where(Newsroom.list_id == papers.id)),
        "file_id": first(select(GuestListFile).where(GuestListFile.conference_id == conference.id)),
        "import_id": first(select(GuestImport).where(GuestImport.conference_id == conference.id)),
    }
    values: Values = {name: row.id for name, row in rows.items() if row is not None}
    entry = rows["entry_id"]
    door = door_service.open_invitations(conference.id)
    return {
        **values,
        "conference_id": conference.id,
        "meeting_id": meeting.id,
        "door_id": door[0].id if door else 0,
        "key": entry.key if entry else "no-entry",
        "number": publication.number if publication else 1,
        "slug": publication.slug if publication else "nothing",
        "token": token_of(contact),
        "feed": token_of(contact, Purpose.FEED),
        "organizers_feed": token_for(
            Owner(rows["membership_id"].id, conference.id, rows["membership_id"].feed_generation),
            Purpose.ORGANIZERS_FEED,
        ),
        "preview": rows["link_id"] and preview_service.address_of(rows["link_id"]).rpartition("/")[2],
        "newsroom": rows["newsroom_id"]
        and distribution.leaving_addresses([rows["newsroom_id"].id])[rows["newsroom_id"].id].rpartition("/")[
            2
        ],
        "door": door and door_service.address_of(door[0]).rpartition("/")[2],
        "language": "en",
        "letter_language": "en",
        "before": "1",
        "after": "now",
        "ending": "csv",
        "passkey_id": 1,
        "identity_id": 1,
        "user_id": 2,
        "service": "cologne",
        "name": "source-sans-400",
        "filename": "icon.svg",
        "place": 0,
        "request_id": 1,
    }


KINDS = {"wording": "invitation", "video": "jitsi", "asking": "ask", "invitations": "reminders"}
"""What `kind` means in the addresses of each part."""
TOKENS = {
    "calendars.feed": "feed",
    "calendars.organizers_feed": "organizers_feed",
    "preview": "preview",
    "newsrooms": "newsroom",
    "doors": "door",
}
"""Which token the addresses of each part take; the others take a contact's."""


def address(app: Flask, rule: Rule, values: Values) -> str | None:
    """Return the path of a rule with these values; None where one of them is missing."""
    chosen = {name: values.get(name) for name in rule.arguments}
    part = rule.endpoint.partition(".")[0]
    if rule.endpoint == "actions.report":
        chosen["entry_id"] = values.get("action_id")
    if "token" in chosen:
        chosen["token"] = values.get(TOKENS.get(rule.endpoint, TOKENS.get(part, "token")))
    if "kind" in chosen:
        chosen["kind"] = KINDS[part]
    if "_rest" in chosen:
        chosen["_rest"] = "x"
    if any(value is None for value in chosen.values()):
        return None
    return str(app.url_map.bind("").build(rule.endpoint, chosen))
