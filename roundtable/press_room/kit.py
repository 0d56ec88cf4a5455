"""The press kit: one ZIP with everything that a newsroom needs, the same bytes for the same version."""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from flask_babel import gettext

from roundtable.languages import OWN_NAMES, speaking
from roundtable.press.content import PictureShown
from roundtable.press_room.editions import Edition
from roundtable.press_room.ninjs import ninjs
from roundtable.press_room.plain import plain_text

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
XML = "http://www.w3.org/XML/1998/namespace"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
FIRST_DAY = datetime(1980, 1, 1, tzinfo=UTC)
"""ZIP knows no earlier one."""

for _prefix, _uri in (("dc", DC), ("photoshop", PHOTOSHOP), ("xmpRights", RIGHTS)):
    register_namespace(_prefix, _uri)


@dataclass(frozen=True)
class Made:
    """What has been made of one language: its PDF, page, Word document."""

    edition: Edition
    pdf: bytes
    html: str
    docx: bytes


def kit(made: Sequence[Made], photos: Sequence[bytes], *, note: str = "") -> bytes:
    """Return the ZIP. `photos` are the pictures in print size, in their order; `note` stands on top (an embargo)."""
    files: dict[str, bytes] = {"README.txt": _readme(made, note).encode()}
    for one in made:
        language, name = one.edition.language, one.edition.name
        files[f"{language}/{name}.pdf"] = one.pdf
        files[f"{language}/{name}.html"] = one.html.encode()
        files[f"{language}/{name}.docx"] = one.docx
        files[f"{language}/{name}.txt"] = plain_text(one.edition.content, language).encode()
        files[f"{language}/ninjs.json"] = json.dumps(
            ninjs(one.edition), ensure_ascii=False, indent=1
        ).encode()
    shown = {one.edition.language: one.edition.content.pictures for one in made}
    for place, photo in enumerate(photos):
        words = {language: pictures[place] for language, pictures in shown.items()}
        files[f"photos/photo-{place + 1}.jpg"] = captioned(photo, words)
    if photos:
        files["photos/captions.txt"] = _captions(shown, len(photos)).encode()
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())
    )
    files["SHA256SUMS"] = sums.encode()
    return _zipped(files, max((one.edition.visible_at for one in made), default=FIRST_DAY))


def _zipped(files: Mapping[str, bytes], moment: datetime) -> bytes:
    target = io.BytesIO()
    when = max(moment, FIRST_DAY).astimezone(UTC).timetuple()[:6]
    # Stored, not deflated: another library must not make other bytes, and PDFs and pictures are small already.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, date_time=when)
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return target.getvalue()


def _readme(made: Sequence[Made], note: str) -> str:
    blocks = [note] if note else []
    for one in made:
        content, language = one.edition.content, one.edition.language
        with speaking(language):
            blocks.append(
                "\n".join(
                    [
                        OWN_NAMES[language],
                        content.headline,
                        gettext("Free from %(when)s", when=content.release),
                        gettext("Press contact") + ": " + ", ".join(content.contact),
                        one.edition.address,
                        *(f"- {fact}" for fact in content.facts),
                    ]
                )
            )
    blocks.append("sha256sum -c SHA256SUMS")
    return "\n\n".join(blocks) + "\n"


def _captions(shown: Mapping[str, Sequence[PictureShown]], count: int) -> str:
    lines = []
    for place in range(count):
        lines.append(f"photo-{place + 1}.jpg")
        for language, pictures in shown.items():
            picture = pictures[place]
            with speaking(language):
                credit = gettext("Picture: %(credit)s", credit=picture.credit)
            lines += [f"{language.upper()}: {picture.caption} {credit}", f"    {picture.alternative}"]
        first = next(iter(shown.values()))[place]
        lines += [first.rights, ""]
    return "\n".join(lines)


def captioned(photo: bytes, words: Mapping[str, PictureShown]) -> bytes:
    """Return the JPEG with caption, credit and rights in its metadata (IPTC Core in XMP), and nothing else.

    Source: IPTC Photo Metadata Standard (dc:description, photoshop:Credit, dc:rights, xmpRights:UsageTerms);
    the segment's form is from Adobe's XMP specification, part 3, 1.1.3.
    """
    packet = XMP + _packet(words)
    assert photo[:2] == b"\xff\xd8"
    return photo[:2] + b"\xff\xe1" + struct.pack(">H", len(packet) + 2) + packet + photo[2:]


def _packet(words: Mapping[str, PictureShown]) -> bytes:
    first = next(iter(words.values()))
    meta = Element("{adobe:ns:meta/}xmpmeta")
    rdf = SubElement(meta, f"{{{RDF}}}RDF")
    description = SubElement(rdf, f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    _alternatives(description, f"{{{DC}}}description", {code: one.caption for code, one in words.items()})
    _alternatives(description, f"{{{DC}}}rights", {code: one.credit for code, one in words.items()})
    _alternatives(description, f"{{{RIGHTS}}}UsageTerms", {code: one.rights for code, one in words.items()})
    SubElement(description, f"{{{PHOTOSHOP}}}Credit").text = first.credit
    inner = bytes(tostring(meta, encoding="utf-8", xml_declaration=False))
    return b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>' + inner + b'<?xpacket end="r"?>'


def _alternatives(parent: Element, name: str, texts: Mapping[str, str]) -> None:
    listed = SubElement(SubElement(parent, name), f"{{{RDF}}}Alt")
    default = next(iter(texts.values()))
    for language, text in {"x-default": default, **texts}.items():
        SubElement(listed, f"{{{RDF}}}li", {f"{{{XML}}}lang": language}).text = text
