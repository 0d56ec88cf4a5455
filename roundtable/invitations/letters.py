"""Composing the letters about a meeting: the words of each, for one mailbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from babel.lists import format_list
from flask_babel import gettext

from roundtable import dates, times
from roundtable.agenda.queries import PlannedItem
from roundtable.conferences.models import Body, Conference, Meeting
from roundtable.guests.models import Contact, Participant
from roundtable.invitations import wording
from roundtable.invitations.answers import STATE_NAMES
from roundtable.invitations.changes import Change, Told, changes
from roundtable.invitations.letter_kind import LetterKind
from roundtable.invitations.letter_kinds import KINDS, NOTICE
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import Invitation, Wording
from roundtable.invitations.rsvp import Answer, DeputyState
from roundtable.languages import locale_of, speaking
from roundtable.mail import letters
from roundtable.mail.filling import placeholder
from roundtable.mail.outbox import Draft
from roundtable.words import shortened

NAME_LENGTH = 160
"""Characters of a foreign text in a subject: a title is no place for a message of its own."""


@dataclass(frozen=True)
class Occasion:
    """What all letters about one meeting share."""

    meeting: Meeting
    bodies: list[Body]
    zones: tuple[str, ...]
    agenda: list[PlannedItem] = field(default_factory=list)
    wordings: Mapping[tuple[str, str], Wording] = field(default_factory=dict)
    reads_replies: bool = False

    @property
    def conference(self) -> Conference:
        return self.meeting.conference

    def sender_name(self, language: str) -> str:
        """Return who writes."""
        return sender_of(self.conference, self.bodies, language)

    def told(self) -> Told:
        """Return what guests shall know now."""
        meeting = self.meeting
        return Told(
            meeting.titles,
            meeting.starts_at,
            meeting.zone,
            meeting.duration_minutes,
            is_cancelled=meeting.is_cancelled,
            wall_time=meeting.wall_time,
        )

    def hours(self, language: str) -> str:
        """Return the start in every zone: `13:00 İstanbul · 12:00 Berlin`."""
        meeting = self.meeting
        return dates.hours_said(dates.clocks(meeting.starts_at, 0, meeting.zone, self.zones, language))

    def day(self, language: str) -> str:
        """Return weekday and date at the meeting's home."""
        meeting = self.meeting
        return dates.long_day(times.wall(meeting.starts_at, ZoneInfo(meeting.zone)).date(), language)

    def short_when(self, language: str) -> str:
        """Return day and hours, short enough for a subject line."""
        meeting = self.meeting
        day = times.wall(meeting.starts_at, ZoneInfo(meeting.zone)).date()
        return f"{dates.short_day(day, language)}, {self.hours(language)}"

    def deadline(self, language: str) -> str:
        """Return until when answers are open, in every zone; nothing where there is no deadline."""
        closes = self.meeting.answers_close_at
        return dates.said(closes, self.meeting.zone, self.zones, language) if closes else ""


def sender_of(conference: Conference, bodies: Sequence[Body], language: str) -> str:
    """Return who writes: the name that the conference has chosen, the first body, else the conference."""
    names = conference.sender_names or (bodies[0].names if bodies else conference.titles)
    return names.in_language(language)


@dataclass(frozen=True)
class Saying:
    """What one letter says beyond its occasion.

    `answer` is the answer in words, `next` the program's own sentences on what comes now, `query` what
    is added to the address of the page, `options` the dates to choose from; `changes` are
    those that are no changes of the meeting itself.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    changes_since: Told | None = None
    answer: str = ""
    next: Sequence[str] = ()
    query: str = ""
    options: Sequence[str] = ()
    changes: Sequence[Change] = ()


def compose(
    kind: LetterKind,
    about: Occasion,
    box: Mailbox,
    saying: Saying | None = None,
    *,
    language: str = "",
    page: str = "",
) -> Draft:
    """Return a letter to a guest's mailbox, in its language and in the conference's wording.

    `page` is where the link leads below the personal one; without it, to the meeting.
    """
    language = language or box.language
    own = about.wordings.get((kind.key, language))
    with speaking(language):
        query = saying.query if saying else ""
        page = page or f"/meetings/{about.meeting.id}{query}"
        sheet = sheet_of(kind, own, language, box, page)
        return _about_meeting(about, sheet, saying or Saying())


def notice(about: Occasion, invitation: Invitation, saying: Saying, board: str) -> Draft:
    """Return what the organizers are told about an answer, in the conference's first language."""
    language = about.conference.languages[0]
    participant = invitation.participant
    with speaking(language):
        subject, body = worded(NOTICE, None)
        words = {
            "city": participant.city.names.in_language(language),
            "state": str(STATE_NAMES[invitation.answer]),
            **saying.words,
        }
        who = called(participant, language)
        sheet = Sheet(NOTICE, language, subject, body, [("", board)], who)
        return _about_meeting(about, sheet, replace(saying, words=words))


