"""The certificate that browsers are shown at the program's own address."""

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10


class NotAccepted(Exception):  # noqa: N818 - what was found
    """A browser would not accept the certificate; the text says why."""


def ends_at(public_url: str, trusted: ssl.SSLContext | None = None) -> datetime:
    """Return when the certificate of an https address ends.

    The address comes from the settings, never from a person. `trusted` says whose word counts; else the
    system's list of authorities.

    Raises:
        NotAccepted: if a browser would refuse it.
        OSError: if nothing answers there.
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    context = trusted or ssl.create_default_context()
    with socket.create_connection((host, parts.port or 443), timeout=TIMEOUT_SECONDS) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=host) as secure:
                found = secure.getpeercert() or {}
        except ssl.SSLCertVerificationError as error:
            raise NotAccepted(error.verify_message) from error
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)
