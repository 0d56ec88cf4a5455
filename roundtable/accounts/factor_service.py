"""The second factor: codes of an app (RFC 6238), recovery codes, and who must have one."""

import base64
import hmac
import secrets
from collections.abc import Callable

import pyotp
from flask import current_app
from sqlalchemy import delete, exists, func, select, update

from roundtable import clock
from roundtable.accounts import codes
from roundtable.accounts.models import Passkey, RecoveryCode, User
from roundtable.audit.service import note
from roundtable.ciphers import InvalidToken, decrypted, encrypted
from roundtable.db import db

ISSUER = "Roundtable"
STEP_SECONDS = 30
CODES = 10
_SET_UP_WITHIN_SECONDS = 15 * 60

Roles = Callable[[User], set[str]]


# --- Codes of an app --------------------------------------------------------------------------------------


def new_secret() -> str:
    """Return a new secret for an app, in base32 (160 bits)."""
    return pyotp.random_base32()


def for_form(user: User, secret: str) -> str:
    """Return a secret so that a form can carry it back: encrypted, for this account and a quarter of an hour."""
    return encrypted(f"{user.id} {secret}")


def from_form(user: User, carried: str) -> str | None:
    """Return the secret that a form has carried back, or None where it is too old or somebody else's."""
    try:
        owner, _, secret = decrypted(carried, seconds=_SET_UP_WITHIN_SECONDS).partition(" ")
    except InvalidToken:
        return None
    return secret if owner == str(user.id) else None


def address_for_app(user: User, secret: str) -> str:
    """Return the otpauth address that the picture shows to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


def set_app(user: User, secret: str, code: str) -> bool:
    """Take an app as second factor once it shows the right code; return whether it does."""
    step = _step(secret, code, after=0)
    if step is None:
        return False
    user.totp_secret, user.totp_step = encrypted(secret), step
    note("second-factor-added", f"user/{user.id}", kind="app")
    return True


def remove_app(user: User) -> None:
    """Take the app away."""
    if user.totp_secret:
        user.totp_secret = ""
        note("second-factor-removed", f"user/{user.id}", kind="app")
        _forget_codes_without_factor(user)


def takes_app_code(user: User, code: str) -> bool:
    """Whether this is the app's code now; a code counts once, and those before it no more."""
    if not user.totp_secret:
        return False
    try:
        secret = decrypted(user.totp_secret)
    except InvalidToken:
        return False
    step = _step(secret, code, after=user.totp_step)
    if step is None:
        return False
    user.totp_step = step
    return True


def _step(secret: str, code: str, *, after: int) -> int | None:
    """Return to which 30 seconds a code belongs: the present ones or their neighbours, after `after`."""
    digits = "".join(code.split())
    app = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(clock.now().timestamp()) // STEP_SECONDS
    found = None
    for step in (present - 1, present, present + 1):
        right = hmac.compare_digest(app.at(step * STEP_SECONDS).encode(), digits.encode("utf-8", "replace"))
        if right and step > after:
            found = step
    return found


# --- Recovery codes ---------------------------------------------------------------------------------------


def new_recovery_codes(user: User) -> list[str]:
    """Return ten new codes and forget the old ones; they are shown once and stored as hashes."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    made = [base64.b32encode(secrets.token_bytes(10)).decode("ascii").lower() for _ in range(CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=codes.hashed(code)) for code in made)
    note("recovery-codes-made", f"user/{user.id}", count=CODES)
    return ["-".join(code[place : place + 4] for place in range(0, 16, 4)) for code in made]


def takes_recovery_code(user: User, code: str) -> bool:
    """Whether this is one of the account's codes that was not used; it is from now on."""
    changed = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == codes.hashed(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    is_right = bool(changed.rowcount)  # type: ignore[attr-defined]  # of an UPDATE
    if is_right:
        note("recovery-code-used", f"user/{user.id}", left=codes_left(user))
    return is_right


def codes_left(user: User) -> int:
    """Return how many recovery codes are left."""
    return (
        db.session.scalar(
            select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


# --- Who has one, and who must ------------------------------------------------------------------------------


def passkeys_of(user: User) -> list[Passkey]:
    """Return the account's passkeys, the oldest first."""
    return list(db.session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)))


def has_second_factor(user: User) -> bool:
    """Whether the account asks for more than a password."""
    return bool(user.totp_secret) or bool(
        db.session.scalar(select(exists().where(Passkey.user_id == user.id)))
    )


def remove_passkey(passkey: Passkey) -> None:
    """Take a passkey away."""
    note("second-factor-removed", f"user/{passkey.user_id}", kind="passkey")
    db.session.delete(passkey)
    db.session.flush()
    _forget_codes_without_factor(passkey.user)


def remove_all(user: User) -> None:
    """Take every second factor away: for somebody who has lost them and proved to an administrator who they are."""
    for passkey in passkeys_of(user):
        remove_passkey(passkey)
    remove_app(user)


def _forget_codes_without_factor(user: User) -> None:
    if not has_second_factor(user):
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def init_roles(roles: Roles) -> None:
    """Say how the roles of a user are found; accounts know of no conferences."""
    current_app.extensions["roundtable.roles_of_user"] = roles


def must_set_up(user: User) -> bool:
    """Whether the settings ask this user for a second factor that the account has not yet."""
    asked = set(current_app.config["ROUNDTABLE"].second_factor_for)
    if not asked or has_second_factor(user):
        return False
    if "administrator" in asked and user.is_administrator:
        return True
    roles: Roles | None = current_app.extensions.get("roundtable.roles_of_user")
    return bool(roles and asked & roles(user))


def with_second_factor(user_ids: list[int]) -> set[int]:
    """Return which of these accounts have a second factor."""
    with_app = select(User.id).where(User.id.in_(user_ids), User.totp_secret != "")
    with_passkey = select(Passkey.user_id).where(Passkey.user_id.in_(user_ids))
    return {*db.session.scalars(with_app), *db.session.scalars(with_passkey)}


def encrypt_anew() -> int:
    """Encrypt every app's secret under the present key; return how many there are."""
    users = list(db.session.scalars(select(User).where(User.totp_secret != "")))
    for user in users:
        user.totp_secret = encrypted(decrypted(user.totp_secret))
    return len(users)