def link_letter(
    conference: Conference, box: Mailbox, sender: str, bodies: list[Body], own: Wording | None
) -> Draft:
    """Return the letter with nothing but the personal link, which is about no single meeting."""
    language = box.language
    with speaking(language):
        sheet = sheet_of(KINDS["link-again"], own, language, box, "")
        return without_session(
            sheet, conference, bodies, title=conference.titles.in_language(language), over=sender
        )


def without_session(
    sheet: "Sheet",
    conference: Conference,
    bodies: Sequence[Body],
    *,
    title: str,
    over: str,
    words: Mapping[str, str] | None = None,
    blocks: Mapping[str, object] | None = None,
) -> Draft:
    """Return a letter that is about no single session, in the current language: no day, no hours.

    `words` and `blocks` are those beyond what every letter has.
    """
    said = {**words_of(sheet, conference), **(words or {})}
    return written(
        sheet,
        said,
        said,
        {"link": sheet.links, **(blocks or {})},
        title=title,
        over=over,
        day="",
        clocks_at_table=[],
        conference=conference,
        bodies=[one.names.in_language(sheet.language) for one in bodies],
    )


def worded(kind: LetterKind, own: Wording | None) -> tuple[str, str]:
    """Return subject and body of a kind: the conference's own, else the program's in the current language."""
    if own is not None:
        return own.subject, own.body
    body = "\n\n".join(gettext(one) if " " in one else one for one in kind.body)
    return gettext(kind.subject), body


def called(participant: Participant, language: str) -> str:
    """Return the mayor with the office, else the city."""
    return participant.called(language) or participant.city.names.in_language(language)


@dataclass(frozen=True)
class Sheet:
    """A letter before anything is filled in: its words, its links with for whom each is, and for whom it is."""

    kind: LetterKind
    language: str
    subject: str
    body: str
    links: list[tuple[str, str]]
    who: str


def sheet_of(kind: LetterKind, own: Wording | None, language: str, box: Mailbox, page: str) -> Sheet:
    """Return a letter's words and links for a mailbox, before anything is filled in."""
    subject, body = worded(kind, own)
    links = [(called(one.participant, language), placeholder(one.id) + page) for one in box.contacts]
    names = list(dict.fromkeys(_who(kind, one, language) for one in box.contacts))
    return Sheet(kind, language, subject, body, links, format_list(names, locale=locale_of(language)))


def _who(kind: LetterKind, contact: Contact, language: str) -> str:
    """Return for whom a letter is; a deputy is named with whom it represents, once it knows that it does."""
    mayor = called(contact.participant, language)
    if not contact.is_deputy or kind.key in {"deputy", "deputy-withdrawn"}:
        return mayor
    return gettext("%(deputy)s, representing %(who)s", deputy=contact.name, who=mayor)


def words_of(sheet: Sheet, conference: Conference) -> dict[str, str]:
    """Return what every letter may say: for whom it is, about what, and whom to call."""
    return {
        "who": sheet.who,
        "title": conference.titles.in_language(sheet.language),
        "conference": conference.titles.in_language(sheet.language),
        "contact": conference.contact_name,
        "phone": conference.contact_phone,
        "link": sheet.links[0][1],
    }


