"""The letters of a poll: which dates suit, a further one, a reminder, the date is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from roundtable import dates
from roundtable.conferences.models import Body
from roundtable.invitations import letters
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import Wording
from roundtable.languages import speaking
from roundtable.mail.outbox import Draft
from roundtable.scheduling.models import DatePoll


@dataclass(frozen=True)
class Search:
    """What all letters about one poll share."""

    poll: DatePoll
    bodies: list[Body]
    zones: tuple[str, ...]
    wordings: dict[tuple[str, str], Wording]

    def sender_name(self, language: str) -> str:
        """Return who writes."""
        return letters.sender_of(self.poll.conference, self.bodies, language)


def compose(
    kind: str, about: Search, box: Mailbox, starts: Sequence[datetime], *, language: str = ""
) -> Draft:
    """Return a letter that asks about these starts, in the mailbox's language."""
    poll, language = about.poll, language or box.language
    with speaking(language):
        own = about.wordings.get((kind, language))
        sheet = letters.sheet_of(KINDS[kind], own, language, box, f"/polls/{poll.id}")
        conference = poll.conference
        options = [dates.said(start, poll.zone, about.zones, language) for start in starts]
        words = {
            **letters.words_of(sheet, conference),
            "title": poll.titles.in_language(language),
            "deadline": dates.said(poll.answers_close_at, poll.zone, about.zones, language),
        }
        return letters.written(
            sheet,
            words,
            words,
            {"link": sheet.links, "options": options},
            title=words["title"],
            over=words["conference"],
            day="",
            clocks_at_table=[],
            conference=conference,
            bodies=[one.names.in_language(language) for one in about.bodies],
        )
