"""Cities, participants and contacts."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.conferences.models import Conference
from roundtable.db import Base, Texts, enum_column
from roundtable.guests.roles import ParticipantRole


class City(Base):
    """A municipality, as one conference knows it. `key` is its folded name; `country` is ISO 3166-1.

    Conferences do not share cities: an organizer's correction must not change another's documents.
    """

    __tablename__ = "city"
    __table_args__ = (UniqueConstraint("conference_id", "country", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    names: Mapped[Texts]
    key: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(8), default="")
    zone: Mapped[str] = mapped_column(String(64))

    conference: Mapped[Conference] = relationship()


class Participant(Base):
    """A city's mayor at this conference. `precedence` is the place in the protocol order, from 0.

    `in_office_since` is the day of taking office, where it is known: seniority orders by it.
    """

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("conference_id", "city_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"), index=True)
    person: Mapped[str] = mapped_column(String(200), default="")
    offices: Mapped[Texts]
    role: Mapped[ParticipantRole] = mapped_column(
        enum_column(ParticipantRole), default=ParticipantRole.SPEAKER
    )
    precedence: Mapped[int]
    in_office_since: Mapped[date | None] = mapped_column(default=None)

    conference: Mapped[Conference] = relationship()
    city: Mapped[City] = relationship(lazy="joined", innerjoin="unnested")  # type: ignore[arg-type]  # a mode that its types forget

    def called(self, language: str) -> str:
        """Return the person with the office, or the office alone, in the language."""
        office = self.offices.in_language(language)
        return f"{self.person}, {office}" if self.person and office else self.person or office

    @property
    def has_seat(self) -> bool:
        return self.role is not ParticipantRole.OBSERVER


class Contact(Base):
    """A mailbox that acts for a participant. Raising `link_generation` ends its old personal link.

    A deputy is a contact too, made when an office names one and gone when it takes that back: it
    may not answer, and its link opens only the meetings at which it sits.
    """

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("participant_id", "email_key"),
        Index("ix_contact_email_key", "email_key"),
        CheckConstraint("link_generation >= 1", name="link_generation"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8))
    gets_invitation: Mapped[bool] = mapped_column(default=True)
    may_answer: Mapped[bool] = mapped_column(default=True)
    gets_reminders: Mapped[bool] = mapped_column(default=True)
    gets_join_link: Mapped[bool] = mapped_column(default=True)
    clears_quotes: Mapped[bool] = mapped_column(default=True)
    is_deputy: Mapped[bool] = mapped_column(default=False)
    link_generation: Mapped[int] = mapped_column(default=1)

    participant: Mapped[Participant] = relationship()
