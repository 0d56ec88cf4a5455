"""Personal links and calendar feeds: made from what we know, never stored, ended by counting up.

A link is `/g/TOKEN`, a feed `/c/TOKEN.ics`. The token names its owner and proves it with an HMAC over
the owner, the conference and the link's generation, under a key for its purpose that is derived from
the program's secret. A feed holds the personal link in its entries, as the letters' calendar files do, so
its address is to be kept like the link itself; both end together. The alphabet is lower-case base32: it
survives mail programs, telephones and case-blind retyping.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

PROOF_BYTES = 20
"""160 bits; trust.md R3 asks for 128 at least."""

_SHAPE = re.compile(r"^[a-z2-7]{40}$")


class Purpose(StrEnum):
    """What a token opens.

    A contact's page or calendar, an organizer's calendar, a text under embargo, a list of newsrooms, the
    door to an account.
    """

    PAGE = "personal links 1"
    FEED = "calendar feeds 1"
    ORGANIZERS_FEED = "organizers' calendar feeds 1"
    PREVIEW = "preview links 1"
    NEWSROOM = "newsrooms 1"
    DOOR = "account doors 1"


@dataclass(frozen=True)
class Owner:
    """Whose link it is (a contact, or a membership for an organizer's feed), and its generation."""

    id: int
    conference_id: int
    generation: int


def link_key(secret: str, purpose: Purpose = Purpose.PAGE) -> bytes:
    """Derive the key for a purpose from the program's secret, so that no other use shares it."""
    return hmac.new(secret.encode(), f"roundtable {purpose}".encode(), hashlib.sha256).digest()


def token(owner: Owner, key: bytes) -> str:
    """Return the token of the owner's link: 40 letters and digits."""
    raw = owner.id.to_bytes(5, "big") + _proof(owner, key)
    return base64.b32encode(raw).decode("ascii").lower()


def owner_id_in(text: str) -> int | None:
    """Return which owner a token claims to be from, or None where it has not the shape of one.

    Letters that mail programs hang onto an address are forgiven: a trailing `.`, `>`, `)` or `,`.
    """
    shape = text.strip().rstrip(".>),;:!\"'").lower()
    if not _SHAPE.match(shape):
        return None
    try:
        claimed = int.from_bytes(base64.b32decode(shape.upper())[:5], "big")
    except (binascii.Error, ValueError):
        return None
    # Beyond this no row has a key, and a database would refuse the question.
    return claimed if claimed < 2**31 else None


def proves(text: str, owner: Owner, key: bytes) -> bool:
    """Whether the token is the present one of this owner; takes the same time for every wrong one."""
    given = text.strip().rstrip(".>),;:!\"'").lower()
    return hmac.compare_digest(given.encode("utf-8", "replace"), token(owner, key).encode())


def _proof(owner: Owner, key: bytes) -> bytes:
    message = f"{owner.id}|{owner.conference_id}|{owner.generation}".encode()
    return hmac.new(key, message, hashlib.sha256).digest()[:PROOF_BYTES]
