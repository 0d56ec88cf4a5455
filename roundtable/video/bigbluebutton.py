"""BigBlueButton: rooms are created and entered by calls that carry a checksum of the shared secret.

Source: the BigBlueButton API reference, "Create", "Join", "End", "Get Meetings" and "Usage" (checksum).
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from roundtable.errors import Refusal, sentence
from roundtable.video.calling import fetch
from roundtable.video.kinds import Ticket

WRONG_SECRET = sentence(
    "The video server does not accept the shared secret. Please compare ROUNDTABLE_BIGBLUEBUTTON_SECRET "
    "with what “bbb-conf --secret” shows there."
)
UNREADABLE = sentence("What the video server answers cannot be read: it is no answer of BigBlueButton.")
REFUSED = sentence("The video server refuses: %(message)s")


def call(name: str, parameters: Mapping[str, str], *, url: str, secret: str) -> str:
    """Return the address of a call: its query is followed by SHA-256(name + query + secret)."""
    query = urlencode(parameters)
    checksum = hashlib.sha256(f"{name}{query}{secret}".encode()).hexdigest()
    return f"{url}/{name}?{query}{'&' if query else ''}checksum={checksum}"


def _host_password(room: str, secret: str) -> str:
    """Return the moderators' password of a room: servers before 2.6 ask for it when a room is ended."""
    return hmac.new(secret.encode(), f"host of {room}".encode(), hashlib.sha256).hexdigest()[:24]


def _ask(name: str, parameters: Mapping[str, str], *, url: str, secret: str) -> None:
    """Make a call and check that the server says SUCCESS.

    Raises:
        Refusal: with what is wrong.
    """
    content = fetch(call(name, parameters, url=url, secret=secret))
    try:
        answer = ElementTree.fromstring(content)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise Refusal(UNREADABLE) from error
    code = answer.findtext("returncode")
    if answer.tag != "response" or code not in {"SUCCESS", "FAILED"}:
        raise Refusal(UNREADABLE)
    if code == "FAILED":
        if answer.findtext("messageKey") == "checksumError":
            raise Refusal(WRONG_SECRET)
        raise Refusal(REFUSED, message=(answer.findtext("message") or "")[:200])


def create(ticket: Ticket, *, url: str, secret: str) -> None:
    """Open the room; a room that is open stays as it is.

    Raises:
        Refusal: if the server does not answer or refuses.
    """
    parameters = {
        "name": ticket.title,
        "meetingID": ticket.room,
        "moderatorPW": _host_password(ticket.room, secret),
        "record": "false",
        "guestPolicy": "ASK_MODERATOR" if ticket.options.get("lobby", True) else "ALWAYS_ACCEPT",
        "muteOnStart": "true" if ticket.options.get("muted", True) else "false",
    }
    _ask("create", parameters, url=url, secret=secret)


def join(ticket: Ticket, *, url: str, secret: str) -> str:
    """Return the address by which the person comes in."""
    parameters = {
        "meetingID": ticket.room,
        "fullName": ticket.called,
        "userID": ticket.person,
        "role": "MODERATOR" if ticket.is_host else "VIEWER",
    }
    if not ticket.is_host:
        parameters["guest"] = "true"
    return call("join", parameters, url=url, secret=secret)


def end(room: str, *, url: str, secret: str) -> None:
    """End the room for everybody; one that does not run is refused by the server.

    Raises:
        Refusal: if the server does not answer or refuses.
    """
    _ask("end", {"meetingID": room, "password": _host_password(room, secret)}, url=url, secret=secret)


def test_connection(*, url: str, secret: str) -> None:
    """Ask for the list of rooms: that needs the right secret.

    Raises:
        Refusal: with what is wrong.
    """
    _ask("getMeetings", {}, url=url, secret=secret)
