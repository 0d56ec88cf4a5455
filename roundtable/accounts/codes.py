"""Codes that people read from one place and type in another: how they are stored."""

import hashlib


def hashed(code: str) -> str:
    """Return the SHA-256 of a code, however it was typed: case, blanks and dashes do not count.

    The codes are random and long enough that no slow hash is needed.
    """
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
