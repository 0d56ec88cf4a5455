"""Encryption of what the program itself must read again but nobody who copies the database."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app

from roundtable.config import Settings

__all__ = ["InvalidToken", "decrypted", "encrypted"]


def encrypted(text: str) -> str:
    """Return the text encrypted under the program's present secret (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _box().encrypt(text.encode()).decode("ascii")


def decrypted(token: str, *, seconds: int | None = None) -> str:
    """Return what was encrypted under the present secret or an earlier one.

    Raises:
        InvalidToken: if it was not, or is older than so many seconds.
    """
    return _box().decrypt(token.encode("utf-8", "replace"), ttl=seconds).decode()


def _box() -> MultiFernet:
    settings: Settings = current_app.config["ROUNDTABLE"]
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.secret_key, *settings.old_secret_keys)])


def _key(secret: str) -> bytes:
    raw = hmac.new(secret.encode(), b"roundtable encryption at rest 1", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(raw)