def _about_meeting(about: Occasion, sheet: Sheet, saying: Saying) -> Draft:
    meeting, language = about.meeting, sheet.language
    found = list(saying.changes)
    if saying.changes_since:
        found += changes(saying.changes_since, about.told(), about.zones, language)
    words = {
        **words_of(sheet, about.conference),
        "title": meeting.titles.in_language(language),
        "when": dates.said(meeting.starts_at, meeting.zone, about.zones, language),
        "deadline": about.deadline(language),
        "answer": saying.answer,
        "next": " ".join(saying.next),
        "changes": "; ".join(f"{one.name}: {one.new}" for one in found),
        **saying.words,
    }
    return written(
        sheet,
        words,
        {**words, "when": about.short_when(language)},
        {
            "when": True,
            "link": sheet.links,
            "changes": found,
            "answer": saying.answer,
            "next": saying.next,
            "options": saying.options,
        },
        title=words["title"],
        over=words["conference"],
        day=about.day(language),
        clocks_at_table=dates.clocks(
            meeting.starts_at, meeting.duration_minutes, meeting.zone, about.zones, language
        ),
        conference=about.conference,
        bodies=[one.names.in_language(language) for one in about.bodies],
    )


def written(
    sheet: Sheet,
    words: Mapping[str, str],
    in_subject: Mapping[str, str],
    blocks: Mapping[str, object],
    **page: object,
) -> Draft:
    """Fill the words in: `words` in the body, `in_subject`, shortened, in the subject."""
    kind = sheet.kind
    short = {name: shortened(value, NAME_LENGTH) for name, value in in_subject.items()}
    return letters.write(
        kind.key,
        sheet.language,
        wording.fill(sheet.subject, short),
        parts=wording.expand(sheet.body, words, blocks),
        blocks=blocks,
        button=gettext(kind.button),
        is_notice=kind is NOTICE,
        **page,
    )


def answer_words(answer: Answer, *, deputy: str, sure_by: str) -> str:
    """Return an answer as a whole sentence, in the current language."""
    if answer is Answer.ACCEPTED:
        return gettext("Takes part.")
    if answer is Answer.DELEGATED:
        return gettext("Is represented by %(deputy)s.", deputy=deputy)
    if answer is Answer.TENTATIVE:
        return (
            gettext("Is not sure yet. You will know by %(day)s.", day=sure_by)
            if sure_by
            else gettext("Is not sure yet.")
        )
    return gettext("Does not take part.")


def said_of(invitation: Invitation, language: str) -> str:
    """Return the answer that holds, as a whole sentence in the language."""
    with speaking(language):
        day = dates.long_day(invitation.sure_by, language) if invitation.sure_by else ""
        return answer_words(invitation.answer, deputy=invitation.deputy_called(), sure_by=day)


def after_answer(invitation: Invitation, language: str, *, in_calendar: bool) -> list[str]:
    """Return what the office is told to expect after its answer."""
    with speaking(language):
        if invitation.answer is Answer.ACCEPTED:
            return [
                gettext("The calendar entry is attached to this letter. Changes will reach it by themselves.")
            ]
        if invitation.answer is Answer.DELEGATED and invitation.deputy_state is DeputyState.PROPOSED:
            return [gettext("The organizers look at your proposal and write to you.")]
        if invitation.answer is Answer.DELEGATED:
            return [
                gettext(
                    "The deputy gets an own letter with an own link. Your link no longer opens the session; it still "
                    "shows agenda and answer."
                )
            ]
        if invitation.answer is Answer.DECLINED and in_calendar:
            return [gettext("This letter takes the entry out of your calendar.")]
        return []


def after_change(about: Occasion, language: str, *, asks_again: bool) -> list[str]:
    """Return what guests are asked to do after a change."""
    with speaking(language):
        if not asks_again:
            return [gettext("Your answer still holds. You can read and change it on your page.")]
        deadline = about.deadline(language)
        if deadline:
            return [
                gettext("Because of this we ask you to answer once more, by %(deadline)s.", deadline=deadline)
            ]
        return [gettext("Because of this we ask you to answer once more.")]


def after_invitation(about: Occasion, language: str) -> list[str]:
    """Return how else an invitation can be answered, where an inbox is read."""
    if not about.reads_replies:
        return []
    with speaking(language):
        return [gettext("The buttons that your calendar shows for this letter work as well.")]


def for_organizers(invitation: Invitation, language: str, called_before: str) -> list[str]:
    """Return what organizers have to do or know beyond the answer itself."""
    with speaking(language):
        if invitation.deputy_state is DeputyState.PROPOSED:
            return [gettext("Please accept or refuse the deputy on the page of the invitations.")]
        if called_before and called_before != invitation.deputy_called():
            return [gettext("Until now: %(deputy)s as deputy.", deputy=called_before)]
        return []
