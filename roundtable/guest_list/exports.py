"""The guest list as a file that can be imported again, with nothing in it that a spreadsheet would run."""

from collections.abc import Iterable

from roundtable.guest_list.listing import Listed, values_of
from roundtable.guests.list_import import COLUMN_NAMES
from roundtable.invitations.exports import harmless


def rows_of(listed: Iterable[Listed], language: str) -> list[list[str]]:
    """Return the table with its titles: one row for each contact, and one for a city without any."""
    table = [list(COLUMN_NAMES)]
    for one in listed:
        for contact in one.contacts or (None,):
            values = values_of(one.participant, contact, language)
            table.append([harmless(values[name]) for name in COLUMN_NAMES])
    return table
