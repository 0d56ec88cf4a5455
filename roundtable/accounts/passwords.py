"""Passwords: Argon2id hashes and the rules for new ones."""

from collections.abc import Sequence
from functools import lru_cache
from threading import BoundedSemaphore

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

_LEAST_GUESSES = 10
"""Powers of ten: zxcvbn's best class, "very unguessable"."""
_LOOKED_AT = 72
"""Characters that are judged: the search is quadratic, and what follows only makes it better."""
_OWN_WORDS = (
    "roundtable",
    "round table",
    "passwort",
    "parola",
    "şifre",
    "sifre",
    "oberbürgermeister",
    "belediye",
)

# OWASP's and the library's default: 64 MiB, three passes. Tests take the cheapest profile.
_hasher = PasswordHasher()
_at_a_time = BoundedSemaphore(4)
"""Each hash takes 64 MiB; sixteen threads at once would take a gigabyte."""


def use_cheap_hashes() -> None:
    """Let tests sign in a thousand times; never called by the program."""
    global _hasher  # noqa: PLW0603 - one hasher for the process
    _hasher = PasswordHasher.from_parameters(profiles.CHEAPEST)
    _nobody.cache_clear()


def check_new(password: str, about: Sequence[str] = ()) -> None:
    """Check a password that somebody wants to have; `about` are their name and address.

    Raises:
        Refusal: if it is too short, too long, or easy to guess: common ones, keyboard rows, dates, the
            person's own name, with a few characters around it or not.
    """
    # Its dictionaries take a while to load, and only new passwords need them.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    if len(password) < LEAST:
        raise Refusal(TOO_SHORT, least=LEAST)
    if len(password) > MOST:
        raise Refusal(TOO_LONG, most=MOST)
    own = [word for text in about for word in (text, *text.replace("@", " ").replace(".", " ").split())]
    judged = zxcvbn(password[:_LOOKED_AT], user_inputs=[*own, *_OWN_WORDS], max_length=_LOOKED_AT)
    if judged["guesses_log10"] < _LEAST_GUESSES:
        raise Refusal(TOO_COMMON)


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password."""
    with _at_a_time:
        return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the right one; without a hash it takes as long to say no."""
    try:
        with _at_a_time:
            _hasher.verify(password_hash or _nobody(), password[: MOST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
