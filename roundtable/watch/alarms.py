"""What deserves an alarm: pure rules over the facts, each with what to do next.

The bounds are those of docs/operation.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from roundtable.errors import sentence

LONGEST_LAG = timedelta(minutes=10)
LONGEST_STANDSTILL = timedelta(minutes=5)
LONGEST_SILENCE = timedelta(minutes=30)
OLDEST_BACKUP = timedelta(days=7)
LEAST_FREE_BYTES = 1024**3
LEAST_CERTIFICATE = timedelta(days=21)

MEGABYTE = 1024**2

LAG = sentence(
    "Letters have been waiting for %(minutes)d minutes. The mail server said last: %(reason)s. Please look after it; "
    "the letters leave by themselves as soon as it takes them."
)
LAG_WITHOUT_REASON = sentence(
    "Letters have been waiting for %(minutes)d minutes, and nothing takes them to the mail server. Please look "
    "whether the program's background work goes on."
)
FAILED = sentence(
    "Letters that have not reached anybody in the last 24 hours: %(count)d. The organizers see them on the pages of "
    "their sessions, with the reason."
)
STANDSTILL = sentence(
    "Letters, reminders and other work have stood still for %(minutes)d minutes. Please start the program again, or "
    "look after the timer that starts them."
)
NEVER = sentence(
    "Letters, reminders and other work have never gone on here. Please start the program by “roundtable serve”, or "
    "set up the timer that starts them."
)
STANDSTILL_OF_WORKERS = sentence(
    "Letters, reminders and other work have stood still for %(minutes)d minutes. Please look whether “roundtable beat” "
    "and “roundtable worker” run, and whether the queue of ROUNDTABLE_REDIS_URL answers."
)
NEVER_BY_WORKERS = sentence(
    "Letters, reminders and other work have never gone on here. Please start “roundtable beat” and “roundtable worker”."
)
SILENT_INBOX = sentence(
    "The mailbox has not been read for %(minutes)d minutes: %(reason)s. Please look after its server and "
    "ROUNDTABLE_INBOX_URL."
)
UNREAD_INBOX = sentence(
    "The mailbox could not be read yet: %(reason)s. Please look after its server and ROUNDTABLE_INBOX_URL."
)
SET_ASIDE = sentence(
    "Mails that could not be taken in the last 24 hours: %(count)d. They are in the mailbox, unread; please look at "
    "them."
)
OLD_BACKUP = sentence("The last backup is %(days)d days old. “roundtable backup FILE” writes a new one.")
NO_BACKUP = sentence("There is no backup yet. “roundtable backup FILE” writes one.")
NO_ROOM = sentence(
    "Only %(megabytes)d MB are free where the data are kept. Please make room, before nothing can be stored any more."
)
SIGNER_ENDS = sentence(
    "The certificate that signs published documents ends on %(day)s. Please have a new one ready and set "
    "ROUNDTABLE_SIGNING_FILE."
)
SITE_ENDS = sentence("The certificate of this website ends on %(day)s. Please renew it.")
SITE_REFUSED = sentence("The certificate of this website is not accepted: %(reason)s. Please renew it.")
HELD = sentence(
    "Nothing goes out since a backup was restored. “roundtable resume” lets letters and reminders go on."
)


class AlarmKind(StrEnum):
    """What an alarm is about: the same word in the log, on the command line and in the page's addresses."""

    LETTERS_LATE = "letters-late"
    LETTERS_FAILED = "letters-failed"
    STANDSTILL = "standstill"
    INBOX_SILENT = "inbox-silent"
    MAILS_SET_ASIDE = "mails-set-aside"
    BACKUP_OLD = "backup-old"
    DISK_FULL = "disk-full"
    SIGNER_ENDS = "signer-ends"
    SITE_CERTIFICATE = "site-certificate"
    HELD = "held"


@dataclass(frozen=True)
class Alarm:
    """Something to look after: a sentence of the catalogue, with the values of its places."""

    kind: AlarmKind
    sentence: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence % self.values


