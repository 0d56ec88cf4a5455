"""Days on which town halls are closed: weekends and public holidays, by country and German state.

The dates come from the `holidays` package. Religious days that hang on the sighting of the moon are
forecasts until a country announces them, and are said to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache, lru_cache
from types import ModuleType

from flask_babel import gettext

from roundtable.errors import sentence

HALF_DAY_ENDS = time(13)
"""When offices close on the eve of a Turkish feast (law no. 2429, article 2)."""

# The package's own suffixes: a half day, and a date that it has only estimated.
_HALF_DAY = " (from 1pm)"
_ESTIMATED = " (estimated)"
_BY_THE_MOON = ("Eid al-",)

# What the package calls the days of Germany and Turkey in English; the catalogues translate them, for
# it knows no Turkish names for German days nor German ones for Turkish.
NAMES = (
    sentence("All Saints' Day"),
    sentence("Ascension Day"),
    sentence("Assumption Day"),
    sentence("Augsburg Peace Festival"),
    sentence("Christmas Day"),
    sentence("Commemoration of Atatürk, Youth and Sports Day"),
    sentence("Corpus Christi"),
    sentence("Democracy and National Unity Day"),
    sentence("Easter Monday"),
    sentence("Easter Sunday"),
    sentence("Eid al-Adha"),
    sentence("Eid al-Fitr"),
    sentence("Epiphany"),
    sentence("German Unity Day"),
    sentence("Good Friday"),
    sentence("Labor and Solidarity Day"),
    sentence("Labor Day"),
    sentence("National Sovereignty and Children's Day"),
    sentence("New Year's Day"),
    sentence("Pentecost"),
    sentence("Pentecost Monday"),
    sentence("Reformation Day"),
    sentence("Repentance and Prayer Day"),
    sentence("Republic Day"),
    sentence("Second Day of Christmas"),
    sentence("Victory Day"),
    sentence("Women's Day"),
    sentence("World Children's Day"),
)


@dataclass(frozen=True)
class Holiday:
    """A public holiday in a place. On a half day offices close at `HALF_DAY_ENDS`."""

    names: tuple[str, ...]
    is_half_day: bool
    is_forecast: bool

    def called(self) -> str:
        """Return the name in the current language, marked where the date is a forecast."""
        name = ", ".join(gettext(one) if one in NAMES else one for one in self.names)
        if self.is_half_day:
            name = gettext("%(name)s (afternoon)", name=name)
        return gettext("%(name)s (forecast)", name=name) if self.is_forecast else name


@cache
def _library() -> ModuleType:
    # A start does without it.
    import holidays  # noqa: PLC0415

    return holidays


def _english(country: str) -> str | None:
    """Return the package's code for English names; None where it has only those of the country."""
    spoken = getattr(getattr(_library(), country), "supported_languages", ())
    return next((code for code in ("en_US", "en_GB", "en") if code in spoken), None)


@lru_cache(maxsize=2048)
def calendar(country: str, state: str, year: int) -> Mapping[date, Holiday]:
    """Return the public holidays of a year by day; nothing for a country that the package does not know."""
    supported = _library().list_supported_countries()
    if country not in supported:
        return {}
    subdivision = state if state in supported[country] else None
    language = _english(country)
    found: dict[date, Holiday] = {}
    categories = getattr(getattr(_library(), country), "supported_categories", ())
    if "half_day" in categories:
        half = _library().country_holidays(
            country, subdiv=subdivision, years=year, language=language, categories="half_day"
        )
        found |= {day: _holiday(name, is_half_day=True) for day, name in half.items()}
    whole = _library().country_holidays(country, subdiv=subdivision, years=year, language=language)
    return found | {day: _holiday(name, is_half_day=False) for day, name in whole.items()}


def _holiday(said: str, *, is_half_day: bool) -> Holiday:
    names = tuple(name.replace(_HALF_DAY, "").replace(_ESTIMATED, "").strip() for name in said.split(";"))
    by_the_moon = any(name.startswith(_BY_THE_MOON) for name in names)
    return Holiday(names, is_half_day, by_the_moon or _ESTIMATED in said)


def holiday(day: date, country: str, state: str) -> Holiday | None:
    """Return the public holiday there that day, if it is one."""
    return calendar(country, state, day.year).get(day)


@lru_cache(maxsize=512)
def weekend(country: str) -> frozenset[int]:
    """Return the weekdays (Monday is 0) on which offices of the country are closed anyway."""
    if country not in _library().list_supported_countries():
        return frozenset({5, 6})
    return frozenset(_library().country_holidays(country).weekend)


def states(country: str) -> tuple[str, ...]:
    """Return the codes of the country's states that have holidays of their own."""
    found = _library().list_supported_countries().get(country, [])
    return tuple(code for code in found if code.isupper() or code.isdigit())
