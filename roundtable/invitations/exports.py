"""The answers as a table for spreadsheets."""

import csv
import io
import re
from collections.abc import Iterable

from flask_babel import gettext

from roundtable.invitations.answers import STATE_NAMES
from roundtable.invitations.models import Invitation
from roundtable.languages import current_language

_FORMULA = re.compile(r"(^|;)(?=[\s]*[=+\-@\t\r])")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    An apostrophe goes before what could begin one, at the start and after every `;`: Turkish and German
    spreadsheets split cells there, quoted or not (trust.md, fact 8).
    """
    return _FORMULA.sub(r"\1'", " ".join(text.split()))


def answers_as_csv(invitations: Iterable[Invitation]) -> bytes:
    """Return the answers with what belongs to them; a no and no answer are different words.

    Separated by `;`, with a byte order mark, as spreadsheets of both countries open it.
    """
    language = current_language()
    target = io.StringIO(newline="")
    table = csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(
        [
            gettext("City"),
            gettext("Country"),
            gettext("Mayor"),
            gettext("Answer"),
            gettext("Deputy"),
            gettext("We will know by"),
            gettext("Note"),
            gettext("Will speak"),
            gettext("Wants to hear interpretation into"),
            gettext("Topic of the statement"),
            gettext("Pictures of the session"),
        ]
    )
    for one in invitations:
        pictures = {None: "", True: gettext("yes"), False: gettext("no")}[one.pictures_allowed]
        row = [
            one.participant.city.names.in_language(language),
            one.participant.city.country,
            one.participant.called(language),
            str(STATE_NAMES[one.answer]),
            one.deputy_called(),
            one.sure_by.isoformat() if one.sure_by else "",
            one.note,
            one.speaks,
            one.listens_to,
            one.topic,
            pictures,
        ]
        table.writerow([harmless(cell) for cell in row])
    return ("\ufeff" + target.getvalue()).encode()
