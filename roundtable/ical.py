"""What a calendar says of one meeting (RFC 5545, 5546, 7986): the values; `ical_files` writes them.

It is apart from the writing because every page knows entries, and few write a file: a start need not load the library.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Method(StrEnum):
    """What the receiving calendar shall do (RFC 5546, section 1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True)
class Entry:
    """One meeting in the calendar of one office.

    `starts_at` is aware; `zone` is the meeting's home zone. `attendee` and `organizer` are
    (name, address). With PUBLISH neither appears in the file: it would invite mail programs to
    answer to a mailbox that nobody reads. `door` is the address through which this office comes in
    (never the room itself), empty where it does not; an alarm of 0 minutes is none; `asks_reply`
    lets calendars show buttons for an answer.
    """

    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    zone: str
    duration_minutes: int
    title: str
    description: str
    url: str
    organizer: tuple[str, str] | None = None
    attendee: tuple[str, str] | None = None
    partstat: str = "NEEDS-ACTION"
    cancelled: bool = False
    language: str = ""
    door: str = ""
    alarm_minutes: int = 0
    asks_reply: bool = False

    @property
    def ends_at(self) -> datetime:
        """The instant at which the meeting ends."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)

    def to_json(self) -> dict[str, object]:
        """Return plain values that `from_json` reads back: the outbox keeps entries this way."""
        values = dict(vars(self))
        values["stamped_at"] = self.stamped_at.isoformat()
        values["starts_at"] = self.starts_at.isoformat()
        return values

    @classmethod
    def from_json(cls, values: dict[str, object]) -> "Entry":
        """Return the entry that `to_json` wrote."""
        plain = dict(values)
        for name in ("stamped_at", "starts_at"):
            plain[name] = datetime.fromisoformat(str(plain[name]))
        for name in ("organizer", "attendee"):
            pair = plain[name]
            if isinstance(pair, list):
                plain[name] = (pair[0], pair[1])
        return cls(**plain)  # type: ignore[arg-type]  # the values are the ones that to_json wrote

    def with_links(self, put_in: Callable[[str], str]) -> "Entry":
        """Return the entry with the personal links that `put_in` puts in place of their placeholders."""
        return replace(
            self, url=put_in(self.url), description=put_in(self.description), door=put_in(self.door)
        )
