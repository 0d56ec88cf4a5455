"""A small BigBlueButton server, written from its API reference, with faults on demand.

It knows nothing of our code: it takes the query apart as it stands, checks the checksum over the raw
bytes, and keeps the rooms that were created.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"


class Rooms:
    """What the server remembers, and how it is told to misbehave."""

    def __init__(self) -> None:
        self.rooms: dict[str, dict[str, str]] = {}
        self.joined: list[dict[str, str]] = []
        self.fault = ""
        self.address = ""
        self.hold = threading.Event()


def _xml(code: str, **values: str) -> bytes:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return f"<response><returncode>{code}</returncode>{inner}</response>".encode()


def _failed(key: str, message: str) -> bytes:
    return _xml("FAILED", messageKey=key, message=message)


def _answer(state: Rooms, path: str) -> bytes:
    call, _, query = path.removeprefix("/bigbluebutton/api/").partition("?")
    unsigned, _, checksum = query.rpartition("checksum=")
    unsigned = unsigned.removesuffix("&")
    right = {
        hashlib.new(algorithm, (call + unsigned + SECRET).encode()).hexdigest()
        for algorithm in ("sha1", "sha256", "sha384", "sha512")
    }
    if checksum not in right or state.fault == "checksum":
        return _failed("checksumError", "Checksums do not match")
    given = {name: values[0] for name, values in parse_qs(unsigned, strict_parsing=bool(unsigned)).items()}
    calls = {"getMeetings": _get_meetings, "create": _create, "join": _join, "end": _end}
    if call not in calls:
        return _failed("unsupportedRequest", "This request is not supported.")
    return calls[call](state, given)


Given = dict[str, str]


def _get_meetings(_state: Rooms, _given: Given) -> bytes:
    return _xml("SUCCESS", meetings="")


def _create(state: Rooms, given: Given) -> bytes:
    for needed in ("name", "meetingID"):
        if needed not in given:
            return _failed("missingParameter", f"{needed} is missing")
    known = state.rooms.get(given["meetingID"])
    if known is not None and known != given:
        return _failed("idNotUnique", "A meeting already exists with that meeting ID.")
    state.rooms[given["meetingID"]] = given
    return _xml("SUCCESS", meetingID=given["meetingID"], messageKey="duplicateWarning" if known else "")


def _join(state: Rooms, given: Given) -> bytes:
    if given.get("meetingID") not in state.rooms:
        return _failed("notFound", "We could not find a meeting with that meeting ID")
    if given.get("role") not in {"MODERATOR", "VIEWER"} or not given.get("fullName"):
        return _failed("invalidParameters", "role or name")
    state.joined.append(given)
    return _xml("SUCCESS", messageKey="successfullyJoined")


def _end(state: Rooms, given: Given) -> bytes:
    room = state.rooms.get(given.get("meetingID", ""))
    if room is None:
        return _failed("notFound", "We could not find a meeting with that meeting ID")
    if given.get("password") != room.get("moderatorPW"):
        return _failed("invalidPassword", "You must supply the moderator password for this call.")
    del state.rooms[given["meetingID"]]
    return _xml("SUCCESS", messageKey="sentEndMeetingRequest")


@contextmanager
def running() -> Iterator[Rooms]:
    """Run the server on the loopback."""
    state = Rooms()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if state.fault == "silent":
                state.hold.wait(20)
                return
            if state.fault == "redirect":
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
                return
            code, body = (500, b"") if state.fault == "broken" else (200, _answer(state, self.path))
            if state.fault == "malformed":
                body = b"<response><returncode>SUCCESS</returncode>"
            if state.fault == "bomb":
                body = (
                    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
                    b"<response><returncode>&b;</returncode></response>"
                )
            if state.fault == "html":
                body = b"<html><body>Welcome</body></html>"
            if state.fault == "flood":
                body = b"x" * 3_000_000
            self.send_response(code)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return

        def log_message(self, *_message: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_port}/bigbluebutton/api"
    try:
        yield state
    finally:
        state.hold.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
