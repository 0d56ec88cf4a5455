"""Personal links: made from what we know, never stored, ended by counting up.

A link is `/g/TOKEN`. The token names a contact and proves it with an HMAC over the contact, the
conference and the link's generation, under a key that is derived from the program's secret. The
alphabet is lower-case base32: it survives mail programs, telephones and case-blind retyping.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

PROOF_BYTES = 20
"""160 bits; trust.md R3 asks for 128 at least."""
PLACEHOLDER = "https://personal-link.invalid"
"""Stands in stored letters where the link will be when the letter is sent (RFC 2606: never real)."""

_SHAPE = re.compile(r"^[a-z2-7]{40}$")


@dataclass(frozen=True)
class Owner:
    """Whose link it is, and its generation."""

    contact_id: int
    conference_id: int
    generation: int


def link_key(secret: str) -> bytes:
    """Derive the key of the links from the program's secret, so that no other use shares it."""
    return hmac.new(secret.encode(), b"roundtable personal links 1", hashlib.sha256).digest()


def token(owner: Owner, key: bytes) -> str:
    """Return the token of the owner's link: 40 letters and digits."""
    raw = owner.contact_id.to_bytes(5, "big") + _proof(owner, key)
    return base64.b32encode(raw).decode("ascii").lower()


def contact_id_in(text: str) -> int | None:
    """Return which contact a token claims to be from, or None where it has not the shape of one.

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
    message = f"{owner.contact_id}|{owner.conference_id}|{owner.generation}".encode()
    return hmac.new(key, message, hashlib.sha256).digest()[:PROOF_BYTES]
