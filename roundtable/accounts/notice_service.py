"""Telling people by mail what has changed about their accounts."""

import secrets

from roundtable.accounts import letters
from roundtable.accounts.models import User
from roundtable.mail import outbox
from roundtable.mail.outbox import Draft, Envelope


def topic(user: User) -> str:
    """Return the topic under which letters about an account stand in the outbox."""
    return f"user/{user.id}"


def tell(user: User, what: str) -> None:
    """Tell the user that something about the account has changed; see `letters.security_notice`."""
    post(user, letters.security_notice(user, what), key=f"account-notice/{user.id}/{secrets.token_hex(8)}")


def post(user: User, draft: Draft, *, key: str) -> None:
    """Queue a letter to a user."""
    outbox.queue(
        draft,
        Envelope(key=key, topic=topic(user), recipient=(user.name, user.email), sender=("Roundtable", "")),
    )
