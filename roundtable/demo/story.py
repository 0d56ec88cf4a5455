"""The demonstration's story, told by the program's own verbs: nothing here writes past them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from roundtable import clock, times
from roundtable.accounts import service as accounts
from roundtable.accounts.models import User
from roundtable.actions import service as actions
from roundtable.actions.queries import actions_of
from roundtable.agenda import service as agenda
from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.queries import items_of
from roundtable.clearance import service as clearance
from roundtable.conferences import service as conferences
from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.roles import BodyRole, Role
from roundtable.db import Texts, db
from roundtable.demo import poll_story, words
from roundtable.demo.cities import CITIES
from roundtable.demo.painting import video_wall
from roundtable.distribution import service as distribution
from roundtable.guests import service as guests
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import contacts_of, participants_of, personal_link
from roundtable.guests.roles import ParticipantRole
from roundtable.invitations import answer_service as answers
from roundtable.invitations import service as invitations
from roundtable.invitations.models import GivenAnswer, Invitation, Needs
from roundtable.invitations.queries import invitations_to
from roundtable.invitations.rsvp import Answer
from roundtable.mail.delivery import deliver_due
from roundtable.minutes import entry_service
from roundtable.minutes import service as minutes
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import ActionState, EntryKind
from roundtable.minutes.queries import attendance_of
from roundtable.minutes.service import Arrival
from roundtable.press import block_service as press
from roundtable.press import pictures
from roundtable.press import publish_service as publishing
from roundtable.press.clearing import words_mark
from roundtable.press.kinds import BlockKind, ClearanceState
from roundtable.press.queries import blocks_of
from roundtable.video import service as video
from roundtable.video.kinds import RoomKind

PASSWORD = "twenty cities, one table"  # noqa: S105 - printed at every start, for the demonstration only
USERS = (
    ("organizer@example.org", {"en": "Organizer", "de": "Organisation", "tr": "Düzenleyici"}, Role.ORGANIZER),
    ("minutes@example.org", {"en": "Minute taker", "de": "Protokoll", "tr": "Tutanak"}, Role.MINUTE_TAKER),
    ("press@example.org", {"en": "Press officer", "de": "Presse", "tr": "Basın"}, Role.PRESS_OFFICER),
)
ADMINISTRATOR = "admin@example.org"
LANGUAGES = ("en", "de", "tr")
HOME = "Europe/Istanbul"
SILENT = ("bursa", "mannheim", "augsburg")


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    """Let what is inside happen at that instant."""
    clock.set_source(lambda: moment)
    try:
        yield
    finally:
        clock.set_source(None)


def tell() -> bool:
    """Fill an empty database; return False, and change nothing, where there is an account already."""
    if db.session.scalar(select(User.id).limit(1)) is not None:
        return False
    present = clock.now()
    with _at(datetime(2020, 5, 11, 7, 0, tzinfo=UTC)):
        conference = _conference()
        _guests(conference)
        past = _meeting(conference, words.PAST, date(2020, 6, 20), time(13, 0))
        db.session.commit()
        papers = distribution.add_list(conference, words.PAPERS)
        db.session.flush()
        for newsroom, language in words.NEWSROOMS:
            distribution.add_newsrooms(papers, [newsroom], language=language, by=words.ORGANIZER)
        db.session.commit()
    _past(past)
    with _at(present - timedelta(days=9)):
        coming_day = _next_tuesday((present + timedelta(days=19)).date())
        coming = _meeting(conference, words.COMING, coming_day, time(14, 0))
        video.set_room(coming, RoomKind.LINK, words.ROOM, 15, by=words.ORGANIZER, is_ready=True)
        db.session.commit()
        invitations.invite(coming)
        db.session.commit()
    _answers(coming, present - timedelta(days=7))
    with _at(present - timedelta(days=3)):
        poll = poll_story.ask(conference)
    with _at(present - timedelta(days=1)):
        poll_story.answer(poll)
    while deliver_due():
        pass
    return True


def _next_tuesday(day: date) -> date:
    return day + timedelta(days=(1 - day.weekday()) % 7)


def _conference() -> Conference:
    users = [(accounts.add_user(email, names["en"], PASSWORD, "en"), role) for email, names, role in USERS]
    conference = conferences.create(
        conferences.Description(
            titles=words.CONFERENCE,
            home_zone=HOME,
            languages=LANGUAGES,
            contact_name="Protocol and Press Desk",
            contact_email="desk@example.org",
            contact_phone="+90 312 000 00 00",
        ),
        users[0][0],
    )
    # Looks after accounts, and sees nothing of the conference.
    accounts.add_user(ADMINISTRATOR, "Administrator", PASSWORD, "en").is_administrator = True
    for user, role in users[1:]:
        conferences.add_member(conference, user, role)
    db.session.flush()
    for names, boilerplates in words.BODIES:
        body_role = BodyRole.HOST if names is words.BODIES[0][0] else BodyRole.CO_ORGANIZER
        conferences.add_body(conference, names, body_role, boilerplates)
        db.session.flush()
    return conference


def _guests(conference: Conference) -> None:
    for city in CITIES:
        place = guests.city(conference, guests.CityInWords(city.names, city.country, city.zone))
        place.state = city.state
        participant = guests.add_participant(
            conference,
            place,
            person="",
            offices=city.offices,
            role=ParticipantRole.CHAIR if city.mailbox == "istanbul" else ParticipantRole.SPEAKER,
        )
        guests.add_contact(
            participant,
            name={"de": "Büro des Oberbürgermeisteramts", "tr": "Özel Kalem Müdürlüğü"}[city.language],
            email=f"office@{city.mailbox}.example.org",
            language=city.language,
        )
        if city.mailbox == "koeln":
            # A second office of the same mayor: it is kept informed, and the first one answers.
            guests.add_contact(
                participant,
                name="Protokoll der Stadt",
                email="protokoll@koeln.example.org",
                language="de",
                rights=guests.ContactRights(may_answer=False, clears_quotes=False),
            )


def _meeting(conference: Conference, titles: Texts, day: date, hour: time) -> Meeting:
    deadline = times.instant(datetime.combine(day - timedelta(days=2), time(18, 0)), ZoneInfo(HOME))
    meeting = conferences.plan_meeting(
        conference,
        conferences.Plan(
            titles=titles,
            wall_time=datetime.combine(day, hour),
            zone=HOME,
            duration_minutes=90,
            answers_close_at=deadline,
        ),
    )
    db.session.flush()
    agenda.add_item(meeting, ItemKind.WELCOME, words.WELCOME, words.WELCOME_DETAILS, 10)
    db.session.flush()
    statements = agenda.add_item(meeting, ItemKind.ROUND, words.ROUND, Texts(), 60)
    db.session.flush()
    agenda.set_round(statements, agenda.speakers_of(meeting), 3)
    agenda.add_item(meeting, ItemKind.TOPIC, words.PROJECTS, words.PROJECTS_DETAILS, 15)
    db.session.flush()
    agenda.add_item(meeting, ItemKind.CLOSING, words.CLOSING, words.CHAIR, 5)
    db.session.flush()
    agenda.release(meeting, by=words.ORGANIZER)
    db.session.flush()
    return meeting


def _past(meeting: Meeting) -> None:
    """The first round table: everybody invited, minutes approved, summary published."""
    with _at(datetime(2020, 6, 2, 8, 0, tzinfo=UTC)):
        invitations.invite(meeting)
        db.session.commit()
        for invitation, contact in _with_contacts(meeting):
            given = GivenAnswer(Answer.ACCEPTED)
            answers.answer(invitation, given, contact=contact, said_by=contact.name)
        db.session.commit()
    with _at(datetime(2020, 6, 20, 9, 50, tzinfo=UTC)):
        record = minutes.begin(meeting)
        db.session.flush()
    for place, row in enumerate(attendance_of(record)):
        with _at(datetime(2020, 6, 20, 9, 50, tzinfo=UTC) + timedelta(seconds=45 * place)):
            minutes.note_arrival(record, row.participant_id, Arrival.ARRIVED)
    with _at(datetime(2020, 6, 20, 13, 0, tzinfo=UTC)):
        _record(meeting)
        db.session.commit()
    with _at(datetime(2020, 6, 20, 14, 0, tzinfo=UTC)):
        _publish(meeting)
        db.session.commit()
    with _at(datetime(2020, 9, 1, 8, 0, tzinfo=UTC)):
        for item in actions_of(meeting.conference):
            actions.report(item, ActionState.IN_PROGRESS, words.REPORT, None, by=words.OFFICE)
        db.session.commit()


def _with_contacts(meeting: Meeting) -> list[tuple[Invitation, Contact]]:
    contacts = contacts_of(meeting.conference_id)
    return [(one, contacts[one.participant_id][0]) for one in invitations_to(meeting)]


def _by_mailbox(conference_id: int) -> dict[str, Participant]:
    names = {city.en: city.mailbox for city in CITIES}
    return {names[one.city.names["en"]]: one for one in participants_of(conference_id)}


def _record(meeting: Meeting) -> None:
    record = minutes.begin(meeting)
    db.session.flush()
    cities = _by_mailbox(meeting.conference_id)
    welcome, statements, projects, closing = (planned.id for planned in items_of(meeting))
    written = (
        Written(EntryKind.NOTE, "en", words.NOTE, welcome),
        Written(EntryKind.STATEMENT, "tr", words.STATEMENT_ANTALYA, statements, cities["antalya"].id),
        Written(
            EntryKind.STATEMENT,
            "de",
            words.STATEMENT_NUERNBERG,
            statements,
            cities["nuernberg"].id,
            on_record=False,
        ),
        Written(EntryKind.STATEMENT, "de", words.STATEMENT_KOELN, statements, cities["koeln"].id),
        Written(EntryKind.DECISION, "en", words.DECISION, projects),
        Written(
            EntryKind.ACTION,
            "en",
            words.ACTION,
            closing,
            owner_id=cities["istanbul"].id,
            due_on=date(2020, 9, 15),
        ),
    )
    for entry in written:
        entry_service.add_entry(record, entry, Writer("Minute taker"))
        db.session.flush()
    minutes.approve(record, by="Chair of the session")
    db.session.flush()


def _publish(meeting: Meeting) -> None:
    """The press officer sharpens the draft, the office of Cologne releases its quote, and it is published."""
    officer = "Press officer"
    summary = press.begin(meeting, by=officer)
    db.session.flush()
    parts = {block.kind: block for block in blocks_of(summary) if block.kind.is_fixed}
    for kind, texts in ((BlockKind.HEADLINE, words.HEADLINE), (BlockKind.LEAD, words.LEAD)):
        block = parts[kind]
        press.write(block, press.Written(texts, block.language), version=block.version, by=officer)
    picture = press.add_picture(
        summary,
        pictures.prepared(video_wall()),
        by=officer,
        captions=words.CAPTION,
        alternatives=words.ALTERNATIVE,
        credit="Roundtable",
        rights=words.RIGHTS,
    )
    koeln = next(
        one
        for one in press.approved_record(meeting).entries(EntryKind.STATEMENT)
        if one.speaker and one.speaker.city["en"] == "Cologne"
    )
    quote = press.add_quote(summary, koeln.id, by=officer)
    db.session.flush()
    others = [block.id for block in blocks_of(summary) if block not in (picture, quote)]
    press.reorder(summary, [picture.id, *others[:5], quote.id, *others[5:]])
    asked = clearance.ask(quote, answer_by=clock.now() + timedelta(hours=1), by=officer)
    db.session.flush()
    given = clearance.Answer(ClearanceState.RELEASED, Texts(), "", words_mark(asked.words))
    (office, *_) = contacts_of(meeting.conference_id)[clearance.speaker_id(quote)]
    clearance.answer(asked, given, by=office.name)
    db.session.flush()
    publication = publishing.propose(summary, publishing.Wish(Texts()), by=officer)
    db.session.flush()
    ready = publishing.prepare_release(publication, by=None)
    publishing.release(ready, publishing.rendered(ready), by=officer)


def _answers(meeting: Meeting, begin: datetime) -> None:
    """The second round table: fourteen come, one sends a deputy, one is unsure, one declines, three are silent."""
    mailboxes = {one.id: mailbox for mailbox, one in _by_mailbox(meeting.conference_id).items()}
    given = {
        "mersin": GivenAnswer(
            Answer.DELEGATED,
            deputy_name="Genel Sekreterlik",
            deputy_office="Genel Sekreter",
            deputy_email="deputy@mersin.example.org",
            deputy_language="tr",
        ),
        "nuernberg": GivenAnswer(
            Answer.TENTATIVE,
            note="Der Stadtrat tagt am selben Tag.",
            sure_by=meeting.wall_time.date() - timedelta(days=6),
        ),
        "duisburg": GivenAnswer(Answer.DECLINED, note="An diesem Tag sind wir leider verhindert."),
    }
    for place, (invitation, contact) in enumerate(_with_contacts(meeting)):
        mailbox = mailboxes[invitation.participant_id]
        if mailbox in SILENT:
            continue
        with _at(begin + timedelta(hours=3 * place)):
            answer = given.get(mailbox, GivenAnswer(Answer.ACCEPTED))
            answers.answer(invitation, answer, contact=contact, said_by=contact.name)
            if answer.answer.takes_seat:
                answers.note_needs(
                    invitation, Needs(contact.language, contact.language, pictures_allowed=True)
                )
            db.session.commit()


def welcome(public_url: str) -> str:
    """Return what `./script/run` ends with: the address, the sign-ins, and one personal link."""
    silent = db.session.scalar(
        select(Contact).join(Contact.participant).where(Contact.email == f"office@{SILENT[0]}.example.org")
    )
    lines = [
        "",
        f"  Open           {public_url}",
        *(f"  Sign in as     {email}" for email, _, _ in USERS),
        f"  Sign in as     {ADMINISTRATOR} (accounts only)",
        f"  Password       {PASSWORD}",
    ]
    coming = db.session.scalar(select(func.max(Meeting.id)))
    if silent is not None:
        lines.append(f"  Personal link  {personal_link(silent)}/meetings/{coming}")
    return "\n".join([*lines, ""])