@dataclass(frozen=True)
class Sign:
    """A sign of life: when it was last well, what went wrong since, until when what was found holds."""

    well_at: datetime | None = None
    fault: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """What is known at one instant; None where there is nothing to look after.

    `waiting_since` is since when the oldest letter waits that should have left, `waiting_reason` what the
    mail server said. `expects_backup` is off in the demonstration. `has_workers` where these do the work.
    """

    now: datetime
    waiting_since: datetime | None = None
    waiting_reason: str = ""
    failed_letters: int = 0
    clockwork: Sign | None = None
    inbox: Sign | None = None
    mails_set_aside: int = 0
    expects_backup: bool = False
    last_backup: datetime | None = None
    free_bytes: int | None = None
    signer_until: datetime | None = None
    site: Sign | None = None
    is_held: bool = False
    has_workers: bool = False


def alarms(facts: Facts) -> list[Alarm]:
    """Return what must be looked after, the most urgent first."""
    if facts.is_held:
        # While everything is held on purpose, what waits and stands still says nothing.
        return [Alarm(AlarmKind.HELD, HELD), *_of_the_place(facts)]
    return [*_of_the_work(facts), *_of_the_place(facts)]


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _of_the_work(facts: Facts) -> Iterator[Alarm]:
    now = facts.now
    if facts.clockwork is not None:
        well = facts.clockwork.well_at
        if well is None:
            yield Alarm(AlarmKind.STANDSTILL, NEVER_BY_WORKERS if facts.has_workers else NEVER)
        elif now - well > LONGEST_STANDSTILL:
            words = STANDSTILL_OF_WORKERS if facts.has_workers else STANDSTILL
            yield Alarm(AlarmKind.STANDSTILL, words, {"minutes": _minutes(now - well)})
    if facts.waiting_since is not None and now - facts.waiting_since > LONGEST_LAG:
        minutes = _minutes(now - facts.waiting_since)
        if facts.waiting_reason:
            values: dict[str, object] = {"minutes": minutes, "reason": facts.waiting_reason}
            yield Alarm(AlarmKind.LETTERS_LATE, LAG, values)
        else:
            yield Alarm(AlarmKind.LETTERS_LATE, LAG_WITHOUT_REASON, {"minutes": minutes})
    if facts.failed_letters:
        yield Alarm(AlarmKind.LETTERS_FAILED, FAILED, {"count": facts.failed_letters})
    yield from _of_the_inbox(facts)


def _of_the_inbox(facts: Facts) -> Iterator[Alarm]:
    inbox = facts.inbox
    if inbox is not None and inbox.fault:
        if inbox.well_at is None:
            yield Alarm(AlarmKind.INBOX_SILENT, UNREAD_INBOX, {"reason": inbox.fault})
        elif facts.now - inbox.well_at > LONGEST_SILENCE:
            minutes = _minutes(facts.now - inbox.well_at)
            yield Alarm(AlarmKind.INBOX_SILENT, SILENT_INBOX, {"minutes": minutes, "reason": inbox.fault})
    if facts.mails_set_aside:
        yield Alarm(AlarmKind.MAILS_SET_ASIDE, SET_ASIDE, {"count": facts.mails_set_aside})


def _of_the_place(facts: Facts) -> Iterator[Alarm]:
    now = facts.now
    if facts.free_bytes is not None and facts.free_bytes < LEAST_FREE_BYTES:
        yield Alarm(AlarmKind.DISK_FULL, NO_ROOM, {"megabytes": facts.free_bytes // MEGABYTE})
    if facts.expects_backup and facts.last_backup is None:
        yield Alarm(AlarmKind.BACKUP_OLD, NO_BACKUP)
    elif facts.expects_backup and facts.last_backup is not None and now - facts.last_backup > OLDEST_BACKUP:
        yield Alarm(AlarmKind.BACKUP_OLD, OLD_BACKUP, {"days": (now - facts.last_backup).days})
    if facts.signer_until is not None and facts.signer_until - now < LEAST_CERTIFICATE:
        yield Alarm(AlarmKind.SIGNER_ENDS, SIGNER_ENDS, {"day": facts.signer_until.date()})
    site = facts.site or Sign()
    if site.fault:
        yield Alarm(AlarmKind.SITE_CERTIFICATE, SITE_REFUSED, {"reason": site.fault})
    elif site.until is not None and site.until - now < LEAST_CERTIFICATE:
        yield Alarm(AlarmKind.SITE_CERTIFICATE, SITE_ENDS, {"day": site.until.date()})
