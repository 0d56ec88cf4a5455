"""What takes bytes from strangers: each target swallows the refusals that it may give, and nothing else."""

from collections.abc import Callable
from pathlib import Path

from roundtable.calendars import replies
from roundtable.calendars.replies import NotAReply
from roundtable.distribution import entering
from roundtable.errors import Refusal
from roundtable.guests import list_import
from roundtable.links import Owner, owner_id_in, proves
from roundtable.mail import incoming
from roundtable.mail.authenticity import is_authentic
from roundtable.mail.incoming import Unreadable
from roundtable.minutes import verifying

CORPUS = Path(__file__).parent / "corpus"
SECONDS = 2.0
"""The longest that one input of up to 64 KiB may take, on a slow and busy machine."""


def mail(content: bytes) -> None:
    """A mail that came into the inbox, with everything that is read from it."""
    try:
        read = incoming.read(content)
    except Unreadable:
        return
    for name in dir(read):
        if not name.startswith("_") and not callable(getattr(type(read), name, None)):
            getattr(read, name)
    incoming.key_of(content)


def calendar(content: bytes) -> None:
    """The calendar in a reply."""
    for method in ("REPLY", ""):
        try:
            replies.parse(content, method)
        except NotAReply:
            continue


def guest_list(content: bytes) -> None:
    """A guest list, as text or as a workbook."""
    try:
        sheet = list_import.read(content)
        list_import.check(sheet, list_import.proposed_columns(sheet))
    except Refusal:
        return


def link(content: bytes) -> None:
    """The token of a personal link."""
    text = content.decode("utf-8", "surrogateescape")
    found = owner_id_in(text)
    assert found is None or 0 <= found < 2**31
    assert not proves(text, Owner(1, 1, 1), b"a key that nobody has")


def newsrooms(content: bytes) -> None:
    """Addresses of newsrooms, pasted into a field."""
    entering.read(content.decode("utf-8", "replace"))


def judgement(content: bytes) -> None:
    """The head in which mail servers write whom they believe."""
    is_authentic([content.decode("utf-8", "replace")], "mx.example.org", "office@example.org")


def sealed_pdf(content: bytes) -> None:
    """A PDF that somebody wants to have verified."""
    try:
        verifying.verify(content)
    except Refusal:
        return


TARGETS: dict[str, Callable[[bytes], None]] = {
    "mail": mail,
    "calendar": calendar,
    "guest_list": guest_list,
    "link": link,
    "newsrooms": newsrooms,
    "judgement": judgement,
    "sealed_pdf": sealed_pdf,
}


def corpus(name: str) -> list[bytes]:
    """Return the inputs that are kept for a target: one of each shape, and whatever once went wrong."""
    return [file.read_bytes() for file in sorted((CORPUS / name).iterdir())]
