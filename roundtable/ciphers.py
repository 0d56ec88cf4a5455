"""Encryption of what the program itself must read again but nobody who copies the database."""

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from flask import current_app

from roundtable.config import Settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

__all__ = ["InvalidToken", "decrypted", "encrypted"]


class InvalidToken(Exception):  # noqa: N818 - as the library calls it
    """What was to be decrypted was not encrypted here, or too long ago."""


def encrypted(text: str) -> str:
    """Return the text encrypted under the program's present secret (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _box().encrypt(text.encode()).decode("ascii")


def decrypted(token: str, *, seconds: int | None = None) -> str:
    """Return what was encrypted under the present secret or an earlier one.

    Raises:
        InvalidToken: if it was not, or is older than so many seconds.
    """
    from cryptography import fernet  # noqa: PLC0415 - see below

    try:
        return _box().decrypt(token.encode("utf-8", "replace"), ttl=seconds).decode()
    except fernet.InvalidToken as error:
        raise InvalidToken from error


def _box() -> "MultiFernet":
    # A start does without it.
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415

    settings: Settings = current_app.config["ROUNDTABLE"]
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.secret_key, *settings.old_secret_keys)])


def _key(secret: str) -> bytes:
    raw = hmac.new(secret.encode(), b"roundtable encryption at rest 1", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(raw)
