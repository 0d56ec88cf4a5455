"""The first draft of a press summary, written from the approved record."""

from zoneinfo import ZoneInfo

from flask_babel import gettext, ngettext

from roundtable import dates, times
from roundtable.db import Texts
from roundtable.languages import speaking
from roundtable.minutes.kinds import EntryKind, Presence
from roundtable.minutes.record import Record, RecordEntry


def headlines(record: Record, languages: list[str]) -> Texts:
    """Propose the headline: the title of the session, for an editor to sharpen."""
    return Texts({language: record.titles.get(language, "") for language in languages})


def leads(record: Record, languages: list[str]) -> Texts:
    """Propose the lead: who, what, when, where."""
    return Texts({language: _lead(record, language) for language in languages})


def _lead(record: Record, language: str) -> str:
    day = times.wall(record.starts_at, ZoneInfo(record.zone)).date()
    with speaking(language):
        return ngettext(
            "On %(day)s, %(num)d city met by video conference: %(title)s.",
            "On %(day)s, %(num)d cities met by video conference: %(title)s.",
            record.count(Presence.PRESENT, Presence.REPRESENTED),
            day=dates.plain_day(day, language),
            title=record.titles.in_language(language),
        )


def bodies(record: Record, languages: list[str]) -> Texts:
    """Propose the body: decisions in their order, then who does what until when.

    Only entries that have words in the language are taken: nothing is translated by guessing.
    """
    return Texts({language: _body(record.common(), language) for language in languages})


def _body(record: Record, language: str) -> str:
    paragraphs = [
        entry.texts[language]
        for entry in record.entries()
        if entry.kind in {EntryKind.DECISION, EntryKind.NOTE} and language in entry.texts
    ]
    with speaking(language):
        steps = [
            _step(entry, language) for entry in record.entries(EntryKind.ACTION) if language in entry.texts
        ]
    return "\n\n".join([*paragraphs, *steps])


def _step(entry: RecordEntry, language: str) -> str:
    city = entry.owner.city.in_language(language) if entry.owner else ""
    if entry.due_on is None:
        return gettext("Next step (%(city)s): %(text)s", city=city, text=entry.texts[language])
    return gettext(
        "Next step (%(city)s, until %(day)s): %(text)s",
        city=city,
        day=dates.plain_day(entry.due_on, language),
        text=entry.texts[language],
    )


def facts(record: Record, languages: list[str], language: str) -> list[str]:
    """Return the lines of the facts box in the language."""
    countries = {
        line.person.country
        for line in record.attendance
        if line.presence in {Presence.PRESENT, Presence.REPRESENTED}
    }
    day = times.wall(record.starts_at, ZoneInfo(record.zone)).date()
    with speaking(language):
        cities = ngettext(
            "%(num)d city", "%(num)d cities", record.count(Presence.PRESENT, Presence.REPRESENTED)
        )
        return [
            gettext("%(cities)s, %(countries)s", cities=cities, countries=_countries(countries, language)),
            gettext(
                "%(day)s, %(minutes)d minutes",
                day=dates.plain_day(day, language),
                minutes=record.duration_minutes,
            ),
            ", ".join(dates.language_name(code, language) for code in languages),
        ]


def _countries(codes: set[str], language: str) -> str:
    return " · ".join(sorted(dates.country_name(code, language) for code in codes))
