"""Reads of the audit log: a page at a time, with the names that its numbers stand for today."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, select

from roundtable.accounts.models import User
from roundtable.audit.models import AuditDetail, AuditEntry
from roundtable.db import db
from roundtable.guests.models import Contact

PAGE = 50
NEWEST = 1000
LABELS = ("titles", "names", "name", "person", "email", "role", "answer", "stage", "kind")
"""Columns by which somebody recognises a row, the best first."""
_ENTRIES = cast("Select[Any]", select(AuditEntry, AuditDetail.content))


@dataclass(frozen=True)
class Change:
    """One column that changed; the values are as the log keeps them."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Line:
    """One entry, ready to be read. `detail` is None once it was erased."""

    number: int
    at: datetime
    actor: str
    act: str
    table: str
    key: str
    changes: Sequence[Change]
    more: dict[str, Any]
    origin: str
    is_erased: bool
    hash: str

    @property
    def label(self) -> str:
        """What the row is called, where a change says it: its title, its name, its address."""
        for name in LABELS:
            for change in self.changes:
                value = change.after if change.after is not None else change.before
                if change.column == name and value and not isinstance(value, bool | int):
                    return str(next(iter(value.values()), "") if isinstance(value, dict) else value)[:80]
        return ""


@dataclass(frozen=True)
class Narrowed:
    """What of the log is read: entries before a number, of an actor, about a table; empty means all."""

    before: int | None = None
    actor: str = ""
    table: str = ""


def of_conference(conference_id: int) -> Select[Any]:
    """Return the entries of a conference."""
    return _ENTRIES.where(AuditEntry.conference_id == conference_id)


def of_program() -> Select[Any]:
    """Return the entries that belong to no conference: accounts, sign-ins, refusals."""
    return _ENTRIES.where(AuditEntry.conference_id.is_(None))


def page(entries: Select[Any], narrowed: Narrowed) -> list[Line]:
    """Return a page of entries, the newest first."""
    query = entries.outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
    if narrowed.before is not None:
        query = query.where(AuditEntry.id < narrowed.before)
    if narrowed.actor:
        query = query.where(AuditEntry.actor == narrowed.actor)
    if narrowed.table:
        query = query.where(AuditEntry.subject.startswith(f"{narrowed.table}/", autoescape=True))
    return [_line(*row) for row in db.session.execute(query.order_by(AuditEntry.id.desc()).limit(PAGE))]


def everything(entries: Select[Any]) -> Iterator[Line]:
    """Return all entries, the oldest first: for an export."""
    query = entries.outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id).order_by(AuditEntry.id)
    for row in db.session.execute(query):
        yield _line(*row)


def _line(entry: AuditEntry, content: str | None) -> Line:
    detail: dict[str, Any] = json.loads(content) if content is not None else {}
    changes = detail.pop("changes", {})
    origin = str(detail.pop("from", ""))
    detail.pop("link", None)  # whose it is stands as the actor already
    table, _, key = entry.subject.partition("/")
    return Line(
        entry.id,
        entry.at,
        entry.actor,
        entry.act,
        table,
        key,
        [Change(name, before, after) for name, (before, after) in sorted(changes.items())],
        detail,
        origin,
        content is None,
        entry.hash,
    )


def names_of(actors: Sequence[str]) -> dict[str, str]:
    """Return the names of those actors who still have one, by `user/3` or `contact/12`."""
    found: dict[str, str] = {}
    for kind, table in (("user", User), ("contact", Contact)):
        keys = {int(one.partition("/")[2]) for one in actors if one.startswith(f"{kind}/")}
        if keys:
            rows = db.session.execute(select(table.id, table.name).where(table.id.in_(keys)))
            found |= {f"{kind}/{key}": name for key, name in rows}
    return found


def actors_of(entries: Select[Any]) -> list[str]:
    """Return who stands in the newest of these entries: a choice to narrow by, not a list of everybody ever."""
    newest = entries.with_only_columns(AuditEntry.actor).order_by(AuditEntry.id.desc()).limit(NEWEST)
    return sorted(db.session.scalars(select(newest.subquery().c.actor).distinct()))
