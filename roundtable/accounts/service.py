"""The verbs of accounts: add, find, rename, change the password, switch off and on."""

from sqlalchemy import delete, func, literal, or_, select, tuple_

from roundtable import addresses, clock
from roundtable.accounts import passwords
from roundtable.accounts.door_service import shut_all_of
from roundtable.accounts.models import SignIn, User
from roundtable.audit.service import note
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.order import search_key

NO_ADDRESS = sentence("“%(email)s” is not a mail address.")
TAKEN = sentence("There is already an account for %(email)s.")
LAST_ADMINISTRATOR = sentence(
    "This is the last administrator. Please make somebody else an administrator first."
)


def add_user(email: str, name: str, password: str, language: str) -> User:
    """Add an account.

    Raises:
        Refusal: if the address is none or has an account, or the password is a weak one.
    """
    passwords.check_new(password, (name, email))
    return add_without_password(email, name, language, password_hash=passwords.hashed(password))


def add_without_password(email: str, name: str, language: str, *, password_hash: str = "") -> User:
    """Add an account for somebody who signs in by other means, or whose password is hashed already.

    Raises:
        Refusal: if the address is none or has an account.
    """
    address = addresses.checked(email)
    if address is None:
        raise Refusal(NO_ADDRESS, email=email)
    if user_with(address) is not None:
        raise Refusal(TAKEN, email=address)
    user = User(
        email=address,
        email_key=addresses.key(address),
        name=name,
        password_hash=password_hash,
        language=language,
        created_at=clock.now(),
    )
    db.session.add(user)
    return user


def user_with(email: str) -> User | None:
    """Return the user with this address."""
    return db.session.scalar(select(User).where(User.email_key == addresses.key(email)))


def set_password(user: User, password: str) -> None:
    """Give the account a new password, end every sign-in but the present one, and void reset links.

    Raises:
        Refusal: if it is a weak one.
    """
    passwords.check_new(password, (user.name, user.email))
    user.password_hash = passwords.hashed(password)
    end_sign_ins(user)
    shut_all_of(user)


def end_sign_ins(user: User, *, also_present: bool = False) -> int:
    """End the user's sign-ins, the one of this request only if asked; return how many."""
    query = delete(SignIn).where(SignIn.user_id == user.id)
    present = user.sign_in
    if present is not None and not also_present:
        query = query.where(SignIn.key_hash != present.key_hash)
    count = db.session.execute(query).rowcount  # type: ignore[attr-defined]  # of a DELETE
    if count:
        note("ended-sign-ins", f"user/{user.id}", count=count)
    return int(count)


def set_enabled(user: User, *, is_enabled: bool) -> None:
    """Switch an account off, at once and everywhere, or on again.

    Raises:
        Refusal: for the last administrator.
    """
    if not is_enabled:
        _check_not_last(user)
        end_sign_ins(user, also_present=True)
        shut_all_of(user)
    user.is_enabled = is_enabled


def set_administrator(user: User, *, is_administrator: bool) -> None:
    """Make somebody an administrator, or take it away.

    Raises:
        Refusal: for the last administrator.
    """
    if not is_administrator:
        _check_not_last(user)
    user.is_administrator = is_administrator


def _check_not_last(user: User) -> None:
    others = db.session.scalar(
        select(func.count()).where(User.is_administrator, User.is_enabled, User.id != user.id)
    )
    if user.is_administrator and user.is_enabled and not others:
        raise Refusal(LAST_ADMINISTRATOR)


PAGE = 100
"""Accounts on a page of the list."""


def users_like(words: str, after: int | None) -> list[User]:
    """Return the accounts whose name or address holds the words, by name: a page, and one more where there are more.

    With `after`, those that stand behind this account in the list.
    """
    found = select(User).order_by(User.name_key, User.id).limit(PAGE + 1)
    if words:
        found = found.where(
            or_(
                User.name_key.contains(search_key(words), autoescape=True),
                User.email_key.contains(words.casefold(), autoescape=True),
            )
        )
    last = db.session.get(User, after) if after else None
    if last is not None:
        found = found.where(tuple_(User.name_key, User.id) > tuple_(literal(last.name_key), literal(last.id)))
    return list(db.session.scalars(found))
