"""Taking letters from the outbox to the mail server.

A batch is claimed with one lease. What becomes of each letter is committed before the next one is
begun, so a process that is killed anywhere loses nothing, and at most the one letter in flight is
sent again when the lease has ended, under the same Message-ID. No transaction is open while the mail
server is spoken to.
"""

import logging
import math
import random
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

from flask import current_app
from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, func, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.exc import OperationalError

from roundtable import clock
from roundtable.config import Settings
from roundtable.db import db, looked
from roundtable.jobs import stopping
from roundtable.mail.filling import Addressee, Missing, People, as_bytes, owners_in
from roundtable.mail.message import UnsafeLetter
from roundtable.mail.models import WAITS, Letter, LetterState, Pace
from roundtable.mail.server import MailServer, Unreachable, Verdict
from roundtable.mail_servers import own_name
from roundtable.measures import LETTERS

log = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(minutes=10)
BEGIN_WITHIN = timedelta(minutes=4)
"""No letter is begun later than this after its claim: five answers of the mail server, a minute each
at the most (`server.TIMEOUT_SECONDS`), then still end before the lease does."""
PAUSES = (60, 300, 900, 3600, 4 * 3600, 8 * 3600, 12 * 3600)
"""Seconds between attempts; together more than a day, as greylisting and outages ask for."""
UNTIL_IT_IS_BACK = (0.5, 1, 2, 4, 8, 15, 30)
"""Seconds between the tries to write down what was in hand when the database went away: a minute, as a restart takes."""
LOSSES = 3
"""After so many broken connections in a row a batch is left for the next round."""

Addressees = Callable[[Iterable[int]], Mapping[int, Addressee]]
Links = Callable[[Iterable[int]], Mapping[int, str]]
Unwanted = Callable[[Sequence[Row[Any]]], Mapping[int, str]]

_LETTERS = cast("Table", Letter.__table__)


def init_letters(addressees: Addressees) -> None:
    """Say how recipients and their links are found when letters are sent: those contacts that still exist."""
    current_app.extensions["roundtable.addressees"] = addressees


def init_links(kind: str, links: Links) -> None:
    """Say how the addresses behind links of a kind are found when letters are sent: those that still open."""
    current_app.extensions.setdefault("roundtable.links", {})[kind] = links


def drop_when(unwanted: Unwanted) -> None:
    """Add a rule that returns, by the letter's id, the reason why a waiting letter shall not go any more."""
    current_app.extensions.setdefault("roundtable.unwanted", []).append(unwanted)


def deliver_due(*, limit: int | None = None) -> int:
    """Hand the letters that are due to the mail server over one connection; return how many went.

    Where the program is being stopped, the letter in flight is finished and the others are given back.
    """
    settings: Settings = current_app.config["ROUNDTABLE"]
    sent = begun = 0
    with MailServer(settings.smtp_url, own_name(settings.public_url)) as server:
        while (limit is None or begun < limit) and _is_any_due():
            token = secrets.token_hex(8)
            unwritten: list[Mapping[str, object]] = []
            try:
                batch = _claim(token, BATCH if limit is None else min(BATCH, limit - begun))
                if not batch:
                    break
                begun += len(batch)
                went, goes_on = _hand_over(batch, token, server, settings, unwritten)
            except OperationalError:
                _settle(token, unwritten)
                raise
            sent += went
            if not goes_on:
                break
    return sent


def batches_due() -> int:
    """Return how many batches of letters could leave now: so many workers can deliver side by side."""
    due = select(func.count(Letter.id)).where(_is_due(clock.now()))
    return math.ceil((looked(lambda: db.session.scalar(due)) or 0) / BATCH)


