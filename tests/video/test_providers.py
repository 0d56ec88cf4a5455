"""Tokens that an independent library accepts, and calls that a server from the API reference accepts."""

import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bigbluebutton_server import SECRET, Rooms, running
from conftest import settings_for
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, JoseError
from joserfc.jwk import OctKey

from roundtable.config import ConfigError, read
from roundtable.errors import Refusal
from roundtable.video import bigbluebutton, calling, jitsi
from roundtable.video.kinds import RoomKind, Ticket, hours
from roundtable.video.providers import PROVIDERS

START = datetime(2026, 10, 20, 10, 0, tzinfo=UTC)
TICKET = Ticket(
    room="rt-0123456789abcdef",
    title="Round Table",
    person="city-7",
    called="İzmir · Belediye Başkanı & Kaya",
    is_host=False,
    hours=hours(START, START + timedelta(minutes=90), 15),
)
JITSI = {"url": "https://meet.example.org", "app_id": "roundtable", "secret": "s" * 40}


def read_token(signed: str, now: datetime, secret: str = JITSI["secret"]) -> dict[str, object]:
    """Read a token as a Jitsi server would: signature, audience, issuer and times."""
    token = jwt.decode(signed, OctKey.import_key(secret), algorithms=["HS256"])
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        aud={"essential": True, "value": "jitsi"},
        iss={"essential": True, "value": "roundtable"},
        exp={"essential": True},
        nbf={"essential": True},
    )
    rules.validate(token.claims)
    return dict(token.claims)


def test_a_jitsi_token_is_for_one_person_one_room_and_one_time() -> None:
    address = jitsi.address(TICKET, **JITSI, now=START)
    parts = urlsplit(address)
    claims = read_token(parse_qs(parts.query)["jwt"][0], START)

    assert (parts.scheme, parts.netloc, parts.path) == ("https", "meet.example.org", f"/{TICKET.room}")
    assert (claims["room"], claims["sub"]) == (TICKET.room, "meet.example.org")
    assert claims["context"] == {
        "user": {"id": "city-7", "name": TICKET.called, "affiliation": "member", "moderator": False}
    }
    assert claims["nbf"] == int((START - timedelta(minutes=15)).timestamp())
    assert claims["exp"] == int((START + timedelta(minutes=90, hours=2)).timestamp())


@pytest.mark.parametrize("at", [START - timedelta(minutes=16), START + timedelta(hours=4)])
def test_a_jitsi_token_opens_nothing_before_or_after(at: datetime) -> None:
    signed = jitsi.token(TICKET, **JITSI, now=START)

    with pytest.raises(JoseError):
        read_token(signed, at)


def test_a_jitsi_token_of_another_secret_is_refused() -> None:
    signed = jitsi.token(TICKET, **JITSI, now=START)

    with pytest.raises(BadSignatureError):
        read_token(signed, START, "t" * 40)
    with pytest.raises(ExpiredTokenError):
        read_token(signed, START + timedelta(days=1))


def test_only_hosts_moderate() -> None:
    claims = read_token(jitsi.token(replace(TICKET, is_host=True), **JITSI, now=START), START)

    assert claims["moderator"] is True


# --- BigBlueButton ------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Rooms]:
    with running() as state:
        yield state


def fetch(address: str) -> bytes:
    """Follow a join link as a browser would."""
    with urllib.request.urlopen(address, timeout=5) as answer:
        content: bytes = answer.read()
    return content


def test_a_room_is_created_once_entered_and_ended(server: Rooms) -> None:
    at = {"url": server.address, "secret": SECRET}

    bigbluebutton.create(TICKET, **at)
    bigbluebutton.create(TICKET, **at)
    guest = fetch(bigbluebutton.join(TICKET, **at))
    host = fetch(bigbluebutton.join(replace(TICKET, is_host=True, person="user-1"), **at))
    bigbluebutton.test_connection(**at)

    assert (b"SUCCESS" in guest, b"SUCCESS" in host) == (True, True)
    assert server.rooms[TICKET.room]["guestPolicy"] == "ASK_MODERATOR"
    assert [(one["fullName"], one["role"], one.get("guest")) for one in server.joined] == [
        (TICKET.called, "VIEWER", "true"),
        (TICKET.called, "MODERATOR", None),
    ]
    bigbluebutton.end(TICKET.room, **at)
    assert server.rooms == {}


