"""Geometry of the pictures: where seats stand around the table, how a day is laid on a ribbon."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from roundtable import times


@dataclass(frozen=True)
class Seat:
    """The place of one seat, in the units of the picture's viewBox; `anchor` is SVG's text-anchor."""

    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True)
class Table:
    """A round table with its seats: all numbers in viewBox units, the centre at (0, 0)."""

    width: float
    height: float
    radius: float
    seat_radius: float
    font_size: float
    labelled: bool
    seats: tuple[Seat, ...]

    @property
    def view_box(self) -> str:
        return f"{-self.width / 2:g} {-self.height / 2:g} {self.width:g} {self.height:g}"


LABELLED_SEATS = 40
"""More names than these cannot be read around one table; the list beside it carries them then."""


@lru_cache(maxsize=256)
def table(count: int) -> Table:
    """Place `count` seats around the table, the first at the top, the others clockwise."""
    labelled = count <= LABELLED_SEATS
    seat_radius = 14.5 if count <= 24 else max(3.0, 14.5 * 24 / count)
    radius = 175.0
    ring = radius + seat_radius + 20
    # In between the names on the left and right stand one above the other; a taller ring parts them.
    stretch = 1.0 if count <= 24 else 1.25
    seats = []
    for index in range(count):
        angle = 2 * math.pi * index / max(count, 1)
        x, y = math.sin(angle) * ring, -math.cos(angle) * ring * stretch
        distance = seat_radius + 8
        sideways = abs(math.sin(angle))
        anchor = "middle" if sideways < 0.13 else "start" if math.sin(angle) > 0 else "end"
        if anchor == "middle":
            label_x, label_y = x, y + math.copysign(distance + 8, y) + 4
        else:
            label_x = x + math.copysign(distance, x) * (0.55 + 0.45 * sideways)
            label_y = y + math.copysign((1 - sideways) * distance * 1.15, y) + 4
        seats.append(Seat(round(x, 1), round(y, 1), round(label_x, 1), round(label_y, 1), anchor))
    margin = 122 if labelled else 24
    return Table(
        width=2 * (ring + margin),
        height=2 * (ring * stretch + (38 if labelled else 24)),
        radius=radius,
        seat_radius=round(seat_radius, 1),
        font_size=14 if count <= 24 else 11,
        labelled=labelled,
        seats=tuple(seats),
    )


@dataclass(frozen=True)
class Band:
    """A stretch of a ribbon: its kind, where it begins and how long it is, in minutes of the day."""

    kind: str
    start: int
    length: int


DAY_MINUTES = 24 * 60


def ribbon(starts_at: datetime, duration_minutes: int, zone: str) -> tuple[list[Band], Band]:
    """Return one zone's day as bands (night, edge, office), and the meeting laid over it.

    The day is the one on which the meeting starts there; a meeting past midnight is cut at it.
    """
    wall = times.wall(starts_at, ZoneInfo(zone))
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    bands: list[Band] = []
    for hour in range(24):
        kind = times.hour_kind(midnight + timedelta(hours=hour))
        if kind == "office" and times.is_weekend(wall.date()):
            kind = "edge"
        if bands and bands[-1].kind == kind:
            bands[-1] = Band(kind, bands[-1].start, bands[-1].length + 60)
        else:
            bands.append(Band(kind, hour * 60, 60))
    start = wall.hour * 60 + wall.minute
    return bands, Band("meeting", start, max(15, min(duration_minutes, DAY_MINUTES - start)))
