"""The catalogue of cities: their names in every language, country, German state and zone.

The list holds the metropolitan municipalities of Turkey and the large cities of Germany; the cities of
all other zones come from CLDR. A city that is missing is simply typed in.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from roundtable import dates
from roundtable.db import Texts
from roundtable.languages import LANGUAGES
from roundtable.order import search_key


@dataclass(frozen=True)
class CatalogueCity:
    """A city that the program knows; `state` is a code, empty outside Germany."""

    names: Texts
    country: str
    state: str
    zone: str


@cache
def cities() -> tuple[CatalogueCity, ...]:
    """Return every city of the catalogue: those of the list first, then those that give a zone its name."""
    source = resources.files("roundtable.guests").joinpath("cities.csv").read_text("utf-8")
    listed = [
        CatalogueCity(
            Texts({"en": row["en"], "de": row["de"] or row["en"], "tr": row["tr"] or row["en"]}),
            row["country"],
            row["state"],
            {"DE": "Europe/Berlin", "TR": "Europe/Istanbul"}[row["country"]],
        )
        for row in csv.DictReader(source.splitlines(), delimiter=";")
    ]
    known = {(one.country, search_key(name)) for one in listed for name in one.names.values()}
    others = [one for one in _cities_of_zones() if (one.country, search_key(one.names["en"])) not in known]
    return (*listed, *others)


def _cities_of_zones() -> Iterable[CatalogueCity]:
    for codes, zone in _zones():
        names = Texts({language: dates.zone_city(zone, language) for language in LANGUAGES})
        yield CatalogueCity(names, codes[0], "", zone)


@cache
def _zones() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return (country codes, zone) of every row of the zone data's own table."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone1970.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return tuple((tuple(row[0].split(",")), row[2]) for row in rows)


@cache
def countries() -> frozenset[str]:
    """Return the country codes of ISO 3166-1 that have a time zone."""
    return frozenset(code for codes, _ in _zones() for code in codes)


@cache
def _by_name() -> dict[str, tuple[CatalogueCity, ...]]:
    found: dict[str, list[CatalogueCity]] = {}
    for one in cities():
        for key in dict.fromkeys(search_key(name) for name in one.names.values()):
            found.setdefault(key, []).append(one)
    return {key: tuple(value) for key, value in found.items()}


def find(name: str, country: str = "") -> CatalogueCity | None:
    """Return the city with this name in any language; None if there is none, or several without a country."""
    found = [one for one in _by_name().get(search_key(name), ()) if not country or one.country == country]
    return found[0] if len(found) == 1 or (found and country) else None


def completed(names: Texts, country: str) -> Texts:
    """Return the names with those of the catalogue for the languages that are missing."""
    for name in names.values():
        known = find(name, country)
        if known is not None:
            return Texts({**known.names, **names})
    return names
