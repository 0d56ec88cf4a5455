"""What the rules of `alarms` look at, and what the page of the state shows beside."""

import platform
import shutil
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from flask import current_app
from sqlalchemy import Select, and_, func, or_, select

from roundtable import beats, clock, holding, signing
from roundtable.backup import last_backup
from roundtable.config import Settings
from roundtable.db import db
from roundtable.mail.models import FAILED, WAITING, Letter, LetterState, Pace, ReceivedMail
from roundtable.watch.alarms import LONGEST_LAG, Alarm, Facts, Sign, alarms

LOOKS_BACK = timedelta(hours=24)
PACKAGES = ("flask", "sqlalchemy", "weasyprint", "icalendar", "tzdata")
"""Those whose version an administrator is asked for."""


def gathered() -> Facts:
    """Return the facts as they are now. Looks at the database, the disk and the signer's file."""
    settings: Settings = current_app.config["ROUNDTABLE"]
    now = clock.now()
    since, reason = _waiting(now)
    return Facts(
        now=now,
        waiting_since=since,
        waiting_reason=reason,
        failed_letters=_count(
            select(func.count(Letter.id)).where(
                Letter.state.in_(FAILED),
                func.coalesce(Letter.handed_over_at, Letter.next_try_at) > now - LOOKS_BACK,
            )
        ),
        clockwork=_sign(beats.CLOCKWORK),
        inbox=_sign(beats.INBOX) if settings.inbox_url else None,
        mails_set_aside=_count(
            select(func.count(ReceivedMail.id)).where(
                ReceivedMail.outcome == "failed", ReceivedMail.received_at > now - LOOKS_BACK
            )
        ),
        expects_backup=not settings.demonstration,
        last_backup=last_backup(settings),
        free_bytes=free_bytes(settings),
        signer_until=_signer_until(settings),
        site=_sign(beats.SITE) if settings.is_secure else None,
        is_held=holding.is_held(),
        has_workers=bool(settings.redis_url),
    )


def standing() -> list[Alarm]:
    """Return what must be looked after now."""
    return alarms(gathered())


def _count(query: Select[int]) -> int:
    return db.session.scalar(query) or 0


def _waiting(now: datetime) -> tuple[datetime | None, str]:
    """Return since when the oldest letter waits that should have left, and what the mail server said.

    A letter that the server itself put off, or that waits for its sender's pace, is where it should be.
    """
    row = db.session.execute(
        select(Letter.created_at, Letter.last_error)
        .where(
            Letter.state.in_(WAITING),
            Letter.attempts == 0,
            Letter.pace_key.not_in(select(Pace.key)),
            or_(
                Letter.next_try_at < now - LONGEST_LAG,
                and_(Letter.last_error != "", Letter.created_at < now - LONGEST_LAG),
            ),
        )
        .order_by(Letter.created_at)
        .limit(1)
    ).first()
    return (row.created_at, row.last_error.rstrip(".")) if row else (None, "")


def _sign(name: str) -> Sign:
    beat = beats.last(name)
    return Sign() if beat is None else Sign(beat.well_at, beat.fault, beat.until)


def free_bytes(settings: Settings) -> int | None:
    """Return how many bytes are free where the data are kept; None where the system does not say."""
    try:
        return shutil.disk_usage(settings.data_dir).free
    except OSError:
        return None


def _signer_until(settings: Settings) -> datetime | None:
    if signing.identity(settings) is None:
        return None
    beat = beats.last(beats.SIGNER)
    if beat is None:
        return None
    # A file that cannot be read signs nothing from now on.
    return clock.now() if beat.fault else beat.until


def letters_to_look_after() -> dict[LetterState, int]:
    """Return how many letters wait, are put off, were refused or came back, also where there is none.

    All that ever left are not counted: it would take longer with each year, and what becomes of every
    attempt is counted while it happens (`measures.LETTERS`).
    """
    states = (*WAITING, *FAILED)
    rows = db.session.execute(
        select(Letter.state, func.count()).where(Letter.state.in_(states)).group_by(Letter.state)
    )
    return dict.fromkeys(states, 0) | {row[0]: row[1] for row in rows}


def versions() -> dict[str, str]:
    """Return the versions that a report of a fault should name."""
    found = {"Roundtable": _version("roundtable"), "Python": platform.python_version()}
    found |= {name: _version(name) for name in PACKAGES}
    dialect = db.engine.dialect
    server = ".".join(str(number) for number in dialect.server_version_info or ())
    return found | {dialect.name: server}


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # run from a checkout that nobody installed
        return "?"
