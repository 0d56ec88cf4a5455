"""Any interleaving of two people's edits loses no accepted writing and shows every conflict."""

import make
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from roundtable.db import Texts, db
from roundtable.minutes import entry_service, service
from roundtable.minutes.entry_service import Conflict, Writer, Written
from roundtable.minutes.kinds import EntryKind
from roundtable.minutes.models import EntryVersion, Minutes
from roundtable.minutes.queries import entry_by_key

KEYS = ("entry-one", "entry-two")
WRITERS = ("Ayşe", "Jörg")

steps = st.lists(
    st.tuples(
        st.sampled_from(["look", "write", "send again", "remove"]),
        st.integers(0, 1),
        st.sampled_from(KEYS),
        st.integers(0, 3),
    ),
    max_size=30,
)


class Desk:
    """What one person's page knows: the version seen of each entry, and the last words sent."""

    def __init__(self, name: str) -> None:
        self.by = Writer(name, f"desk of {name}")
        self.seen: dict[str, int] = {}
        self.sent: dict[str, str] = {}


def note(words: str) -> Written:
    return Written(EntryKind.NOTE, "en", Texts({"en": words}))


@pytest.fixture
def minutes(app: Flask) -> Minutes:
    made = service.begin(make.meeting())
    db.session.commit()
    return made


def check_history(minutes: Minutes, key: str, writings: list[tuple[str, str]]) -> None:
    """Check that an entry's history holds every accepted writing, in order."""
    entry = entry_by_key(minutes, key)
    assert entry is not None
    kept = db.session.scalars(
        select(EntryVersion).where(EntryVersion.entry_id == entry.id).order_by(EntryVersion.version)
    ).all()
    told = [(one.written_by, "—" if one.values["is_removed"] else one.values["texts"]["en"]) for one in kept]
    assert told == writings
    assert [one.version for one in kept] == list(range(1, len(writings) + 1))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_no_accepted_writing_is_lost_and_every_conflict_is_shown(
    minutes: Minutes, plan: list[tuple[str, int, str, int]]
) -> None:
    # Keys of their own for each example: the database stays.
    examples = len(db.session.scalars(select(EntryVersion.id)).all())
    desks = [Desk(name) for name in WRITERS]
    accepted: dict[str, list[tuple[str, str]]] = {}  # key -> (writer, words) in the order of acceptance
    for act, who, short, number in plan:
        key, desk = f"{short}-{examples}", desks[who]
        entry = entry_by_key(minutes, key)
        if act == "look":
            if entry is not None:
                desk.seen[key] = entry.version
            continue
        seen = desk.seen.get(key, 0)
        by_others = any(name != desk.by.name for name, _ in accepted.get(key, [])[seen:])
        if act == "remove":
            if entry is None or entry.removed_at is not None:
                continue
            try:
                entry_service.remove_entry(entry, desk.by, version=seen)
            except Conflict:
                assert by_others
                continue
            assert not by_others
            accepted[key].append((desk.by.name, "—"))
            desk.seen[key] = entry.version
            continue
        fresh = f"{desk.by.name} {number}"
        words = desk.sent.get(key, fresh) if act == "send again" else fresh
        desk.sent[key] = words
        before = (entry.version, dict(entry.texts), entry.removed_at) if entry is not None else None
        try:
            stored = entry_service.save(minutes, key, seen, note(words), desk.by)
        except Conflict as conflict:
            # Only what somebody else wrote in between is a conflict; it is shown and left as it is.
            assert by_others
            assert entry is not None
            assert (entry.version, dict(entry.texts), entry.removed_at) == before
            assert conflict.entry is entry
            continue
        db.session.flush()
        if before is None or before != (stored.version, dict(stored.texts), stored.removed_at):
            accepted.setdefault(key, []).append((desk.by.name, words))
            # Nobody's unseen writing was written over.
            assert not by_others
        desk.seen[key] = stored.version

    for key, writings in accepted.items():
        check_history(minutes, key, writings)
    db.session.commit()