def test_without_a_lobby_guests_come_straight_in(server: Rooms) -> None:
    bigbluebutton.create(replace(TICKET, options={"lobby": False}), url=server.address, secret=SECRET)

    assert server.rooms[TICKET.room]["guestPolicy"] == "ALWAYS_ACCEPT"


@given(st.text(max_size=40), st.text(min_size=1, max_size=40).filter(str.strip))
def test_any_name_keeps_the_checksum_right(title: str, called: str) -> None:
    ticket = replace(
        TICKET,
        title=title.encode("utf-8", "ignore").decode(),
        called=called.encode("utf-8", "ignore").decode(),
    )
    from bigbluebutton_server import _answer

    state = Rooms()
    state.rooms[ticket.room] = {}
    path = "/bigbluebutton/api/" + bigbluebutton.join(ticket, url="x", secret=SECRET).removeprefix("x/")

    assert b"checksumError" not in _answer(state, path)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("checksum", "does not accept the shared secret"),
        ("malformed", "cannot be read"),
        ("html", "cannot be read"),
        ("bomb", "cannot be read"),
        ("broken", "error 500"),
        ("redirect", "error 302"),
        ("flood", "more than it should"),
        ("silent", "does not answer"),
    ],
)
def test_every_fault_of_the_server_is_said_in_words(
    server: Rooms, monkeypatch: pytest.MonkeyPatch, fault: str, sentence: str
) -> None:
    monkeypatch.setattr(calling.fetch, "__kwdefaults__", {"seconds": 0.5})
    server.fault = fault

    with pytest.raises(Refusal, match=sentence):
        bigbluebutton.create(TICKET, url=server.address, secret=SECRET)


def test_a_wrong_secret_is_named(server: Rooms) -> None:
    with pytest.raises(Refusal, match="bbb-conf"):
        bigbluebutton.test_connection(url=server.address, secret="another")


def test_a_server_that_is_not_there_is_said_in_words() -> None:
    with pytest.raises(Refusal, match="does not answer"):
        bigbluebutton.test_connection(url="http://127.0.0.1:1/api", secret=SECRET)


def test_a_provider_without_settings_says_so(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)

    for provider in PROVIDERS.values():
        assert not provider.is_ready(settings)
        with pytest.raises(Refusal, match="has not been set up"):
            provider.check(settings)
        with pytest.raises(Refusal, match="has not been set up"):
            provider.come_in(TICKET, settings, START)


def test_every_kind_of_room_but_a_link_has_its_provider() -> None:
    assert set(PROVIDERS) == set(RoomKind) - {RoomKind.LINK}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"JITSI_URL": "http://meet.example.org"}, "JITSI_URL"),
        ({"JITSI_URL": "https://meet.example.org"}, "JITSI_SECRET"),
        ({"JITSI_SECRET": "x"}, "JITSI_SECRET"),
        (
            {"BIGBLUEBUTTON_URL": "https://u:p@bbb.example.org/api", "BIGBLUEBUTTON_SECRET": "x"},
            "BIGBLUEBUTTON_URL",
        ),
        (
            {"BIGBLUEBUTTON_URL": "https://bbb.example.org/api?x=1", "BIGBLUEBUTTON_SECRET": "x"},
            "BIGBLUEBUTTON_URL",
        ),
        ({"BIGBLUEBUTTON_URL": "file:///etc/passwd", "BIGBLUEBUTTON_SECRET": "x"}, "BIGBLUEBUTTON_URL"),
    ],
)
def test_half_a_server_is_refused_at_the_start(tmp_path: Path, given: dict[str, str], named: str) -> None:
    environ = {"ROUNDTABLE_DEMONSTRATION": "1", "ROUNDTABLE_DATA_DIR": str(tmp_path)}

    with pytest.raises(ConfigError, match=f"ROUNDTABLE_{named}"):
        read({**environ, **{f"ROUNDTABLE_{name}": value for name, value in given.items()}})
