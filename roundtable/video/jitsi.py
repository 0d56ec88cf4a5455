"""Jitsi Meet: a token for one person, one room and one time opens the room.

Source of the claims: the Jitsi handbook, "Authentication (JWT)", lib-jitsi-meet's `tokens.md`.
"""

from datetime import datetime
from urllib.parse import quote, urlsplit

from roundtable.video.calling import fetch
from roundtable.video.kinds import Ticket

AUDIENCE = "jitsi"


def token(ticket: Ticket, *, url: str, app_id: str, secret: str, now: datetime) -> str:
    """Return the signed token (HS256): it opens this room alone, from when its door opens until it closes."""
    import jwt  # noqa: PLC0415 - it brings cryptography with it, and few pages need either

    claims = {
        "aud": AUDIENCE,
        "iss": app_id,
        "sub": urlsplit(url).hostname or "*",
        "room": ticket.room,
        "iat": int(now.timestamp()),
        "nbf": int(ticket.hours.opens_at.timestamp()),
        "exp": int(ticket.hours.closes_at.timestamp()),
        "moderator": ticket.is_host,
        "context": {
            "user": {
                "id": ticket.person,
                "name": ticket.called,
                "affiliation": "owner" if ticket.is_host else "member",
                "moderator": ticket.is_host,
            }
        },
    }
    return jwt.encode(claims, secret, algorithm="HS256")


def address(ticket: Ticket, *, url: str, app_id: str, secret: str, now: datetime) -> str:
    """Return the address by which the person comes in."""
    signed = token(ticket, url=url, app_id=app_id, secret=secret, now=now)
    muted = "true" if ticket.options.get("muted", True) else "false"
    return f"{url}/{quote(ticket.room)}?jwt={signed}#config.startWithAudioMuted={muted}"


def test_connection(*, url: str) -> None:
    """Ask the server for its own script, as a page with a meeting in it would.

    Whether the secret is right only a first entry shows: a Jitsi server judges tokens in the room.

    Raises:
        Refusal: if the server does not answer.
    """
    fetch(f"{url}/external_api.js")
