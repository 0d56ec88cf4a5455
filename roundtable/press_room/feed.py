"""The press room as an Atom feed (RFC 4287), one for each language."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from roundtable import times
from roundtable.press_room.editions import Edition

ATOM = "http://www.w3.org/2005/Atom"
NEVER = datetime(2020, 1, 1, tzinfo=UTC)
"""When an empty feed was updated: Atom wants an instant, and the same one at every request."""

register_namespace("", ATOM)


def atom(editions: Sequence[Edition], *, language: str, title: str, address: str, page: str) -> bytes:
    """Return the feed; it is empty of everything that is not public, its instants included."""
    feed = Element(_atom("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": language})
    _say(feed, "id", address)
    _say(feed, "title", title)
    _say(feed, "updated", times.stamp(max((one.visible_at for one in editions), default=NEVER)))
    SubElement(feed, _atom("link"), rel="self", type="application/atom+xml", href=address)
    SubElement(feed, _atom("link"), rel="alternate", type="text/html", href=page)
    for edition in editions:
        _entry(feed, edition)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(tostring(feed, encoding="utf-8"))


def _entry(feed: Element, edition: Edition) -> None:
    entry = SubElement(feed, _atom("entry"))
    _say(entry, "id", edition.address)
    _say(entry, "title", edition.content.headline)
    _say(entry, "published", times.stamp(edition.first_at))
    _say(entry, "updated", times.stamp(edition.visible_at))
    author = SubElement(entry, _atom("author"))
    bodies = [body.name for body in edition.content.bodies]
    _say(author, "name", bodies[0] if bodies else edition.content.contact[0])
    SubElement(
        entry,
        _atom("link"),
        rel="alternate",
        type="text/html",
        hreflang=edition.language,
        href=edition.address,
    )
    # Not "alternate": readers that know one link only would take any of them.
    for language, address in edition.addresses.items():
        if language != edition.language:
            SubElement(entry, _atom("link"), rel="related", type="text/html", hreflang=language, href=address)
    SubElement(entry, _atom("link"), rel="enclosure", type="application/pdf", href=edition.pdf)
    for picture in edition.pictures:
        SubElement(entry, _atom("link"), rel="enclosure", type="image/jpeg", href=picture)
    _say(entry, "summary", edition.content.lead)
    _say(entry, "content", "\n\n".join(edition.content.paragraphs))


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _say(parent: Element, name: str, words: str) -> None:
    SubElement(parent, _atom(name)).text = words
