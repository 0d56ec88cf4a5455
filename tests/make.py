"""Plain factories with dull defaults: each stores what it makes and says nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from roundtable import addresses, times
from roundtable.accounts import passwords
from roundtable.accounts.models import User
from roundtable.agenda import service as agenda
from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.models import AgendaItem
from roundtable.conferences.models import Conference, Meeting, Membership
from roundtable.conferences.roles import Role
from roundtable.db import Texts, db
from roundtable.guests.models import City, Contact, Participant
from roundtable.guests.queries import token_of
from roundtable.guests.roles import ParticipantRole
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.mail.models import Letter
from roundtable.order import search_key
from roundtable.scheduling import queries as polls
from roundtable.scheduling import service as scheduling
from roundtable.scheduling.choices import PollStage
from roundtable.scheduling.models import DatePoll

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
PASSWORD = "a good long password"
LANGUAGES = ["en", "de", "tr"]


def texts(words: str) -> Texts:
    """Return the words with the language's code behind them, so that each language differs."""
    return Texts({code: f"{words} {code}" for code in LANGUAGES})


def user(email: str = "organizer@example.org", **values: Any) -> User:
    """Return the user with this address; made at the first call."""
    found = db.session.scalar(select(User).where(User.email_key == addresses.key(email)))
    if found is None:
        found = User(
            email=email,
            email_key=addresses.key(email),
            name=values.pop("name", "Ada Organizer"),
            password_hash=passwords.hashed(PASSWORD),
            language=values.pop("language", "en"),
            created_at=NOW,
            **values,
        )
        db.session.add(found)
        db.session.flush()
    return found


def conference(*, role: Role = Role.ORGANIZER, of: User | None = None, **values: Any) -> Conference:
    """Return a conference in which the user has the role."""
    made = Conference(
        titles=values.pop("titles", texts("Conference")),
        home_zone=values.pop("home_zone", "Europe/Istanbul"),
        languages=values.pop("languages", LANGUAGES),
        contact_name="Protocol Desk",
        contact_email="desk@example.org",
        contact_phone="+49 30 000000",
        created_at=NOW,
        **values,
    )
    db.session.add(made)
    db.session.add(Membership(conference=made, user=of or user(), role=role))
    db.session.flush()
    return made


def meeting(of: Conference | None = None, **values: Any) -> Meeting:
    """Return a meeting on 20 October 2026, 13:00 in İstanbul, 12:00 in Berlin."""
    wall_time = values.pop("wall_time", datetime(2026, 10, 20, 13, 0))
    zone = values.pop("zone", "Europe/Istanbul")
    made = Meeting(
        conference=of or conference(),
        titles=values.pop("titles", texts("Round Table")),
        wall_time=wall_time,
        zone=zone,
        starts_at=times.instant(wall_time, ZoneInfo(zone)),
        duration_minutes=values.pop("duration_minutes", 90),
        answers_close_at=values.pop("answers_close_at", NOW + timedelta(days=30)),
        **values,
    )
    db.session.add(made)
    db.session.flush()
    return made


def participant(of: Conference, name: str = "Ankara", country: str = "TR", **values: Any) -> Participant:
    """Return a participant, next in precedence."""
    zone = values.pop("zone", "Europe/Istanbul" if country == "TR" else "Europe/Berlin")
    city = City(conference=of, names=Texts({"en": name}), key=search_key(name), country=country, zone=zone)
    count = len(list(db.session.scalars(select(Participant.id).where(Participant.conference == of))))
    made = Participant(
        conference=of,
        city=city,
        offices=values.pop("offices", texts(f"Mayor of {name}")),
        role=values.pop("role", ParticipantRole.SPEAKER),
        precedence=count,
        **values,
    )
    db.session.add(made)
    db.session.flush()
    return made


def contact(of: Participant, email: str = "", **values: Any) -> Contact:
    """Return a contact of the participant."""
    email = email or f"office@{of.city.key}.example.org"
    made = Contact(
        participant=of,
        name=values.pop("name", "Private Office"),
        email=email,
        email_key=addresses.key(email),
        language=values.pop("language", "en"),
        **values,
    )
    db.session.add(made)
    db.session.flush()
    return made


def invitation(of: Meeting | None = None, to: Participant | None = None, **values: Any) -> Invitation:
    """Return an invitation to a participant who has a contact."""
    about = of or meeting()
    if to is None:
        to = participant(about.conference)
        contact(to)
    made = Invitation(
        meeting=about,
        participant=to,
        invited_at=NOW - timedelta(days=1),
        asked_at=values.pop("asked_at", NOW - timedelta(days=1)),
        answer=values.pop("answer", Answer.NEEDS_ACTION),
        **values,
    )
    db.session.add(made)
    db.session.commit()
    return made


def contact_of(one: Invitation) -> Contact:
    """Return the first contact of the invited participant."""
    found = db.session.scalar(
        select(Contact).where(Contact.participant_id == one.participant_id).order_by(Contact.id).limit(1)
    )
    assert found is not None
    return found


def link(one: Invitation) -> str:
    """Return the address of the guest page for this invitation."""
    return f"/g/{token_of(contact_of(one))}/meetings/{one.meeting_id}"


def item(of: Meeting, minutes: int = 10, kind: ItemKind = ItemKind.TOPIC, name: str = "Topic") -> AgendaItem:
    """Return an item at the end of the agenda."""
    made = agenda.add_item(of, kind, texts(name), Texts(), minutes)
    db.session.flush()
    return made


def poll(of: Conference | None = None, *, stage: PollStage = PollStage.OPEN) -> DatePoll:
    """Return a poll among the guest list: 20 October and, after the clocks have changed, 27 October, 13:00."""
    about = of or conference()
    plan = scheduling.SearchPlan(
        titles=texts("Round Table"),
        zone="Europe/Istanbul",
        duration_minutes=90,
        first_day=date(2026, 10, 19),
        last_day=date(2026, 10, 30),
        answers_close_at=NOW + timedelta(days=20),
    )
    made = scheduling.begin(about, plan)
    scheduling.add_options(made, [datetime(2026, 10, 20, 13, 0), datetime(2026, 10, 27, 13, 0)])
    db.session.flush()
    made.stage = stage
    if stage is not PollStage.DRAFT:
        for option in polls.options_of(made):
            option.announced_at = NOW
    db.session.commit()
    return made


def poll_link(of: Contact, about: DatePoll) -> str:
    """Return the address of the page on which a contact says which dates suit."""
    return f"/g/{token_of(of)}/polls/{about.id}"


def outbox() -> list[Letter]:
    """Return the letters in the outbox, the oldest first."""
    return list(db.session.scalars(select(Letter).order_by(Letter.id)))


def table_of(count: int, **values: Any) -> Meeting:
    """Return a meeting with so many invited participants of two countries, an agenda and a round."""
    about = meeting(**values)
    for index in range(count):
        one = participant(about.conference, f"City {index:03}", "TR" if index % 2 else "DE")
        contact(one)
        invitation(about, one, answer=list(Answer)[index % 5])
    item(about, 10, ItemKind.WELCOME, "Welcome")
    statements = item(about, 60, ItemKind.ROUND, "Round")
    agenda.set_round(statements, agenda.speakers_of(about), 1)
    db.session.flush()
    agenda.release(about, by="Ada Organizer")
    db.session.commit()
    return about
