"""Reading guest lists as offices send them: CSV in any of their encodings, checked row by row."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from roundtable import addresses, times
from roundtable.errors import Refusal, sentence
from roundtable.guests.roles import ParticipantRole
from roundtable.order import search_key
from roundtable.words import tidy

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5000
ENCODINGS = ("utf-8", "windows-1254", "windows-1252", "utf-16")

TOO_LARGE = sentence("The file is larger than 2 MB. Please send the guest list in parts.")
EMPTY = sentence("The file is empty. Please choose the guest list, saved as CSV.")
NOT_TEXT = sentence(
    "The file is no CSV text. If it is an Excel workbook, please save it as “CSV UTF-8” and choose that file."
)
WRONG_ENCODING = sentence("The file cannot be read as %(encoding)s. Please choose another encoding.")
NO_HEADER = sentence(
    "The first row must name the columns. These are missing: %(missing)s. The columns are: %(known)s."
)
TWICE_IN_HEADER = sentence("The column “%(column)s” stands twice in the first row.")
TOO_MANY = sentence("The file has more than %(most)d rows. Please send the guest list in parts.")

MISSING = sentence("“%(column)s” is empty.")
TOO_LONG = sentence("“%(column)s” has more than 200 characters.")
NO_COUNTRY = sentence("“%(value)s” is not a country. Please write a code such as TR or DE.")
NO_ZONE = sentence("“%(value)s” is not a time zone. Please write a name such as Europe/Istanbul.")
ZONE_NEEDED = sentence("The time zone is missing: %(country)s has more than one.")
NO_ADDRESS = sentence("“%(value)s” is not a mail address.")
NO_LANGUAGE = sentence("“%(value)s” is not a language of this program. Please write tr, de or en.")
NO_ROLE = sentence("“%(value)s” is not a role. Please write chair, speaker or observer.")
DUPLICATE = sentence("The same city and address stand in row %(row)d already.")
ON_LIST = sentence("This address is on the guest list already.")
TOO_MANY_CELLS = sentence("The row has more cells than the first row has columns. Is a cell not quoted?")
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
_LANGUAGE_OF_COUNTRY = {"DE": "de", "AT": "de", "TR": "tr"}
_ROLES = {
    ParticipantRole.CHAIR: ("chair", "vorsitz", "baskanlik", "host", "gastgeber", "evsahibi"),
    ParticipantRole.SPEAKER: ("speaker", "redner", "rednerin", "konusmaci", "teilnehmer", "katilimci", ""),
    ParticipantRole.OBSERVER: ("observer", "beobachter", "gozlemci", "gast"),
}
# Windows-1254 differs from Windows-1252 in six letters only: Ğ İ Ş ğ ı ş stand where the other has
# Icelandic ones, which no German or Turkish list contains.
_TURKISH_BYTES = frozenset(b"\xd0\xdd\xde\xf0\xfd\xfe")


@dataclass(frozen=True)
class GuestRow:
    """One good row: a contact of a city's mayor. `number` is the row in the file, the header is 1."""

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


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one row."""

    number: int
    refusal: Refusal


@dataclass
class GuestList:
    """What a file holds: all good rows, and every fault. With one fault nothing may be imported."""

    encoding: str
    rows: list[GuestRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)


def decoded(content: bytes, encoding: str = "") -> tuple[str, str]:
    """Return (text, name of the encoding). Without a name it is recognised.

    Raises:
        Refusal: if the file is too large, empty, no text, or not in the named encoding.
    """
    if len(content) > MOST_BYTES:
        raise Refusal(TOO_LARGE)
    if not content.strip():
        raise Refusal(EMPTY)
    if content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0" or content[:4] == b"%PDF":
        raise Refusal(NOT_TEXT)
    chosen = encoding or _recognised(content)
    if chosen not in ENCODINGS:
        raise Refusal(WRONG_ENCODING, encoding=chosen)
    try:
        text = content.decode("utf-8-sig" if chosen == "utf-8" else chosen)
    except UnicodeDecodeError as error:
        raise Refusal(WRONG_ENCODING, encoding=chosen) from error
    if "\x00" in text:
        raise Refusal(NOT_TEXT)
    if not text.strip("\ufeff \t\r\n"):
        raise Refusal(EMPTY)
    return text, chosen


def _recognised(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1254" if _TURKISH_BYTES & frozenset(content) else "windows-1252"
    return "utf-8"


def read(content: bytes, encoding: str = "", *, known: Iterable[tuple[str, str]] = ()) -> GuestList:
    """Read a guest list and check every row.

    `known` holds (folded city, address key) of the contacts that are on the list already.

    Raises:
        Refusal: if the file as a whole cannot be read: see `decoded`, and its first row.
    """
    text, used = decoded(content, encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    try:
        header = next(reader)
        columns, ignored = _columns(header)
        result = GuestList(used, ignored_columns=ignored)
        check = _Checker(columns, set(known), result)
        for number, cells in enumerate(reader, start=2):
            if number > MOST_ROWS + 1:
                raise Refusal(TOO_MANY, most=MOST_ROWS)
            if any(cell.strip() for cell in cells):
                check.row(number, cells, len(header))
    except csv.Error as error:
        raise Refusal(NOT_TEXT) from error
    return result


def _delimiter(text: str) -> str:
    """Return what parts the columns of the first row: Excel writes `;` in Turkey and Germany."""
    first = text.lstrip().partition("\n")[0]
    return max((";", ",", "\t", "|"), key=first.count)


def _folded(name: str) -> str:
    return "".join(letter for letter in search_key(name) if letter.isalnum())


def _columns(header: list[str]) -> tuple[dict[str, int], list[str]]:
    """Return where each known column stands, and the names of the others.

    Raises:
        Refusal: if a required column is missing or a known one stands twice.
    """
    found: dict[str, int] = {}
    ignored = []
    for place, title in enumerate(header):
        folded = _folded(title)
        column = next((name for name, titles in _COLUMNS.items() if folded in titles), None)
        if column is None:
            ignored.append(tidy(title)[:60])
        elif column in found:
            raise Refusal(TWICE_IN_HEADER, column=tidy(title)[:60])
        else:
            found[column] = place
    missing = [column for column in REQUIRED if column not in found]
    if missing:
        raise Refusal(NO_HEADER, missing=", ".join(missing), known=", ".join(COLUMN_NAMES))
    return found, [title for title in ignored if title]


class _Checker:
    """Checks row after row and remembers what came before."""

    def __init__(self, columns: dict[str, int], known: set[tuple[str, str]], result: GuestList) -> None:
        self.columns = columns
        self.known = known
        self.result = result
        self.seen: dict[tuple[str, str], int] = {}
        self.cities: dict[tuple[str, str], GuestRow] = {}

    def row(self, number: int, cells: list[str], width: int) -> None:
        try:
            if len(cells) > width and any(cell.strip() for cell in cells[width:]):
                raise Refusal(TOO_MANY_CELLS)  # noqa: TRY301 - one place collects all refusals of a row
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
        country = _country(self._cell(cells, "country"))
        address = addresses.checked(self._cell(cells, "email"))
        if address is None:
            raise Refusal(NO_ADDRESS, value=self._cell(cells, "email"))
        row = GuestRow(
            number=number,
            city=city,
            country=country,
            zone=_zone(self._cell(cells, "zone"), country),
            office=self._cell(cells, "office"),
            person=self._cell(cells, "person"),
            contact=self._cell(cells, "contact") or address,
            email=address,
            language=_one_of(_LANGUAGES, self._cell(cells, "language"), NO_LANGUAGE)
            or _LANGUAGE_OF_COUNTRY.get(country, "en"),
            role=ParticipantRole(_one_of(_ROLES, self._cell(cells, "role"), NO_ROLE) or "speaker"),
        )
        self._check_against_others(row)
        return row

    def _check_against_others(self, row: GuestRow) -> None:
        place = (search_key(row.city), addresses.key(row.email))
        if place in self.known:
            raise Refusal(ON_LIST)
        if place in self.seen:
            raise Refusal(DUPLICATE, row=self.seen[place])
        self.seen[place] = row.number
        first = self.cities.setdefault((row.country, place[0]), row)
        if (first.office, first.person, first.role) != (row.office, row.person, row.role):
            raise Refusal(OTHER_OFFICE, row=first.number)


@cache
def countries() -> frozenset[str]:
    """Return the country codes of ISO 3166-1 that have a time zone, by the zone data's own table."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone1970.tab").read_text("utf-8")
    rows = [row.split("\t")[0] for row in table.splitlines() if row and not row.startswith("#")]
    return frozenset(code for row in rows for code in row.split(","))


def _country(text: str) -> str:
    folded = _folded(text)
    for code, names in _COUNTRIES.items():
        if folded in names:
            return code
    code = text.upper()
    if code.isascii() and code in countries():
        return code
    raise Refusal(NO_COUNTRY, value=text)


def _zone(text: str, country: str) -> str:
    if text:
        if text not in times.zone_names():
            raise Refusal(NO_ZONE, value=text)
        return text
    if country not in _ONE_ZONE:
        raise Refusal(ZONE_NEEDED, country=country)
    return _ONE_ZONE[country]


def _one_of(choices: Mapping[Any, Sequence[str]], text: str, fault: str) -> str:
    """Return the choice that the text names, or nothing for an empty text."""
    if not text:
        return ""
    folded = _folded(text)
    for choice, names in choices.items():
        if folded in names:
            return str(choice)
    raise Refusal(fault, value=text)
