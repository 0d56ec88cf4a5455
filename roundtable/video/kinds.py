"""Kinds of rooms, and the state of the door."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

OPENS_MINUTES = 15
STAYS_OPEN = timedelta(hours=2)
"""How long after its planned end a meeting can still be entered: sessions run over."""


class RoomKind(StrEnum):
    """Where a meeting takes place."""

    LINK = "link"
    JITSI = "jitsi"
    BIGBLUEBUTTON = "bigbluebutton"


class Door(StrEnum):
    """What somebody finds who stands before the door."""

    CANCELLED = "cancelled"
    NO_SEAT = "no-seat"
    OVER = "over"
    NO_ROOM = "no-room"
    TOO_EARLY = "too-early"
    OPEN = "open"


@dataclass(frozen=True)
class Hours:
    """When the door of a meeting is open."""

    opens_at: datetime
    closes_at: datetime


def hours(starts_at: datetime, ends_at: datetime, opens_minutes: int) -> Hours:
    """Return when the door is open: `opens_minutes` before the start until two hours after the end."""
    return Hours(starts_at - timedelta(minutes=opens_minutes), ends_at + STAYS_OPEN)


def door(now: datetime, at: Hours, *, is_cancelled: bool, has_seat: bool, has_room: bool) -> Door:
    """Return what somebody finds at the door now; what cannot be changed by waiting is said first."""
    if is_cancelled:
        return Door.CANCELLED
    if not has_seat:
        return Door.NO_SEAT
    if now >= at.closes_at:
        return Door.OVER
    if now < at.opens_at:
        return Door.TOO_EARLY
    return Door.OPEN if has_room else Door.NO_ROOM


@dataclass(frozen=True)
class Ticket:
    """Who comes in, where and when: all that a provider needs to let one person in.

    `person` identifies them towards the provider, `called` is what others read; `room` is the name
    of the room, which nobody can guess. `options` are those of the conference for the provider.
    """

    room: str
    title: str
    person: str
    called: str
    is_host: bool
    hours: Hours
    options: dict[str, bool] = field(default_factory=dict)
