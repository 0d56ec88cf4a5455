"""Mail addresses and header texts, made safe before they reach a letter."""

import re

from roundtable.words import tidy

# What needs no second look at sending: `checked` has seen every address that was ever typed.
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")


def checked(address: str) -> str | None:
    """Return the normal form of one mail address, or None where it is none.

    The host's letters are lower case; the mailbox keeps its own, for they may matter there. The
    top-level domains reserved for tests and documentation (RFC 2606) are allowed: the
    demonstration lives under example.org. Mailboxes with letters beyond ASCII are refused: too few
    mail servers take them (RFC 6531), and the letter would come back.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - a start reads no address

    try:
        found = validate_email(
            address, check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
    except EmailNotValidError:
        return None
    return found.normalized


def same(one: str, other: str) -> bool:
    """Whether two addresses reach the same mailbox; case does not count, Turkish or not."""
    return key(one) == key(other)


def key(address: str) -> str:
    """Return the address in the form by which mailboxes are compared: NFC, ASCII case folded."""
    return tidy(address).replace("İ", "i").replace("ı", "i").casefold()


def header_text(text: str) -> str:
    """Return a text that can stand in a mail header and stays one header there.

    Some Python versions turn an encoded word in a subject into a real line break
    (CVE-2024-6923), so what looks like one is broken up here, whatever the Python.
    """
    return re.sub(r"=(?=\?)", "= ", tidy(text))


def header_mailbox(address: str) -> str:
    """Return an address as it stands in a header and in RCPT: its host in ASCII (IDNA).

    Raises:
        ValueError: if the address is not one plain mailbox.
    """
    if _PLAIN.fullmatch(address):
        return address
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - most are plain

    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError("not a mail address") from error
    if found.ascii_email is None:
        raise ValueError("not a mail address that every mail server takes")
    return found.ascii_email
