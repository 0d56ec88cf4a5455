"""Writing into the log, and following its chain."""

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

import click
from flask import g, has_request_context, request
from flask_login import current_user
from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.orm import Session

from roundtable import clock
from roundtable.audit import chain
from roundtable.audit.models import AuditDetail, AuditEntry, AuditHead
from roundtable.audit.origin import shortened
from roundtable.db import db, writing

PENDING = "audit.pending"
_is_forgetful: ContextVar[bool] = ContextVar("is_forgetful", default=False)
_ENTRIES = cast("Table", AuditEntry.__table__)
_DETAILS = cast("Table", AuditDetail.__table__)
_HEAD = cast("Table", AuditHead.__table__)
_AT_A_TIME = 1000


@dataclass
class Note:
    """Something to write down: `subject` is `table/id`; `detail` becomes JSON."""

    act: str
    subject: str
    conference_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def pending(session: Session) -> dict[str, Note]:
    """Return what this transaction has to write down when it commits, by what it is about."""
    return cast("dict[str, Note]", session.info.setdefault(PENDING, {}))


def note(act: str, subject: str, *, conference_id: int | None = None, **detail: object) -> None:
    """Write something down with the present transaction: if that fails, nothing was done either."""
    waiting = pending(db.session())
    waiting[f"{act} {subject} {len(waiting)}"] = Note(act, subject, conference_id, detail)


def note_at_once(act: str, subject: str, *, conference_id: int | None = None, **detail: object) -> None:
    """Write something down by itself: that somebody has read or taken away, or was refused.

    A transaction that may have changed something is given up first: what is refused changes nothing.
    """
    who = _actor(), _circumstances()  # before the connection is open: asking may need one of its own
    if not has_request_context() or request.method not in {"GET", "HEAD"}:
        db.session.rollback()
    with writing(), db.engine.begin() as connection:
        append(connection, [Note(act, subject, conference_id, detail)], who)


@contextmanager
def forgetful() -> Iterator[None]:
    """Note that something changed, but not what it was: where somebody is erased."""
    token = _is_forgetful.set(True)
    try:
        yield
        db.session.flush()
    finally:
        _is_forgetful.reset(token)


def remembers() -> bool:
    """Whether the log may hold what something was before and after."""
    return not _is_forgetful.get()


def came_by(kind: str, key: int, generation: int) -> None:
    """Say by whose link the present request has come; the link itself is not written down."""
    g.audit_link = (f"{kind}/{key}", generation)


def acts_as(actor: str) -> None:
    """Say who acts in the present request, where signing in itself is the act."""
    g.audit_actor = actor


def _actor() -> str:
    if has_request_context():
        if "audit_actor" in g:
            return str(g.audit_actor)
        # Who came by a link acts by it, whoever else has signed in with the same browser.
        if "audit_link" in g:
            return str(g.audit_link[0])
        return f"user/{current_user.id}" if current_user and current_user.is_authenticated else "visitor"
    command = click.get_current_context(silent=True)
    if command is None or command.info_name == "serve":
        return "program"
    return f"command/{command.command_path.removeprefix('roundtable ').removeprefix('main ')}"[:60]


def _circumstances() -> dict[str, Any]:
    if not has_request_context():
        return {}
    found: dict[str, Any] = {"from": shortened(request.remote_addr)}
    if "audit_link" in g:
        found["link"] = {"of": g.audit_link[0], "generation": g.audit_link[1]}
    return found


def append(
    connection: Connection, notes: Sequence[Note], who: tuple[str, dict[str, Any]] | None = None
) -> None:
    """Put entries at the end of the chain, in the connection's transaction.

    `who` are actor and circumstances; left out, they are those of the present request.
    """
    head = connection.execute(select(_HEAD.c.number, _HEAD.c.hash).with_for_update()).one_or_none()
    number, previous = (head.number, head.hash) if head else (0, chain.BEGINNING)
    actor, circumstances = who or (_actor(), _circumstances())
    now = clock.now()
    entries, details = [], []
    for one in notes:
        number += 1
        content = json.dumps({**circumstances, **one.detail}, ensure_ascii=False, sort_keys=True)
        salt = secrets.token_hex(16)
        link = chain.Link(
            number,
            now,
            actor,
            one.act[:40],
            one.subject[:80],
            one.conference_id,
            chain.detail_hash(content, salt),
        )
        previous = chain.link_hash(link, previous)
        entries.append(
            {
                "id": number,
                "at": now,
                "actor": link.actor,
                "act": link.act,
                "subject": link.subject,
                "conference_id": link.conference_id,
                "detail_hash": link.detail_hash,
                "hash": previous,
            }
        )
        details.append({"entry_id": number, "salt": salt, "content": content})
    connection.execute(insert(_ENTRIES), entries)
    connection.execute(insert(_DETAILS), details)
    values = {"number": number, "hash": previous}
    if head is None:
        connection.execute(insert(_HEAD).values(id=1, **values))
    else:
        connection.execute(update(_HEAD).values(**values))


def verify() -> chain.Verdict:
    """Follow the whole chain; see `chain.verify`."""
    head = db.session.execute(select(_HEAD.c.number, _HEAD.c.hash)).one_or_none()
    return chain.verify(_whole_chain(), (head.number, head.hash) if head else (0, chain.BEGINNING))


def missing_from(lines: Sequence[str]) -> str:
    """Return what of an exported log is no longer in ours as it was; nothing where all of it is."""
    for place, line in enumerate(lines, 1):
        try:
            one = json.loads(line)
            number, known = int(one["number"]), str(one["hash"])
        except (ValueError, KeyError, TypeError):
            return f"Line {place} of the file is no entry of a log."
        if db.session.scalar(select(_ENTRIES.c.hash).where(_ENTRIES.c.id == number)) != known:
            return f"Entry {number} of the file is not in the log any more as it was."
    return ""


def _whole_chain() -> Iterator[chain.Found]:
    after = 0
    while rows := db.session.execute(
        select(_ENTRIES, _DETAILS.c.salt, _DETAILS.c.content)
        .outerjoin(_DETAILS, _DETAILS.c.entry_id == _ENTRIES.c.id)
        .where(_ENTRIES.c.id > after)
        .order_by(_ENTRIES.c.id)
        .limit(_AT_A_TIME)
    ).all():
        yield from map(_found, rows)
        after = rows[-1].id


def _found(row: Any) -> chain.Found:
    link = chain.Link(row.id, row.at, row.actor, row.act, row.subject, row.conference_id, row.detail_hash)
    return chain.Found(link, row.hash, None if row.salt is None else (row.salt, row.content))
