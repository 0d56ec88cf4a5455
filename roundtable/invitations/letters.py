"""The letters about invitations: what stands in each, to whom it goes."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask_babel import gettext

from roundtable import dates, times
from roundtable.conferences.models import Body, Meeting
from roundtable.guests.links import PLACEHOLDER
from roundtable.guests.models import Contact, Participant
from roundtable.invitations.answers import ANSWER_NAMES
from roundtable.invitations.changes import Change, Told, changes
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.languages import speaking
from roundtable.mail import letters
from roundtable.mail.outbox import Draft


@dataclass(frozen=True)
class Occasion:
    """What all letters about one meeting share."""

    meeting: Meeting
    bodies: list[Body]
    zones: tuple[str, ...]

    def sender_name(self, language: str) -> str:
        """Return who invites: the first body, else the conference."""
        if self.bodies:
            return self.bodies[0].names.in_language(language)
        return self.meeting.conference.titles.in_language(language)

    def told(self) -> Told:
        """Return what guests shall know now."""
        meeting = self.meeting
        return Told(meeting.titles, meeting.starts_at, meeting.zone, meeting.duration_minutes)

    def hours(self, language: str) -> str:
        """Return the start in every zone: `13:00 İstanbul · 12:00 Berlin`."""
        meeting = self.meeting
        return dates.hours_said(dates.clocks(meeting.starts_at, 0, meeting.zone, self.zones, language))

    def short_when(self, language: str) -> str:
        """Return day and hours, short enough for a subject line."""
        meeting = self.meeting
        day = times.wall(meeting.starts_at, ZoneInfo(meeting.zone)).date()
        return f"{dates.short_day(day, language)}, {self.hours(language)}"


def _values(occasion: Occasion, participant: Participant, language: str) -> dict[str, object]:
    meeting = occasion.meeting
    deadline = meeting.answers_close_at
    return {
        "conference": meeting.conference,
        "meeting": meeting,
        "participant": participant,
        "who": participant.called(language),
        "title": meeting.titles.in_language(language),
        "conference_title": meeting.conference.titles.in_language(language),
        "bodies": [body.names.in_language(language) for body in occasion.bodies],
        "day": dates.long_day(times.wall(meeting.starts_at, ZoneInfo(meeting.zone)).date(), language),
        "hours": occasion.hours(language),
        "clocks_at_table": dates.clocks(
            meeting.starts_at, meeting.duration_minutes, meeting.zone, occasion.zones, language
        ),
        "deadline": dates.said(deadline, meeting.zone, occasion.zones, language) if deadline else "",
        "link": f"{PLACEHOLDER}/meetings/{meeting.id}",
    }


def invitation_letter(occasion: Occasion, participant: Participant, contact: Contact) -> Draft:
    """Return the invitation."""
    language = contact.language
    with speaking(language):
        subject = gettext(
            "Invitation: %(title)s, %(when)s",
            title=occasion.meeting.titles.in_language(language),
            when=occasion.short_when(language),
        )
    return letters.write("invitation", language, subject, **_values(occasion, participant, language))


def confirmation_letter(occasion: Occasion, invitation: Invitation, contact: Contact, said_by: str) -> Draft:
    """Return the confirmation of an answer, which says the answer in words and what happens next."""
    language = contact.language
    with speaking(language):
        subject = gettext(
            "Your answer: %(title)s, %(when)s",
            title=occasion.meeting.titles.in_language(language),
            when=occasion.short_when(language),
        )
    return letters.write(
        "confirmation",
        language,
        subject,
        invitation=invitation,
        answer=invitation.answer.value,
        said_by=said_by,
        sure_by=dates.long_day(invitation.sure_by, language) if invitation.sure_by else "",
        **_values(occasion, invitation.participant, language),
    )


def change_letter(
    occasion: Occasion, participant: Participant, contact: Contact, old: Told, *, asks_again: bool
) -> Draft:
    """Return the letter that says in words what has changed, old and new."""
    language = contact.language
    with speaking(language):
        found: list[Change] = changes(old, occasion.told(), occasion.zones, language)
        subject = gettext(
            "Changed: %(title)s, now %(when)s",
            title=occasion.meeting.titles.in_language(language),
            when=occasion.short_when(language),
        )
    return letters.write(
        "change",
        language,
        subject,
        changes=found,
        asks_again=asks_again,
        **_values(occasion, participant, language),
    )


def cancellation_letter(occasion: Occasion, participant: Participant, contact: Contact) -> Draft:
    """Return the letter that calls a meeting off."""
    language = contact.language
    with speaking(language):
        subject = gettext(
            "Cancelled: %(title)s, %(when)s",
            title=occasion.meeting.titles.in_language(language),
            when=occasion.short_when(language),
        )
    return letters.write("cancellation", language, subject, **_values(occasion, participant, language))


def notice_letter(occasion: Occasion, invitation: Invitation, said_by: str, address: str) -> Draft:
    """Return the notice to the organizers that an office has answered."""
    language = occasion.meeting.conference.languages[0]
    city = invitation.participant.city.names.in_language(language)
    with speaking(language):
        subjects = {
            Answer.ACCEPTED: gettext("%(city)s is coming: %(title)s"),
            Answer.DELEGATED: gettext("%(city)s sends a deputy: %(title)s"),
            Answer.TENTATIVE: gettext("%(city)s is not sure yet: %(title)s"),
            Answer.DECLINED: gettext("%(city)s is not coming: %(title)s"),
        }
        title = occasion.meeting.titles.in_language(language)
        subject = subjects[invitation.answer] % {"city": city, "title": title}
        answer_words = str(ANSWER_NAMES[invitation.answer])
    return letters.write(
        "notice",
        language,
        subject,
        invitation=invitation,
        said_by=said_by,
        answer_words=answer_words,
        board=address,
        **_values(occasion, invitation.participant, language),
    )
