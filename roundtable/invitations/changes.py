"""What has changed about a meeting since its guests were last told, in words."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from roundtable import dates
from roundtable.db import Texts


@dataclass(frozen=True)
class Told:
    """What guests know, or shall know, about a meeting; `wall_time` is what clocks at home shall show."""

    titles: Texts
    starts_at: datetime
    zone: str
    duration_minutes: int
    is_cancelled: bool = False
    wall_time: datetime | None = None


@dataclass(frozen=True)
class Change:
    """One thing that has changed, with its name, the old and the new words."""

    name: str
    old: str
    new: str


def asks_again(old: Told, new: Told) -> bool:
    """Whether the old answers mean nothing any more.

    So it is where the meeting takes other minutes of the world's time, or takes place after all.
    """
    same_time = (old.starts_at, old.duration_minutes) == (new.starts_at, new.duration_minutes)
    return not same_time or (old.is_cancelled and not new.is_cancelled)


def changes(old: Told, new: Told, zones: tuple[str, ...], language: str) -> list[Change]:
    """Return what has changed, in the current language."""
    found = []
    if old.is_cancelled and not new.is_cancelled:
        found.append(Change(gettext("Session"), gettext("cancelled"), gettext("takes place after all")))
    old_title, new_title = old.titles.in_language(language), new.titles.in_language(language)
    if old_title != new_title:
        found.append(Change(gettext("Title"), old_title, new_title))
    if old.starts_at != new.starts_at or old.zone != new.zone:
        found.append(
            Change(
                gettext("Date and time"),
                dates.said(old.starts_at, old.zone, zones, language),
                dates.said(new.starts_at, new.zone, zones, language),
            )
        )
    elif old.wall_time is not None and old.wall_time != new.wall_time:
        # A country has changed its clocks: the same instant has another name there.
        before = f"{dates.hour(old.wall_time, language)} {dates.zone_city(old.zone, language)}"
        found.append(
            Change(
                gettext("Date and time"),
                f"{dates.long_day(old.wall_time.date(), language)} · {before}",
                dates.said(new.starts_at, new.zone, zones, language),
            )
        )
    if old.duration_minutes != new.duration_minutes:
        found.append(
            Change(
                gettext("Duration"),
                gettext("%(minutes)d minutes", minutes=old.duration_minutes),
                gettext("%(minutes)d minutes", minutes=new.duration_minutes),
            )
        )
    return found
