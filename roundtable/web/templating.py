"""What templates may call: dates, texts in several languages, names of zones and countries."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from roundtable import clock, dates, times
from roundtable.config import Settings
from roundtable.db import Texts
from roundtable.languages import LANGUAGES, OWN_NAMES, current_language
from roundtable.words import paragraphs


def in_words(texts: Texts | None) -> Markup:
    """Return the text in the reader's language.

    Where it is missing, the text of another language stands in, marked with its own language, so
    that a screen reader pronounces it rightly and a reader sees that a translation is missing.
    """
    if not texts:
        return Markup()
    language = current_language()
    found = texts.language_for(language)
    words = escape(texts.in_language(language))
    if found == language:
        return words
    return Markup('<span lang="{}" class="other-language">{}</span>').format(found, words)


def plain_words(texts: Texts | None) -> str:
    """Return the text in the reader's language without any mark, for titles and attributes."""
    return texts.in_language(current_language()) if texts else ""


def _clocks(starts_at: datetime, minutes: int, home: str, zones: tuple[str, ...] = ()) -> list[dates.Clock]:
    return dates.clocks(starts_at, minutes, home, zones, current_language())


def _said(moment: datetime, home: str, zones: tuple[str, ...] = ()) -> str:
    return dates.said(moment, home, zones, current_language())


def _hours(moment: datetime, home: str, zones: tuple[str, ...] = ()) -> str:
    return dates.hours_said(dates.clocks(moment, 0, home, zones, current_language()))


def _day(moment: datetime, home: str) -> str:
    return dates.long_day(times.wall(moment, ZoneInfo(home)).date(), current_language())


def _with_language(language: str) -> str:
    """Return the present address with another language in it."""
    arguments: dict[str, Any] = {**(request.view_args or {}), **request.args.to_dict()}
    if "language" in (request.view_args or {}):
        arguments["language"] = language
    else:
        arguments["lang"] = language
    return url_for(request.endpoint or "home.index", **arguments)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the templates their words."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.filters["path_of"] = lambda address: urlsplit(address).path
    app.jinja_env.filters.update(
        in_words=in_words,
        plain_words=plain_words,
        paragraphs=paragraphs,
        long_day=lambda day: dates.long_day(day, current_language()),
        plain_day=lambda day: dates.plain_day(day, current_language()),
        clock_hour=lambda moment: dates.hour(moment, current_language()),
        zone_city=lambda zone: dates.zone_city(zone, current_language()),
        country=lambda code: dates.country_name(code, current_language()),
        language_name=lambda code: OWN_NAMES.get(code, code),
    )
    app.jinja_env.globals.update(
        clocks=_clocks,
        said=_said,
        hours_said=_hours,
        day_said=_day,
        now=clock.now,
        all_languages=LANGUAGES,
        own_names=OWN_NAMES,
        page_language=current_language,
        with_language=_with_language,
        zone_names=lambda: sorted(times.zone_names()),
        demonstration=settings.demonstration,
    )