def _is_any_due() -> bool:
    """Whether a letter may leave; this look takes no lock."""
    return (
        looked(lambda: db.session.scalar(select(Letter.id).where(_is_due(clock.now())).limit(1))) is not None
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a letter may leave. One that was written later than now has met a clock that was set back: it need not wait."""
    written_later = and_(Letter.attempts == 0, Letter.last_error == "", Letter.created_at > now)
    return and_(
        WAITS,
        or_(Letter.next_try_at <= now, written_later),
        or_(Letter.leased_until.is_(None), Letter.leased_until <= now),
    )


def _claim(token: str, most: int) -> list[Row[Any]]:
    """Take the next letters for ourselves, within each sender's pace."""
    now = clock.now()
    room = _room_by_pace(now)
    query = select(Letter.id, Letter.pace_key).where(_is_due(now))
    full = [key for key, count in room.items() if count <= 0]
    if full:
        query = query.where(Letter.pace_key.not_in(full))
    chosen = []
    rows = db.session.execute(
        query.order_by(Letter.next_try_at, Letter.id).limit(most).with_for_update(skip_locked=True)
    )
    for letter_id, pace_key in rows:
        if room.get(pace_key, 1) > 0:
            chosen.append(letter_id)
            if pace_key in room:
                room[pace_key] -= 1
    db.session.execute(
        update(_LETTERS).where(_LETTERS.c.id.in_(chosen)).values(leased_until=now + LEASE, lease_token=token)
    )
    db.session.commit()
    found = db.session.execute(
        select(_LETTERS).where(_LETTERS.c.id.in_(chosen)).order_by(_LETTERS.c.next_try_at, _LETTERS.c.id)
    ).all()
    db.session.rollback()
    return list(found)


def _room_by_pace(now: datetime) -> dict[str, int]:
    """Return how many letters may leave now under each key that has a limit.

    What another process has claimed counts as gone, and two processes that claim at the same time ask one after the other.
    """
    db.session.execute(select(Pace.key).order_by(Pace.key).with_for_update())
    gone = or_(Letter.handed_over_at > now - timedelta(minutes=1), Letter.leased_until > now)
    rows = db.session.execute(
        select(Pace.key, Pace.letters_per_minute, func.count(Letter.id))
        .outerjoin(Letter, and_(Letter.pace_key == Pace.key, gone))
        .group_by(Pace.key, Pace.letters_per_minute)
    )
    return {key: most - gone for key, most, gone in rows}


def _hand_over(
    batch: list[Row[Any]],
    token: str,
    server: MailServer,
    settings: Settings,
    unwritten: list[Mapping[str, object]],
) -> tuple[int, bool]:
    """Send a batch; return how many went, and whether it is worth going on with the next one.

    If the database goes away meanwhile, `unwritten` is left with what became of the letter in flight.
    """
    people = people_for(batch)
    dropped = _sources()[1](batch)
    db.session.rollback()
    with db.engine.connect().execution_options(**_AT_ONCE.get(db.engine.name, {})) as connection:
        return _Round(connection, token, server, settings, unwritten).send(batch, people, dropped)


_AT_ONCE: dict[str, dict[str, Any]] = {"postgresql": {"isolation_level": "AUTOCOMMIT"}}
"""Each outcome is one statement: PostgreSQL commits it by itself, without being told twice."""


def _settle(token: str, unwritten: Sequence[Mapping[str, object]]) -> None:
    """Write what became of the letter in flight and give the rest of a batch back, as soon as the database is there again.

    Without this they would wait for the end of their lease, and the letter in flight would go twice. Whether the claim
    itself was stored only the database knows: where it was not, nothing is given back.
    """
    db.session.remove()
    for pause in UNTIL_IT_IS_BACK:
        if stopping().wait(pause):
            return
        with suppress(OperationalError), db.engine.begin() as connection:
            for values in unwritten:
                connection.execute(_OUTCOME, values)
            connection.execute(
                update(_LETTERS)
                .where(_LETTERS.c.lease_token == token)
                .values(leased_until=None, lease_token="")
            )
            return


def people_for(letters: Sequence[Letter | Row[Any]]) -> People:
    """Return those whom these letters need, as they are now."""
    owners = {owner for letter in letters for owner in owners_in(letter)}
    contacts = _sources()[0](owner for owner in owners if isinstance(owner, int))
    found: dict[int | str, Addressee] = dict(contacts.items())
    by_kind: dict[str, list[int]] = {}
    for owner in owners:
        if isinstance(owner, str):
            kind, _, digits = owner.partition("-")
            by_kind.setdefault(kind, []).append(int(digits))
    for kind, keys in by_kind.items():
        links: Links | None = current_app.extensions.get("roundtable.links", {}).get(kind)
        for key, link in (links(keys) if links else {}).items():
            found[f"{kind}-{key}"] = Addressee("", "", link)
    return found


def _sources() -> tuple[Addressees, Unwanted]:
    rules: list[Unwanted] = current_app.extensions["roundtable.unwanted"]

    def unwanted(batch: Sequence[Row[Any]]) -> Mapping[int, str]:
        return {letter: reason for rule in rules for letter, reason in rule(batch).items()}

    return current_app.extensions["roundtable.addressees"], unwanted


_OUTCOME = (
    update(_LETTERS)
    .where(_LETTERS.c.id == bindparam("letter"), _LETTERS.c.lease_token == bindparam("token"))
    .values(
        state=bindparam("state"),
        attempts=bindparam("attempts"),
        last_error=bindparam("last_error"),
        handed_over_at=bindparam("handed_over_at"),
        next_try_at=bindparam("next_try_at"),
        leased_until=None,
        lease_token="",
    )
)
"""What became of one letter, unless its lease has passed to another process. One statement for every
outcome, made once: making it anew for each letter took longer than sending the letter."""


class _Round:
    """One batch on its way: each outcome is committed before the next letter is begun."""

    def __init__(
        self,
        connection: Connection,
        token: str,
        server: MailServer,
        settings: Settings,
        unwritten: list[Mapping[str, object]],
    ) -> None:
        self._unwritten = unwritten
        self._connection = connection
        self._token = token
        self._server = server
        self._settings = settings
        self._losses = 0
        self._stopping = stopping()

    def send(self, batch: Sequence[Row[Any]], people: People, dropped: Mapping[int, str]) -> tuple[int, bool]:
        until = clock.now() + BEGIN_WITHIN
        went = 0
        for place, letter in enumerate(batch):
            is_stopped = self._stopping.is_set()
            if is_stopped or clock.now() >= until or self._losses >= LOSSES:
                self._release(batch[place:])
                return went, not is_stopped and self._losses < LOSSES
            if letter.id in dropped:
                self._note(letter, LetterState.DROPPED, dropped[letter.id])
                continue
            try:
                went += self._send(letter, people)
            except Unreachable as error:
                log.warning("mail server not available", extra={"error": str(error)})
                self._put_off(batch[place:], str(error))
                return went, False
        return went, self._losses < LOSSES

    def _send(self, letter: Row[Any], people: People) -> bool:
        try:
            content, recipient = as_bytes(letter, people, self._settings)
        except Missing as error:
            self._note(letter, LetterState.DROPPED, str(error))
            return False
        except (UnsafeLetter, ValueError) as error:
            self._note(letter, LetterState.REFUSED, f"not sendable: {error}"[:500])
            return False
        answer = self._server.send(self._settings.mail_from, recipient, content)
        self._losses = 0 if answer.is_connected else self._losses + 1
        attempts = letter.attempts + 1
        if answer.verdict is Verdict.HANDED_OVER:
            now = clock.now()
            self._note(letter, LetterState.HANDED_OVER, attempts=attempts, handed_over_at=now)
            return True
        if answer.verdict is Verdict.NEVER or attempts > len(PAUSES):
            # After the last pause a letter is given up, and an organizer sees why.
            self._note(letter, LetterState.REFUSED, answer.reason, attempts=attempts)
        else:
            again = clock.now() + _scattered(PAUSES[attempts - 1])
            self._note(letter, LetterState.DEFERRED, answer.reason, attempts=attempts, next_try_at=again)
        return False

    def _note(self, letter: Row[Any], state: LetterState, reason: str = "", **more: object) -> None:
        values = {
            "letter": letter.id,
            "token": self._token,
            "state": state,
            "attempts": letter.attempts,
            "last_error": reason,
            "handed_over_at": letter.handed_over_at,
            "next_try_at": letter.next_try_at,
            **more,
        }
        self._unwritten[:] = [values]
        with self._connection.begin():
            self._connection.execute(_OUTCOME, values)
        self._unwritten.clear()
        LETTERS.labels(state.value).inc()

    def _put_off(self, letters: Sequence[Row[Any]], reason: str) -> None:
        """Give claimed letters back because the server is away; that is no attempt of theirs."""
        again = clock.now() + _scattered(PAUSES[0])
        self._give_back(letters, state=LetterState.DEFERRED, last_error=reason, next_try_at=again)

    def _release(self, letters: Sequence[Row[Any]]) -> None:
        """Give claimed letters back as they were."""
        self._give_back(letters)

    def _give_back(self, letters: Sequence[Row[Any]], **values: object) -> None:
        mine = _LETTERS.c.id.in_([one.id for one in letters]), _LETTERS.c.lease_token == self._token
        with self._connection.begin():
            self._connection.execute(
                update(_LETTERS).where(*mine).values(leased_until=None, lease_token="", **values)
            )


def _scattered(seconds: float) -> timedelta:
    # So that a hundred letters do not come back at the same moment.
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
