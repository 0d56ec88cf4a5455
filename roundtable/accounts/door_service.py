"""Doors: links in letters that open an account once. New passwords here; invitations by whoever invites."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import joinedload

from roundtable import addresses, clock, tokens
from roundtable.accounts import codes, letters, notice_service
from roundtable.accounts.models import AccountDoor, DoorKind, ResetRequest, User
from roundtable.audit.service import came_by
from roundtable.db import db
from roundtable.links import Owner, Purpose, owner_id_in
from roundtable.mail.filling import link_placeholder
from roundtable.mail.letters import public_address

NEW_PASSWORD_WITHIN = timedelta(hours=1)
INVITATION_WITHIN = timedelta(days=7)
MOST_ATTEMPTS = 5
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No l, i, o, 0 or 1: the code is read from one screen and typed on another."""


# --- Tokens ---------------------------------------------------------------------------------------------------


def _owner(door: AccountDoor) -> Owner:
    return Owner(door.id, int(door.made_at.timestamp()), 1)


def addresses_of(keys: Iterable[int]) -> dict[int, str]:
    """Return the addresses of those of these doors that still open: for letters on their way."""
    doors = db.session.scalars(
        select(AccountDoor).where(
            AccountDoor.id.in_(set(keys)), AccountDoor.used_at.is_(None), AccountDoor.ends_at > clock.now()
        )
    )
    return {door.id: address_of(door) for door in doors}


def address_of(door: AccountDoor) -> str:
    """Return the whole address of a door; it is made from what we know, never stored."""
    return public_address("doors.show", token=tokens.token_of(_owner(door), Purpose.DOOR))


def door_of(token: str) -> AccountDoor | None:
    """Return the door with this token while it opens; wrong, used and old ones are alike None."""
    door = db.session.scalar(
        select(AccountDoor)
        .where(AccountDoor.id == (owner_id_in(token) or 0))
        .options(joinedload(AccountDoor.user))
    )
    owner = _owner(door) if door is not None else Owner(0, 0, 0)
    if not tokens.opens(token, owner, Purpose.DOOR) or door is None:
        return None
    if door.used_at is not None or door.ends_at <= clock.now():
        return None
    came_by("account_door", door.id, 1)
    return door


def take(door: AccountDoor) -> bool:
    """Close a door behind whoever goes through it; return whether it was still open."""
    return _shut(AccountDoor.id == door.id) > 0


def shut_all_of(user: User) -> None:
    """Close every door to an account."""
    _shut(AccountDoor.user_id == user.id)


def _shut(*which: ColumnElement[bool]) -> int:
    """Close those of these doors that are open; return how many were."""
    changed = db.session.execute(
        update(AccountDoor)
        .where(*which, AccountDoor.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]  # of an UPDATE


# --- A new password ------------------------------------------------------------------------------------------


def new_code() -> str:
    """Return a code of eight letters and digits (39 bits), for one screen and another."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


def ask_for_new_password(email: str, code: str, language: str) -> None:
    """Note that somebody wants a new password; whether the address has an account shows nowhere."""
    db.session.add(
        ResetRequest(
            email_key=addresses.key(email), code_hash=codes.hashed(code), language=language, at=clock.now()
        )
    )


def open_requests() -> list[int]:
    """Return the wishes that wait."""
    return list(db.session.scalars(select(ResetRequest.id).order_by(ResetRequest.id).limit(100)))


def answer_request(request_id: int) -> int:
    """Write the letter that a wish asks for, if there is such an account, and forget the wish."""
    request = db.session.get(ResetRequest, request_id, with_for_update={"skip_locked": True})
    if request is None:
        return 0
    user = db.session.scalar(select(User).where(User.email_key == request.email_key, User.is_enabled))
    if user is not None:
        # Only the newest letter opens one.
        _shut(AccountDoor.kind == DoorKind.NEW_PASSWORD, AccountDoor.user_id == user.id)
        door = AccountDoor(
            kind=DoorKind.NEW_PASSWORD,
            email=user.email,
            email_key=user.email_key,
            user=user,
            language=user.language,
            code_hash=request.code_hash,
            made_by=user.name,
            made_at=clock.now(),
            ends_at=clock.now() + NEW_PASSWORD_WITHIN,
        )
        db.session.add(door)
        db.session.flush()
        draft = letters.new_password(user, link_placeholder("door", door.id))
        notice_service.post(user, draft, key=f"new-password/{door.id}")
    db.session.delete(request)
    return int(user is not None)


def accepts_code(door: AccountDoor, code: str) -> bool:
    """Whether this is the code that was shown to whoever asked; after too many wrong ones the door is shut."""
    if secrets.compare_digest(door.code_hash, codes.hashed(code)):
        return True
    door.attempts += 1
    if door.attempts >= MOST_ATTEMPTS:
        door.used_at = clock.now()
    return False


# --- Invitations ----------------------------------------------------------------------------------------------


def invite(
    email: str, *, language: str, by: str, conference_id: int | None = None, role: str = ""
) -> AccountDoor:
    """Make the door for an invitation; an earlier one to the same place is shut.

    The letter is written by whoever invites: only they know for what.
    """
    key = addresses.key(email)
    _shut(
        AccountDoor.kind == DoorKind.INVITATION,
        AccountDoor.email_key == key,
        AccountDoor.conference_id == conference_id,
    )
    door = AccountDoor(
        kind=DoorKind.INVITATION,
        email=email,
        email_key=key,
        conference_id=conference_id,
        role=role,
        language=language,
        made_by=by,
        made_at=clock.now(),
        ends_at=clock.now() + INVITATION_WITHIN,
    )
    db.session.add(door)
    db.session.flush()
    return door


def open_invitations(conference_id: int | None) -> list[AccountDoor]:
    """Return the invitations to a conference, or to the program, that were not yet followed."""
    return list(
        db.session.scalars(
            select(AccountDoor)
            .where(
                AccountDoor.kind == DoorKind.INVITATION,
                AccountDoor.conference_id == conference_id,
                AccountDoor.used_at.is_(None),
                AccountDoor.ends_at > clock.now(),
            )
            .order_by(AccountDoor.id)
        )
    )


def forget_old() -> int:
    """Remove doors that have been shut for a month; the log keeps that they were there."""
    gone = db.session.execute(
        delete(AccountDoor).where(AccountDoor.ends_at < clock.now() - timedelta(days=30))
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # of a DELETE
