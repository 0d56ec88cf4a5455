"""The verbs of accounts: add a user, sign in and out."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from roundtable import addresses, clock
from roundtable.accounts import passwords
from roundtable.accounts.models import SignIn, User
from roundtable.db import db
from roundtable.errors import Refusal, sentence

LONGEST_SIGN_IN = timedelta(days=7)
NO_ADDRESS = sentence("“%(email)s” is not a mail address.")
TAKEN = sentence("There is already an account for %(email)s.")


def add_user(email: str, name: str, password: str, language: str) -> User:
    """Add an account.

    Raises:
        Refusal: if the address is none or has an account, or the password is a weak one.
    """
    address = addresses.checked(email)
    if address is None:
        raise Refusal(NO_ADDRESS, email=email)
    if user_with(address) is not None:
        raise Refusal(TAKEN, email=address)
    passwords.check_new(password)
    user = User(
        email=address,
        email_key=addresses.key(address),
        name=name,
        password_hash=passwords.hashed(password),
        language=language,
        created_at=clock.now(),
    )
    db.session.add(user)
    return user


def user_with(email: str) -> User | None:
    """Return the user with this address."""
    return db.session.scalar(select(User).where(User.email_key == addresses.key(email)))


def sign_in(email: str, password: str) -> User | None:
    """Open a sign-in if address and password belong together.

    It takes equally long whether there is such an account or not.
    """
    user = user_with(email)
    right = passwords.matches(user.password_hash if user else None, password)
    if user is None or not right or not user.is_enabled:
        return None
    key = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.execute(delete(SignIn).where(SignIn.ends_at <= now))
    db.session.add(SignIn(key_hash=_hash(key), user=user, created_at=now, ends_at=now + LONGEST_SIGN_IN))
    user.sign_in_key = key
    return user


def user_of_sign_in(key: str) -> User | None:
    """Return who has signed in with this key, while the sign-in lasts."""
    found = db.session.scalar(
        select(User)
        .join(SignIn, SignIn.user_id == User.id)
        .where(SignIn.key_hash == _hash(key), SignIn.ends_at > clock.now(), User.is_enabled)
    )
    if found is not None:
        found.sign_in_key = key
    return found


def sign_out(user: User) -> None:
    """End the sign-in by which the user came; a copied cookie is worth nothing from now on."""
    if user.sign_in_key is not None:
        db.session.execute(delete(SignIn).where(SignIn.key_hash == _hash(user.sign_in_key)))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
