"""Tokens of personal links under the program's present secret; those under earlier ones still open.

Whoever changes the secret names the old one in ROUNDTABLE_OLD_SECRET_KEYS until the links that were sent
under it may end: letters written from then on carry the new ones.
"""

from functools import lru_cache

from flask import current_app

from roundtable.config import Settings
from roundtable.links import Owner, Purpose, link_key, proves, token


def token_of(owner: Owner, purpose: Purpose) -> str:
    """Return the token of an owner's link, under the present secret."""
    return token(owner, _keys(purpose)[0])


def opens(text: str, owner: Owner, purpose: Purpose) -> bool:
    """Whether a token is this owner's, under the present secret or an earlier one."""
    # All are tried, so that nothing can be learned from the time that it takes.
    return sum([proves(text, owner, key) for key in _keys(purpose)]) > 0


def _keys(purpose: Purpose) -> tuple[bytes, ...]:
    settings: Settings = current_app.config["ROUNDTABLE"]
    return _derived((settings.secret_key, *settings.old_secret_keys), purpose)


@lru_cache(maxsize=64)
def _derived(secrets: tuple[str, ...], purpose: Purpose) -> tuple[bytes, ...]:
    return tuple(link_key(secret, purpose) for secret in secrets)
