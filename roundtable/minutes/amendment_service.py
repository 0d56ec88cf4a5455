"""Numbered amendments: what is put right after a record has been sealed stands beside it."""

import hashlib
from typing import Any

from roundtable import clock, looks
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.minutes import document_service, queries
from roundtable.minutes.models import Amendment, Minutes
from roundtable.minutes.record import canonical

NOT_SEALED = sentence("The minutes are not approved yet. Please change the entry itself.")
NOT_IN_RECORD = sentence("This entry is not in the sealed record.")
NOTHING_NEW = sentence("The words are the same as before. Please write what shall be read instead.")
NO_REASON = sentence("Please say in one sentence why the record is amended.")


def words_now(minutes: Minutes, entry_id: int) -> Texts:
    """Return what an entry of a sealed record says after the amendments so far.

    Raises:
        Refusal: if the record is not sealed, or the entry is not in it.
    """
    if not minutes.is_sealed:
        raise Refusal(NOT_SEALED)
    found = next((one for one in queries.record_of(minutes).entries() if one.id == entry_id), None)
    if found is None:
        raise Refusal(NOT_IN_RECORD)
    amended = [one for one in queries.amendments_of(minutes) if one.entry_id == entry_id]
    return amended[-1].new if amended else found.texts


def amend(minutes: Minutes, entry_id: int, new: Texts, reasons: Texts, *, by: str) -> Amendment:
    """Amend an entry of a sealed record; the record itself stays as it was.

    Raises:
        Refusal: if the record is not sealed, the entry is not in it, nothing changes, or no reason is given.
    """
    old = words_now(minutes, entry_id)
    if not new or new == old:
        raise Refusal(NOTHING_NEW)
    if not reasons:
        raise Refusal(NO_REASON)
    before = queries.amendments_of(minutes)
    amendment = Amendment(
        minutes=minutes,
        number=len(before) + 1,
        entry_id=entry_id,
        old=old,
        new=new,
        reasons=reasons,
        made_by=by,
        made_at=clock.now(),
    )
    amendment.content_hash = chained(
        before[-1].content_hash if before else minutes.content_hash, values_of(amendment)
    )
    db.session.add(amendment)
    # Its documents are made anew.
    looks.forget(document_service.LOOK, minutes.id)
    return amendment


def values_of(amendment: Amendment) -> dict[str, Any]:
    """Return what an amendment says, as plain JSON."""
    return {
        "number": amendment.number,
        "entry_id": amendment.entry_id,
        "old": dict(amendment.old),
        "new": dict(amendment.new),
        "reasons": dict(amendment.reasons),
        "made_by": amendment.made_by,
        "made_at": amendment.made_at.isoformat(),
    }


def chained(before: str, values: dict[str, Any]) -> str:
    """Return the SHA-256 of the hash before it, followed by an amendment's canonical JSON."""
    return hashlib.sha256(before.encode() + canonical(values)).hexdigest()
