"""Passwords: Argon2id hashes and the rules for new ones."""

from functools import lru_cache

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from roundtable.errors import Refusal, sentence

LEAST = 12
MOST = 1000
"""Argon2 itself knows no bound; a megabyte of password would only cost time."""
TOO_SHORT = sentence("A password needs at least %(least)d characters. A few words in a row are a good one.")
TOO_LONG = sentence("A password has at most %(most)d characters.")
TOO_COMMON = sentence(
    "This password is one of the first that a stranger would try. Please choose another one."
)

_COMMON = ("password", "passwort", "roundtable", "qwertz", "qwerty", "123456", "parola", "sifre", "istanbul")

# OWASP's and the library's default: 64 MiB, three passes. Tests take the cheapest profile.
_hasher = PasswordHasher()


def use_cheap_hashes() -> None:
    """Let tests sign in a thousand times; never called by the program."""
    global _hasher  # noqa: PLW0603 - one hasher for the process
    _hasher = PasswordHasher.from_parameters(profiles.CHEAPEST)
    _nobody.cache_clear()


def check_new(password: str) -> None:
    """Check a password that somebody wants to have.

    Raises:
        Refusal: if it is too short, too long, or a common one with a few characters around it.
    """
    if len(password) < LEAST:
        raise Refusal(TOO_SHORT, least=LEAST)
    if len(password) > MOST:
        raise Refusal(TOO_LONG, most=MOST)
    rest = password.casefold()
    for word in _COMMON:
        rest = rest.replace(word, "")
    if len(set(rest)) < 4:
        raise Refusal(TOO_COMMON)


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the right one; without a hash it takes as long to say no."""
    try:
        _hasher.verify(password_hash or _nobody(), password[: MOST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
