"""Public holidays on the day of a meeting, by country and German state."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=512)
def _calendar(country: str, state: str, year: int, language: str) -> dict[date, str]:
    supported = holidays.list_supported_countries()
    if country not in supported:
        return {}
    # Without a language the package answers in whatever it likes; not every country speaks ours.
    entity = getattr(holidays, country)
    spoken = getattr(entity, "supported_languages", ())
    chosen = next((code for code in (language, f"{language}_US", "en_US", "en") if code in spoken), None)
    found = holidays.country_holidays(
        country, subdiv=state if state in supported[country] else None, years=year, language=chosen
    )
    return dict(found.items())


def holiday(day: date, country: str, state: str, language: str) -> str:
    """Return the name of the public holiday there that day, or nothing."""
    return _calendar(country, state, day.year, language).get(day, "")
