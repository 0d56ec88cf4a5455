"""The registry of where rooms can be: one entry for each provider, and nothing about them elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from roundtable.config import Settings
from roundtable.errors import Refusal, sentence
from roundtable.languages import later as _l
from roundtable.video import bigbluebutton, jitsi
from roundtable.video.kinds import RoomKind, Ticket

NOT_SET_UP = sentence("This server has not been set up yet; its settings page says how.")


@dataclass(frozen=True)
class Option:
    """What a conference can choose for a provider."""

    key: str
    name: str
    default: bool


@dataclass(frozen=True)
class Provider:
    """One kind of room. Every function gets the settings; none of them touches the database.

    `variables` are what the administrator sets; `where` says which server is meant, without secrets.
    `address` lets one person in; `end` sends everybody out, where the server can do that.
    """

    kind: RoomKind
    name: str
    about: str
    variables: tuple[str, ...]
    options: tuple[Option, ...]
    where: Callable[[Settings], str]
    address: Callable[[Ticket, Settings, datetime], str]
    test: Callable[[Settings], None]
    end: Callable[[str, Settings], None] | None = None

    def is_ready(self, settings: Settings) -> bool:
        """Whether the administrator has named the server."""
        return bool(self.where(settings))

    def come_in(self, ticket: Ticket, settings: Settings, now: datetime) -> str:
        """Return the address by which one person comes in.

        Raises:
            Refusal: if the server is not set up, does not answer, or refuses.
        """
        if not self.is_ready(settings):
            raise Refusal(NOT_SET_UP)
        return self.address(ticket, settings, now)

    def check(self, settings: Settings) -> None:
        """Test the connection.

        Raises:
            Refusal: with what is wrong.
        """
        if not self.is_ready(settings):
            raise Refusal(NOT_SET_UP)
        self.test(settings)


def _jitsi_address(ticket: Ticket, settings: Settings, now: datetime) -> str:
    return jitsi.address(
        ticket, url=settings.jitsi_url, app_id=settings.jitsi_app_id, secret=settings.jitsi_secret, now=now
    )


def _bigbluebutton_address(ticket: Ticket, settings: Settings, _now: datetime) -> str:
    server = {"url": settings.bigbluebutton_url, "secret": settings.bigbluebutton_secret}
    bigbluebutton.create(ticket, **server)
    return bigbluebutton.join(ticket, **server)


_MUTED = Option("muted", _l("Everybody comes in with the microphone off"), default=True)

PROVIDERS = {
    provider.kind: provider
    for provider in (
        Provider(
            RoomKind.JITSI,
            "Jitsi Meet",
            _l("Each guest gets a token of their own, for this room and this time only."),
            ("ROUNDTABLE_JITSI_URL", "ROUNDTABLE_JITSI_APP_ID", "ROUNDTABLE_JITSI_SECRET"),
            (_MUTED,),
            where=lambda settings: settings.jitsi_url,
            address=_jitsi_address,
            test=lambda settings: jitsi.test_connection(url=settings.jitsi_url),
        ),
        Provider(
            RoomKind.BIGBLUEBUTTON,
            "BigBlueButton",
            _l("The room is opened when the first one comes; guests wait until a host lets them in."),
            ("ROUNDTABLE_BIGBLUEBUTTON_URL", "ROUNDTABLE_BIGBLUEBUTTON_SECRET"),
            (Option("lobby", _l("Guests wait in a lobby until a host lets them in"), default=True), _MUTED),
            where=lambda settings: settings.bigbluebutton_url,
            address=_bigbluebutton_address,
            test=lambda settings: bigbluebutton.test_connection(
                url=settings.bigbluebutton_url, secret=settings.bigbluebutton_secret
            ),
            end=lambda room, settings: bigbluebutton.end(
                room, url=settings.bigbluebutton_url, secret=settings.bigbluebutton_secret
            ),
        ),
    )
}
"""The servers by kind. A plain link needs none."""
