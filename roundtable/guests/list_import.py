"""Guest lists as offices send them: which column holds what, and every row checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from roundtable import addresses, times
from roundtable.errors import Refusal, sentence
from roundtable.guests import catalogue, sheets
from roundtable.guests.catalogue import CatalogueCity
from roundtable.guests.roles import ParticipantRole
from roundtable.guests.sheets import RowFault, Sheet
from roundtable.order import search_key
from roundtable.words import tidy

NO_COLUMN = sentence(
    "These columns are missing: %(missing)s. Please say below which column of the file holds them."
)
TWICE = sentence("One column of the file is said to hold “%(column)s” and something else. Please choose one.")

MISSING = sentence("“%(column)s” is empty.")
TOO_LONG = sentence("“%(column)s” has more than 200 characters.")
NO_COUNTRY = sentence("“%(value)s” is not a country. Please write a code such as TR or DE.")
NO_ZONE = sentence("“%(value)s” is not a time zone. Please write a name such as Europe/Istanbul.")
ZONE_NEEDED = sentence("The time zone is missing: %(country)s has more than one.")
NO_ADDRESS = sentence("“%(value)s” is not a mail address.")
NO_LANGUAGE = sentence("“%(value)s” is not a language of this program. Please write tr, de or en.")
NO_ROLE = sentence("“%(value)s” is not a role. Please write chair, speaker or observer.")
DUPLICATE = sentence("The same city and address stand in row %(row)d already.")
NO_STATE = sentence("“%(value)s” is not a state of %(country)s. Please write a code such as NW.")
NO_DATE = sentence("“%(value)s” is not a date. Please write it as 2024-03-31 or 31.03.2024.")
OTHER_OFFICE = sentence("Row %(row)d names another office or role for the same city.")

# What the columns are called in the lists that arrive; compared without case, marks and blanks.
_COLUMNS = {
    "city": ("city", "stadt", "sehir", "il", "kommune", "belediye"),
    "country": ("country", "land", "ulke", "staat"),
    "zone": ("zone", "timezone", "zeitzone", "saatdilimi"),
    "office": ("office", "amt", "makam", "funktion", "gorev", "unvan", "function", "title"),
    "person": ("person", "mayor", "burgermeister", "oberburgermeister", "baskan", "belediyebaskani"),
    "contact": (
        "contact",
        "contactname",
        "kontakt",
        "ansprechpartner",
        "ansprechperson",
        "iletisim",
        "yetkili",
    ),
    "email": ("email", "mail", "eposta", "emailadresse", "epostaadresi"),
    "language": ("language", "sprache", "dil"),
    "role": ("role", "rolle", "rol"),
    "state": ("state", "bundesland", "federalstate", "eyalet"),
    "since": (
        "since",
        "inofficesince",
        "amtsantritt",
        "imamtseit",
        "amtseit",
        "gorevebaslama",
        "gorevbaslangici",
    ),
}
REQUIRED = ("city", "country", "email")
COLUMN_NAMES = tuple(_COLUMNS)

_COUNTRIES = {
    "DE": ("de", "deu", "germany", "deutschland", "almanya"),
    "TR": ("tr", "tur", "turkey", "turkiye", "turkei"),
}
_ONE_ZONE = {
    "DE": "Europe/Berlin",
    "TR": "Europe/Istanbul",
    "AT": "Europe/Vienna",
    "CH": "Europe/Zurich",
    "BE": "Europe/Brussels",
    "NL": "Europe/Amsterdam",
    "FR": "Europe/Paris",
    "IT": "Europe/Rome",
    "PL": "Europe/Warsaw",
    "GR": "Europe/Athens",
    "BG": "Europe/Sofia",
    "GB": "Europe/London",
}
_LANGUAGES = {
    "en": ("en", "english", "englisch", "ingilizce"),
    "de": ("de", "german", "deutsch", "almanca"),
    "tr": ("tr", "turkish", "turkisch", "turkce"),
}
_STATES = {
    "BB": "brandenburg", "BE": "berlin", "BW": "badenwurttemberg", "BY": "bayern", "HB": "bremen", "HE": "hessen",
    "HH": "hamburg", "MV": "mecklenburgvorpommern", "NI": "niedersachsen", "NW": "nordrheinwestfalen",
    "RP": "rheinlandpfalz", "SH": "schleswigholstein", "SL": "saarland", "SN": "sachsen", "ST": "sachsenanhalt",
    "TH": "thuringen",
}  # fmt: skip
_LANGUAGE_OF_COUNTRY = {"DE": "de", "AT": "de", "TR": "tr"}
_ROLES = {
    ParticipantRole.CHAIR: ("chair", "vorsitz", "baskanlik", "host", "gastgeber", "evsahibi"),
    ParticipantRole.SPEAKER: ("speaker", "redner", "rednerin", "konusmaci", "teilnehmer", "katilimci", ""),
    ParticipantRole.OBSERVER: ("observer", "beobachter", "gozlemci", "gast"),
}


@dataclass(frozen=True)
class GuestRow:
    """One good row: a contact of a city's mayor. `number` is the row in the file, from 1.

    `given` are the columns in which something stood: what is only assumed never overwrites what is known.
    """

    number: int
    city: str
    country: str
    zone: str
    office: str
    person: str
    contact: str
    email: str
    language: str
    role: ParticipantRole
    state: str = ""
    since: date | None = None
    given: frozenset[str] = frozenset()


@dataclass
class GuestList:
    """What a file holds: all good rows, and every fault. With one fault nothing may be imported.

    `columns` says which column of the file, from 0, holds what.
    """

    sheet: Sheet
    columns: dict[str, int] = field(default_factory=dict)
    rows: list[GuestRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    @property
    def unused(self) -> list[str]:
        """The titles of the columns that are not used."""
        return [
            title for at, title in enumerate(self.sheet.titles) if title and at not in self.columns.values()
        ]


def read(content: bytes, encoding: str = "") -> Sheet:
    """Read the file of a guest list.

    Raises:
        Refusal: if it cannot be read at all.
    """
    titles = {title for names in _COLUMNS.values() for title in names}
    return sheets.read(content, encoding, is_title=titles)


def proposed_columns(sheet: Sheet) -> dict[str, int]:
    """Return which column of the file probably holds what, by its title: the first that fits."""
    found: dict[str, int] = {}
    for at, title in enumerate(sheet.titles):
        folded = sheets.folded(title)
        column = next((name for name, titles in _COLUMNS.items() if folded in titles), None)
        if column is not None:
            found.setdefault(column, at)
    return found


def check(sheet: Sheet, columns: Mapping[str, int]) -> GuestList:
    """Check every row of the table.

    Raises:
        Refusal: if a needed column is missing, or one column is said to hold two things.
    """
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise Refusal(NO_COLUMN, missing=", ".join(missing))
    for column, at in columns.items():
        if list(columns.values()).count(at) > 1:
            raise Refusal(TWICE, column=column)
    result = GuestList(sheet, dict(columns), faults=list(sheet.faults))
    checker = _Checker(dict(columns), result)
    for number, cells in sheet.rows:
        checker.row(number, cells)
    result.faults.sort(key=lambda one: one.number)
    return result


class _Checker:
    """Checks row after row and remembers what came before."""

    def __init__(self, columns: dict[str, int], result: GuestList) -> None:
        self.columns = columns
        self.result = result
        self.seen: dict[tuple[str, str], int] = {}
        self.cities: dict[tuple[str, str], GuestRow] = {}

    def row(self, number: int, cells: list[str]) -> None:
        try:
            row = self._checked(number, cells)
        except Refusal as refusal:
            self.result.faults.append(RowFault(number, refusal))
        else:
            self.result.rows.append(row)

    def _cell(self, cells: list[str], column: str) -> str:
        place = self.columns.get(column)
        text = tidy(cells[place]) if place is not None and place < len(cells) else ""
        if len(text) > 200:
            raise Refusal(TOO_LONG, column=column)
        if not text and column in REQUIRED:
            raise Refusal(MISSING, column=column)
        return text

    def _checked(self, number: int, cells: list[str]) -> GuestRow:
        city = self._cell(cells, "city")
        country = country_of(self._cell(cells, "country"))
        known = catalogue.find(city, country)
        address = addresses.checked(self._cell(cells, "email"))
        if address is None:
            raise Refusal(NO_ADDRESS, value=self._cell(cells, "email"))
        row = GuestRow(
            number=number,
            city=city,
            country=country,
            state=state_of(self._cell(cells, "state"), country) or (known.state if known else ""),
            zone=_zone(self._cell(cells, "zone"), country, known),
            office=self._cell(cells, "office"),
            person=self._cell(cells, "person"),
            contact=self._cell(cells, "contact") or address,
            email=address,
            language=_one_of(_LANGUAGES, self._cell(cells, "language"), NO_LANGUAGE)
            or _LANGUAGE_OF_COUNTRY.get(country, "en"),
            role=ParticipantRole(_one_of(_ROLES, self._cell(cells, "role"), NO_ROLE) or "speaker"),
            since=date_of(self._cell(cells, "since")),
            given=frozenset(column for column in self.columns if self._cell(cells, column)),
        )
        self._check_against_others(row)
        return row

    def _check_against_others(self, row: GuestRow) -> None:
        place = (search_key(row.city), addresses.key(row.email))
        if place in self.seen:
            raise Refusal(DUPLICATE, row=self.seen[place])
        self.seen[place] = row.number
        first = self.cities.setdefault((row.country, place[0]), row)
        if (first.office, first.person, first.role) != (row.office, row.person, row.role):
            raise Refusal(OTHER_OFFICE, row=first.number)


def country_of(text: str) -> str:
    """Return the code of a country, by its code or a name that lists use.

    Raises:
        Refusal: if it is none.
    """
    folded = sheets.folded(text)
    for code, names in _COUNTRIES.items():
        if folded in names:
            return code
    code = text.upper()
    if code.isascii() and code in catalogue.countries():
        return code
    raise Refusal(NO_COUNTRY, value=text)


def state_of(text: str, country: str) -> str:
    """Return the code of a German state, by its code or name; other countries' as they are written."""
    if not text or country != "DE":
        return text[:8]
    code, name = text.upper(), sheets.folded(text)
    found = code if code in _STATES else next((key for key, one in _STATES.items() if one == name), "")
    if not found:
        raise Refusal(NO_STATE, value=text, country=country)
    return found


def date_of(text: str) -> date | None:
    """Return a date, as spreadsheets of both countries write it."""
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d.%m.%y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise Refusal(NO_DATE, value=text)


def _zone(text: str, country: str, known: CatalogueCity | None = None) -> str:
    if text:
        if text not in times.zone_names():
            raise Refusal(NO_ZONE, value=text)
        return text
    if known is not None:
        return known.zone
    if country not in _ONE_ZONE:
        raise Refusal(ZONE_NEEDED, country=country)
    return _ONE_ZONE[country]


def _one_of(choices: Mapping[Any, Sequence[str]], text: str, fault: str) -> str:
    """Return the choice that the text names, or nothing for an empty text."""
    if not text:
        return ""
    folded = sheets.folded(text)
    for choice, names in choices.items():
        if folded in names:
            return str(choice)
    raise Refusal(fault, value=text)
