"""The first draft of a press summary, written from the approved record for an editor to sharpen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.lists import format_list
from flask_babel import gettext, ngettext

from roundtable import dates, times
from roundtable.db import Texts
from roundtable.languages import locale_of, speaking
from roundtable.minutes.kinds import EntryKind, Presence
from roundtable.minutes.record import Record, RecordEntry, RecordItem
from roundtable.press.kinds import BlockKind

AT_THE_TABLE = (Presence.PRESENT, Presence.REPRESENTED)


@dataclass(frozen=True)
class Drafted:
    """One part of the draft, with the entries of the record from which it came."""

    kind: BlockKind
    texts: Texts
    sources: tuple[int, ...] = ()


def draft(record: Record, languages: Sequence[str]) -> list[Drafted]:
    """Return the parts of the first draft in their order: headline, lead, facts, then paragraphs.

    The paragraphs follow the agenda: who spoke, what was noted, what was agreed; the next steps come
    last. Only entries that have words in a language are taken into it: nothing is translated by guessing.
    """
    common = record.common()
    parts = [
        Drafted(BlockKind.HEADLINE, _each(languages, lambda language: _headline(common, language))),
        Drafted(BlockKind.LEAD, _each(languages, lambda language: _lead(common, language))),
        Drafted(BlockKind.FACTS, _each(languages, lambda language: _facts(common, languages, language))),
    ]
    for item in common.items:
        parts += _of_item(item, languages)
    parts += [_of_entry(entry, languages, _step) for entry in common.entries(EntryKind.ACTION)]
    return [part for part in parts if part.texts or part.kind.is_fixed]


def _each(languages: Sequence[str], words: Callable[[str], str]) -> Texts:
    texts = {}
    for language in languages:
        with speaking(language):
            texts[language] = words(language)
    return Texts(texts)


def _headline(record: Record, language: str) -> str:
    return ngettext(
        "%(title)s: %(num)d city at one table",
        "%(title)s: %(num)d cities at one table",
        record.count(*AT_THE_TABLE),
        title=record.titles.in_language(language),
    )


def _lead(record: Record, language: str) -> str:
    day = times.wall(record.starts_at, ZoneInfo(record.zone)).date()
    return ngettext(
        "On %(day)s, %(num)d city met by video conference: %(title)s.",
        "On %(day)s, %(num)d cities met by video conference: %(title)s.",
        record.count(*AT_THE_TABLE),
        day=dates.plain_day(day, language),
        title=record.titles.in_language(language),
    )


def _of_item(item: RecordItem, languages: Sequence[str]) -> Iterator[Drafted]:
    spoken = [one for one in item.entries if one.kind is EntryKind.STATEMENT and one.speaker is not None]
    if spoken:
        yield Drafted(
            BlockKind.PARAGRAPH,
            _each(languages, lambda language: _speakers(item, spoken, language)),
            tuple(one.id for one in spoken),
        )
    noted = [one for one in item.entries if one.kind is EntryKind.NOTE]
    if noted:
        yield Drafted(
            BlockKind.PARAGRAPH,
            _each(languages, lambda language: " ".join(_sentence(one, language) for one in noted).strip()),
            tuple(one.id for one in noted),
        )
    for entry in item.entries:
        if entry.kind is EntryKind.DECISION:
            yield _of_entry(entry, languages, _decision)


def _of_entry(
    entry: RecordEntry, languages: Sequence[str], words: Callable[[RecordEntry, str], str]
) -> Drafted:
    texts = _each(languages, lambda language: words(entry, language))
    return Drafted(BlockKind.PARAGRAPH, texts, (entry.id,))


def _speakers(item: RecordItem, spoken: Sequence[RecordEntry], language: str) -> str:
    cities = dict.fromkeys(one.speaker.city.in_language(language) for one in spoken if one.speaker)
    listed = format_list(list(cities), locale=locale_of(language))
    title = item.titles.in_language(language)
    if not title:
        return gettext("These cities took the floor: %(cities)s.", cities=listed)
    return gettext("Under “%(item)s” these cities took the floor: %(cities)s.", item=title, cities=listed)


def _sentence(entry: RecordEntry, language: str) -> str:
    words = entry.texts.get(language, "")
    return words if not words or words[-1] in ".!?…" else f"{words}."


def _decision(entry: RecordEntry, language: str) -> str:
    if language not in entry.texts:
        return ""
    if entry.votes is not None:
        return gettext(
            "By %(count_for)d votes to %(count_against)d the participants agreed: %(text)s",
            count_for=entry.votes.votes_for,
            count_against=entry.votes.votes_against,
            text=entry.texts[language],
        )
    return gettext("The participants agreed: %(text)s", text=entry.texts[language])


def _step(entry: RecordEntry, language: str) -> str:
    if language not in entry.texts:
        return ""
    city = entry.owner.city.in_language(language) if entry.owner else ""
    if entry.due_on is None:
        return gettext("Next step (%(city)s): %(text)s", city=city, text=entry.texts[language])
    return gettext(
        "Next step (%(city)s, until %(day)s): %(text)s",
        city=city,
        day=dates.plain_day(entry.due_on, language),
        text=entry.texts[language],
    )


def _facts(record: Record, languages: Sequence[str], language: str) -> str:
    """Return the lines of the facts box: cities and countries, day and length, languages."""
    countries = {line.person.country for line in record.attendance if line.presence in AT_THE_TABLE}
    named = sorted(dates.country_name(code, language) for code in countries)
    day = times.wall(record.starts_at, ZoneInfo(record.zone)).date()
    cities = ngettext("%(num)d city", "%(num)d cities", record.count(*AT_THE_TABLE))
    return "\n".join(
        [
            gettext("%(cities)s, %(countries)s", cities=cities, countries=" · ".join(named)),
            gettext(
                "%(day)s, %(minutes)d minutes",
                day=dates.plain_day(day, language),
                minutes=record.duration_minutes,
            ),
            ", ".join(dates.language_name(code, language) for code in languages),
        ]
    )
