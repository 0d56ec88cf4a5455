"""The mail servers that the settings name: how they are spoken to, and their addresses taken apart."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

IMAP_SCHEMES = {"imaps": 993, "imap+plain": 143}
"""How to speak to the server of the inbox, with the usual port: TLS at once, no TLS."""


@dataclass(frozen=True)
class ImapServer:
    """A mailbox to be read, as the setting names it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str


def imap_server(url: str) -> ImapServer:
    """Take the checked address of the inbox apart."""
    parts = urlsplit(url)
    return ImapServer(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or IMAP_SCHEMES[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.lstrip("/")) or "INBOX",
    )


SMTP_SCHEMES = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
"""How to speak to the mail server, with the usual port: STARTTLS demanded, TLS at once, no TLS."""


@dataclass(frozen=True)
class SmtpServer:
    """A mail server as the setting names it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


def smtp_server(url: str) -> SmtpServer:
    """Take the checked SMTP address apart."""
    parts = urlsplit(url)
    return SmtpServer(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or SMTP_SCHEMES[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def own_name(public_url: str) -> str:
    """Return by which name mail servers are greeted (RFC 5321, 4.1.1.1 and 4.1.3): the website's, an address in brackets.

    Asking the system for its own name may wait for a name server, and finds in a container what means nothing outside.

    Raises:
        ValueError: if the host cannot be a name.
    """
    host = urlsplit(public_url).hostname or "localhost"
    try:
        address = ip_address(host)
    except ValueError:
        return host.encode("idna").decode("ascii")
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"
