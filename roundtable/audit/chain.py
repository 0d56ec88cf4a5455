"""The chain: each entry's hash covers the one before it, so that a changed or removed entry shows.

What an entry says in detail stands beside it under a hash of its own. It can be erased for the sake of a
person without breaking the chain: the hash stays, salted, and says nothing.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

BEGINNING = "0" * 64
"""What stands for the hash before the first entry."""


@dataclass(frozen=True)
class Link:
    """What an entry's hash covers. `number` counts from 1 without a gap; `at` is an instant.

    `actor` and `subject` are `kind/id`, such as `user/3`; `conference_id` is None for what belongs to
    the whole program.
    """

    number: int
    at: datetime
    actor: str
    act: str
    subject: str
    conference_id: int | None
    detail_hash: str


def detail_hash(content: str, salt: str) -> str:
    """Return the SHA-256 of an entry's details; the salt keeps short ones from being guessed."""
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()


def link_hash(link: Link, previous: str) -> str:
    """Return the SHA-256 of an entry that follows the one with the hash `previous`."""
    stamp = link.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    values = [
        previous,
        link.number,
        stamp,
        link.actor,
        link.act,
        link.subject,
        link.conference_id,
        link.detail_hash,
    ]
    return hashlib.sha256(json.dumps(values, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class Found:
    """One entry as it stands in the database: its link, its own hash, and details where they are kept."""

    link: Link
    hash: str
    detail: tuple[str, str] | None
    """(salt, content); None once they were erased."""


@dataclass(frozen=True)
class Verdict:
    """What a look at the whole chain found; `fault` is empty where nothing is wrong."""

    entries: int
    erased: int
    head: str
    fault: str


def verify(entries: Iterable[Found], head: tuple[int, str]) -> Verdict:
    """Follow the chain from the first entry to the last, and compare with (number, hash) of the head."""
    previous, number, erased = BEGINNING, 0, 0
    for one in entries:
        number += 1
        if one.link.number != number:
            fault = f"Entry {number} is missing: entry {one.link.number} comes next."
            return Verdict(number - 1, erased, previous, fault)
        if one.detail is None:
            erased += 1
        elif detail_hash(one.detail[1], one.detail[0]) != one.link.detail_hash:
            return Verdict(number, erased, previous, f"The details of entry {number} were changed.")
        if link_hash(one.link, previous) != one.hash:
            return Verdict(number, erased, previous, f"Entry {number}, or what came before it, was changed.")
        previous = one.hash
    if (number, previous) != head:
        fault = f"The chain ends with entry {number}, but {head[0]} were written: the last ones are missing."
        return Verdict(number, erased, previous, fault)
    return Verdict(number, erased, previous, "")
