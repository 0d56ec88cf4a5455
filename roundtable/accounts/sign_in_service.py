"""Opening, finding, proving and ending sign-ins."""

import hashlib
import secrets
from contextlib import suppress
from datetime import timedelta
from functools import cache

from flask import has_request_context, request
from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import contains_eager

from roundtable import clock
from roundtable.accounts import passwords
from roundtable.accounts.models import Method, SignIn, User
from roundtable.accounts.service import user_with
from roundtable.audit.origin import shortened
from roundtable.audit.service import acts_as, note
from roundtable.db import db, writing
from roundtable.words import tidy

LONGEST_SIGN_IN = timedelta(days=7)
LONGEST_IDLE = timedelta(hours=12)
FRESH_FOR = timedelta(minutes=30)
"""How long after showing who one is dangerous acts are done without being asked again."""
SECOND_STEP_WITHIN = timedelta(minutes=10)
MOST_ATTEMPTS = 5
_SEEN_EVERY = timedelta(minutes=5)


def with_password(email: str, password: str) -> User | None:
    """Return whose address and password these are; it takes equally long whether there is such an account."""
    user = user_with(email)
    right = passwords.matches(user.password_hash if user else None, password)
    if user is None or not right or not user.is_enabled:
        note("sign-in-refused", f"user/{user.id if user else 0}", method=Method.PASSWORD)
        return None
    return user


def open_sign_in(user: User, method: Method, *, awaits_second_factor: bool = False) -> str:
    """Open a sign-in and return its key, which only the cookie knows.

    One that awaits the second factor opens nothing yet, and ends after ten minutes.
    """
    key = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.execute(delete(SignIn).where(SignIn.ends_at <= now))
    ends_at = now + (SECOND_STEP_WITHIN if awaits_second_factor else LONGEST_SIGN_IN)
    sign_in = SignIn(
        key_hash=_hash(key),
        user=user,
        method=method,
        awaits_second_factor=awaits_second_factor,
        browser=_browser(),
        network=shortened(request.remote_addr) if has_request_context() else "",
        created_at=now,
        seen_at=now,
        proved_at=now,
        ends_at=ends_at,
    )
    db.session.add(sign_in)
    if not awaits_second_factor:
        user.sign_in, user.sign_in_key = sign_in, key
        acts_as(f"user/{user.id}")
        note("signed-in", f"user/{user.id}", method=method)
    return key


def _browser() -> str:
    return tidy(request.user_agent.string if has_request_context() else "")[:300]


def user_of_sign_in(key: str) -> User | None:
    """Return who has signed in with this key, while the sign-in lasts and is used."""
    now = clock.now()
    sign_in = _sign_in(key, awaits_second_factor=False)
    if sign_in is None or sign_in.seen_at <= now - LONGEST_IDLE:
        return None
    user = sign_in.user
    user.sign_in, user.sign_in_key = sign_in, key
    if now - sign_in.seen_at >= _SEEN_EVERY:
        _note_use(sign_in)
    return user


def _sign_in(key: str, *, awaits_second_factor: bool) -> SignIn | None:
    asked = {"key": _hash(key), "now": clock.now(), "awaits": awaits_second_factor}
    return db.session.scalar(_lasting(), asked)


@cache
def _lasting() -> Select[SignIn]:
    return (
        select(SignIn)
        .join(SignIn.user)
        .where(
            SignIn.key_hash == bindparam("key"),
            SignIn.ends_at > bindparam("now"),
            SignIn.awaits_second_factor == bindparam("awaits"),
            User.is_enabled,
        )
        .options(contains_eager(SignIn.user))
    )


def _note_use(sign_in: SignIn) -> None:
    """Note that a sign-in is used; where the page is only read, on a connection of its own."""
    if request.method not in {"GET", "HEAD"}:
        sign_in.seen_at = clock.now()
        return
    statement = update(SignIn).where(SignIn.key_hash == sign_in.key_hash).values(seen_at=clock.now())
    # A page is shown even where the database is busy; the next one will note it.
    with suppress(OperationalError), writing(), db.engine.begin() as connection:
        connection.execute(statement)


def awaiting(key: str | None) -> SignIn | None:
    """Return the sign-in that awaits its second factor under this key."""
    return _sign_in(key, awaits_second_factor=True) if key else None


def note_wrong_code(sign_in: SignIn) -> bool:
    """Count a wrong code; after too many the sign-in begins anew. Return whether it goes on."""
    sign_in.attempts += 1
    note("sign-in-refused", f"user/{sign_in.user_id}", method="second-factor")
    if sign_in.attempts >= MOST_ATTEMPTS:
        db.session.delete(sign_in)
        return False
    return True


def is_fresh(user: User) -> bool:
    """Whether the person has shown lately that it is they."""
    return user.sign_in is not None and clock.now() - user.sign_in.proved_at < FRESH_FOR


def prove(user: User) -> None:
    """Note that the person has just shown that it is they."""
    if user.sign_in is not None:
        user.sign_in.proved_at = clock.now()


def prove_at_once(user: User) -> None:
    """Note it on a connection of its own: the act that follows may give up its transaction, the proof holds."""
    if user.sign_in is None:
        return
    key_hash = user.sign_in.key_hash
    db.session.rollback()
    with writing(), db.engine.begin() as connection:
        connection.execute(update(SignIn).where(SignIn.key_hash == key_hash).values(proved_at=clock.now()))


def open_sign_ins(user: User) -> list[SignIn]:
    """Return the user's sign-ins that still open something, the last used first."""
    now = clock.now()
    return list(
        db.session.scalars(
            select(SignIn)
            .where(
                SignIn.user_id == user.id,
                SignIn.ends_at > now,
                SignIn.seen_at > now - LONGEST_IDLE,
                SignIn.awaits_second_factor.is_(False),
            )
            .order_by(SignIn.seen_at.desc(), SignIn.key_hash)
        )
    )


def name_of(sign_in: SignIn) -> str:
    """Return a name by which a page can speak of a sign-in: not its key, nor enough of the hash to find it."""
    return sign_in.key_hash[:16]


def end_one(user: User, name: str) -> bool:
    """End the user's sign-in with this name; return whether there was one."""
    for sign_in in open_sign_ins(user):
        if name_of(sign_in) == name:
            db.session.delete(sign_in)
            note("ended-sign-ins", f"user/{user.id}", count=1)
            return True
    return False


def sign_out(user: User) -> None:
    """End the sign-in by which the user came; a copied cookie is worth nothing from now on."""
    if user.sign_in is not None:
        db.session.delete(user.sign_in)
        note("signed-out", f"user/{user.id}")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
