"""Traces by themselves: whatever the session writes is noted, whoever wrote the code that did it."""

from functools import cache
from typing import Any

from sqlalchemy import Table, event, inspect
from sqlalchemy.orm import Mapper, Session, UOWTransaction

from roundtable.audit.coverage import BOOKKEEPING, TRACED, value_for_log
from roundtable.audit.service import PENDING, Note, append, pending, remembers
from roundtable.db import Base, db

_MOST_STEPS = 6


def start() -> None:
    """Trace every session from now on; asked again, nothing more happens."""
    if event.contains(db.session, "after_flush", _after_flush):
        return
    event.listen(db.session, "after_flush", _after_flush)
    event.listen(db.session, "before_commit", _before_commit)
    event.listen(db.session, "after_soft_rollback", _after_rollback)
    # Not before somebody asks the database: joining the tables takes a tenth of a start.
    if all(mapper.configured for mapper in Base.registry.mappers):
        _keep_history()
    else:
        event.listen(Mapper, "after_configured", _keep_history, once=True)


def _keep_history() -> None:
    for mapper in Base.registry.mappers:
        if mapper.local_table.name in TRACED:  # type: ignore[attr-defined]  # every model has one table
            for name in _columns(mapper):
                # Else the value before would be unknown where a column is set that was not read.
                event.listen(getattr(mapper.class_, name), "set", _with_history, active_history=True)


def _with_history(_target: object, _value: object, _old: object, _initiator: object) -> None:
    """Do nothing but make the session know the value before."""


def _columns(mapper: Mapper[Any]) -> list[str]:
    return [attribute.key for attribute in mapper.column_attrs]


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    for one in session.new:
        _note(session, one, "created", {name: [None, value] for name, value in _values(one).items()})
    for one in session.deleted:
        _note(session, one, "removed", {name: [value, None] for name, value in _values(one).items()})
    for one in session.dirty:
        changed = _changed(one)
        if changed:
            _note(session, one, "changed", changed)


def _before_commit(session: Session) -> None:
    session.flush()
    notes = session.info.pop(PENDING, None)
    if notes:
        append(session.connection(), list(notes.values()))


def _after_rollback(session: Session, _previous: object) -> None:
    if not session.in_nested_transaction():
        session.info.pop(PENDING, None)


def _table(one: object) -> str:
    table = inspect(one).mapper.local_table
    return str(table.name)


def _values(one: object) -> dict[str, Any]:
    state = inspect(one)
    assert state is not None
    table = _table(one)
    return {
        name: value_for_log(table, name, state.dict[name])
        for name in _columns(state.mapper)
        if name not in BOOKKEEPING and name != "id" and state.dict.get(name) not in (None, "")
    }


def _changed(one: object) -> dict[str, list[Any]]:
    state = inspect(one)
    assert state is not None
    table, found = _table(one), {}
    for name in _columns(state.mapper):
        history = state.attrs[name].history
        if name in BOOKKEEPING or not history.has_changes():
            continue
        old = value_for_log(table, name, history.deleted[0]) if history.deleted else None
        new = value_for_log(table, name, history.added[0]) if history.added else None
        # A secret looks the same before and after; that it changed is what is told.
        if old != new or new == "***" or isinstance(new, dict):
            found[name] = [old, new]
    return found


def _note(session: Session, one: Any, act: str, changes: dict[str, list[Any]]) -> None:
    table = _table(one)
    if table not in TRACED:
        return
    if not remembers():
        changes = {name: [None, None] for name in changes}
    notes = pending(session)
    subject = f"{table}/{one.id}"
    known = notes.get(subject)
    if known is None:
        notes[subject] = Note(act, subject, _conference_of(session, one), {"changes": changes})
    elif act == "removed":
        if known.act == "created":
            del notes[subject]  # came and went within one transaction
        else:
            notes[subject] = Note(act, subject, known.conference_id, {"changes": changes})
    else:
        # Several flushes of one transaction are one change: from what was first to what is last.
        for name, (old, new) in changes.items():
            before = known.detail["changes"].get(name, [old, new])[0]
            known.detail["changes"][name] = [before, new]


# --- Which conference a row belongs to ----------------------------------------------------------------------


@cache
def _way_up(table: Table) -> tuple[tuple[str, Table], ...] | None:
    """Return the columns by which a row leads to its conference, the shortest way; None where none does."""
    ways: list[tuple[Table, tuple[tuple[str, Table], ...]]] = [(table, ())]
    for _ in range(_MOST_STEPS):
        for place, way in ways:
            if place.name == "conference":
                return way
        ways = [
            (key.column.table, (*way, (column.key, key.column.table)))
            for place, way in ways
            for column in place.columns
            if not column.nullable or place.name == "conference"
            for key in column.foreign_keys
        ]
    return None


def _conference_of(session: Session, one: Any) -> int | None:
    mapper: Mapper[Any] = inspect(one).mapper
    way = _way_up(mapper.local_table)
    if way is None:
        return None
    place: Any = one
    for column, table in way:
        key = getattr(place, column)
        if table.name == "conference" or key is None:
            return int(key) if key is not None else None
        above = session.get(_class_of(table), key)
        if above is None:
            return None
        place = above
    return int(place.id)


@cache
def _class_of(table: Table) -> type[Base]:
    return next(mapper.class_ for mapper in Base.registry.mappers if mapper.local_table is table)
