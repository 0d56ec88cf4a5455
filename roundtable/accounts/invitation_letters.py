"""The letter that invites a colleague, to a conference or to the program."""

from flask_babel import gettext

from roundtable.accounts.letters import Sheet, draft
from roundtable.accounts.models import AccountDoor
from roundtable.languages import speaking
from roundtable.mail import outbox
from roundtable.mail.filling import link_placeholder
from roundtable.mail.outbox import Envelope
from roundtable.words import shortened

_LONGEST = 120
"""Characters of a name or title that somebody else has chosen: a letter of ours is no place for theirs."""


def post(door: AccountDoor, *, title: str = "", role: str = "") -> None:
    """Queue the letter; `title` and `role` are in the language of the letter already."""
    with speaking(door.language):
        who, what = shortened(door.made_by, _LONGEST), shortened(title, _LONGEST)
        if title:
            before = [
                gettext(
                    "%(who)s invites you to work on the conference “%(title)s” in Roundtable.",
                    who=who,
                    title=what,
                ),
                gettext("Your role there: %(role)s.", role=role),
            ]
        else:
            before = [
                gettext(
                    "%(who)s invites you to Roundtable, where conferences of mayors are prepared.", who=who
                )
            ]
        sheet = Sheet(
            subject=gettext("Invitation to Roundtable"),
            before=before,
            link=link_placeholder("door", door.id),
            button=gettext("See the invitation"),
            after=[
                gettext(
                    "The link is for %(email)s only. It works once and for seven days.", email=door.email
                ),
                gettext("If you do not know what this is about, you need not do anything."),
            ],
        )
        letter = draft("account-invitation", door.language, sheet)
    outbox.queue(
        letter,
        Envelope(
            key=f"account-invitation/{door.id}",
            topic=f"account-invitation/{door.id}",
            recipient=("", door.email),
            sender=("Roundtable", ""),
        ),
    )
