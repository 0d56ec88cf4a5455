"""What tests of the press desk begin with: an approved record, a finished summary, a published version."""

import io
from datetime import datetime, timedelta
from typing import Any

from minutes.test_record import begun, written
from PIL import Image
from pypdf import PdfReader

from roundtable import clock
from roundtable.clearance import service as clearance
from roundtable.db import Texts, db
from roundtable.guests.models import Contact
from roundtable.guests.queries import contacts_of, personal_link
from roundtable.minutes import service as minutes_service
from roundtable.minutes.models import Entry
from roundtable.press import block_service, pictures, publish_service, queries
from roundtable.press.block_service import PictureWords, Written
from roundtable.press.content import Content
from roundtable.press.kinds import BlockKind, PictureShape
from roundtable.press.models import Block, Clearance, PressSummary, Publication
from roundtable.press.publish_service import Wish

LANGUAGES = ("en", "de", "tr")
LETTERS = "Grüße ğüşıİöçß"
OFFICER = "Pia Press"


def approved() -> list[Entry]:
    """Return the entries of an approved record: the first is a statement on the record, the second off it."""
    minutes = begun()
    entries = written(minutes)
    minutes_service.approve(minutes, by="The Chair")
    db.session.commit()
    return entries


def picture(size: tuple[int, int] = (800, 500)) -> bytes:
    """Return a picture as somebody might upload it."""
    result = io.BytesIO()
    Image.new("RGB", size, "teal").save(result, "PNG")
    return result.getvalue()


def block(summary: PressSummary, kind: BlockKind, place: int = 0) -> Block:
    """Return one part of a summary."""
    return [one for one in queries.blocks_of(summary) if one.kind is kind][place]


def say(part: Block, texts: Texts, language: str = "en") -> None:
    """Write the words of a part."""
    block_service.write(part, Written(texts, language), version=part.version, by=OFFICER)


def begun_summary() -> tuple[PressSummary, list[Entry]]:
    """Return a summary as the draft has it."""
    entries = approved()
    summary = block_service.begin(entries[0].minutes.meeting, by=OFFICER)
    db.session.commit()
    return summary, entries


def finished(*, languages: tuple[str, ...] = LANGUAGES) -> tuple[PressSummary, list[Entry]]:
    """Return a summary that can be published in these languages: two paragraphs and a picture, no quote."""
    summary, entries = begun_summary()
    for kind in (BlockKind.HEADLINE, BlockKind.LEAD):
        say(block(summary, kind), Texts({code: f"{LETTERS} {code}" for code in languages}))
    paragraphs = [one for one in queries.blocks_of(summary) if one.kind is BlockKind.PARAGRAPH]
    for place, part in enumerate(paragraphs):
        words = ("First", "Second")[place] if place < 2 else ""
        if words:
            say(part, Texts({code: f"{words} {code}." for code in languages}))
        else:
            block_service.remove(part)
    add_picture(summary, languages=languages)
    db.session.commit()
    return summary, entries


def add_picture(summary: PressSummary, *, languages: tuple[str, ...] = LANGUAGES) -> Block:
    """Add a picture with all its words."""
    part = block_service.add_picture(summary, pictures.prepared(picture()), by=OFFICER)
    db.session.flush()
    words = PictureWords(
        Texts({code: f"A wall of tiles {code}" for code in languages}),
        "Jane Painter",
        "Free for the press",
        "Nobody is shown",
        50,
        50,
        PictureShape.WHOLE,
    )
    texts = Texts({code: f"Caption {code}" for code in languages})
    block_service.write(part, Written(texts, "en", picture=words), version=part.version, by=OFFICER)
    return part


def quoted(summary: PressSummary, entry: Entry) -> Block:
    """Add the quote of a statement, which nobody has released."""
    part = block_service.add_quote(summary, entry.id, by=OFFICER)
    db.session.commit()
    return part


def asked(part: Block, days: int = 3) -> Clearance:
    """Ask the office to release a quote."""
    request = clearance.ask(part, answer_by=clock.now() + timedelta(days=days), by=OFFICER)
    db.session.commit()
    return request


def released(part: Block) -> Clearance:
    """Let the office release a quote by telephone."""
    request = clearance.note_told(part, "Private office, by telephone", by=OFFICER)
    db.session.commit()
    return request


def office_of(part: Block) -> Contact:
    """Return the contact that may release a quote."""
    return contacts_of(part.summary.meeting.conference_id)[clearance.speaker_id(part)][0]


def page_of(contact: Contact) -> str:
    """Return the path of an office's page of quotes."""
    return "/g/" + personal_link(contact).rpartition("/g/")[2] + "/quotes"


def published(
    summary: PressSummary, correction: Texts | None = None, *, embargo_until: datetime | None = None
) -> Publication:
    """Publish what is ready, as the view does."""
    db.session.flush()
    wish = Wish(correction or Texts(), embargo_until)
    publication = publish_service.propose(summary, wish, by=OFFICER)
    db.session.commit()
    ready = publish_service.prepare_release(publication, by=None)
    db.session.rollback()
    made = publish_service.rendered(ready)
    for language, one in made.items():
        check_structure(one.pdf, language, ready.contents[language])
    publication = publish_service.release(ready, made, by=OFFICER)
    db.session.commit()
    return publication


def check_structure(pdf: bytes, language: str, content: Content) -> None:
    """Check what every published PDF has: tags, language, title, text alternatives, embedded fonts."""
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert (root["/Lang"], bool(root["/MarkInfo"]["/Marked"])) == (language, True)
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"]) is True
    assert reader.metadata is not None
    assert " ".join((reader.metadata.title or "").split()) == " ".join(content.headline.split())
    elements = [element for _, element in tree(pdf)]
    assert [element["/Alt"] for element in elements if element["/S"] == "/Figure"] == [
        picture.alternative for picture in content.pictures
    ]
    assert [element["/S"] for element in elements].count("/H1") == 1
    pages: list[Any] = list(reader.pages)
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            descriptor = descendant.get_object()["/FontDescriptor"]
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def tree(pdf: bytes) -> list[tuple[int, Any]]:
    """Return (depth, element) of the structure of a PDF, in its order."""
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    found: list[tuple[int, Any]] = []

    def walk(node: Any, depth: int) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child, depth)
        elif isinstance(node, dict) and "/S" in node:
            found.append((depth, node))
            walk(node.get("/K", []), depth + 1)

    walk(root["/StructTreeRoot"]["/K"], 0)
    return found


def at(moment: datetime) -> None:
    """Let it be that instant from now on."""
    clock.set_source(lambda: moment)
