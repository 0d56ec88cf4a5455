"""Whose account a sign-in at a city's own service opens."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from roundtable import addresses, clock
from roundtable.accounts.models import OutsideIdentity, User
from roundtable.accounts.service import user_with
from roundtable.db import db
from roundtable.outside_services import SignInService


def owner_of(service: SignInService, claims: Mapping[str, Any]) -> User | None:
    """Return the account that is connected with this person, if it may be used."""
    identity = db.session.scalar(
        select(OutsideIdentity).where(
            OutsideIdentity.provider == service.key, OutsideIdentity.subject == str(claims["sub"])[:255]
        )
    )
    user = db.session.get(User, identity.user_id) if identity else None
    return user if user is not None and user.is_enabled else None


def confirmed_address(service: SignInService, claims: Mapping[str, Any]) -> str | None:
    """Return the person's address where the service has confirmed it and may speak for it."""
    email = addresses.checked(str(claims.get("email") or ""))
    # Some services send the flag as a text; only a plain yes counts.
    if email is None or claims.get("email_verified") is not True or not service.answers_for(email):
        return None
    return email


def account_to_connect(service: SignInService, claims: Mapping[str, Any]) -> User | None:
    """Return the account with the confirmed address of a person who comes for the first time."""
    email = confirmed_address(service, claims)
    user = user_with(email) if email else None
    return user if user is not None and user.is_enabled else None


def connect(user: User, service: SignInService, claims: Mapping[str, Any]) -> bool:
    """Connect an account with a person at a service; return False where it is connected with another account."""
    owner = db.session.scalar(
        select(OutsideIdentity.user_id).where(
            OutsideIdentity.provider == service.key, OutsideIdentity.subject == str(claims["sub"])[:255]
        )
    )
    if owner is not None:
        return owner == user.id
    db.session.add(
        OutsideIdentity(
            user_id=user.id,
            provider=service.key,
            subject=str(claims["sub"])[:255],
            created_at=clock.now(),
        )
    )
    return True


def identities_of(user: User) -> list[OutsideIdentity]:
    """Return with which services an account is connected."""
    return list(
        db.session.scalars(
            select(OutsideIdentity).where(OutsideIdentity.user_id == user.id).order_by(OutsideIdentity.id)
        )
    )
