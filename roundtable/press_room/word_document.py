"""A press summary as a Word document, for editors."""

import io
import zipfile
from datetime import UTC, datetime

from flask_babel import gettext

from roundtable.languages import speaking
from roundtable.minutes.word_service import set_language
from roundtable.press.kinds import BlockKind
from roundtable.press_room.editions import Edition


def docx_of(edition: Edition) -> bytes:
    """Return the text as DOCX, with real headings and its language set; the same bytes for the same version."""
    # It takes a while to load, and most pages do not need it.
    from docx import Document  # noqa: PLC0415

    content, language = edition.content, edition.language
    document = Document()
    properties = document.core_properties
    properties.title, properties.language, properties.author = content.headline, language, "Roundtable"
    properties.comments = ""
    properties.created = properties.modified = edition.visible_at.astimezone(UTC).replace(tzinfo=None)
    set_language(document, language)
    with speaking(language):
        document.add_paragraph(
            f"{gettext('Press release')} · {gettext('Free from %(when)s', when=content.release)}"
        )
        document.add_heading(content.headline, level=1)
        if content.correction:
            document.add_paragraph(gettext("Corrected version: %(what)s", what=content.correction))
        document.add_paragraph(content.lead, style="Subtitle")
        for part in content.parts:
            if part.quote:
                document.add_paragraph(f"“{part.quote.words}”", style="Intense Quote")
                document.add_paragraph(part.quote.who or part.quote.city)
            elif part.picture:
                credit = gettext("Picture: %(credit)s", credit=part.picture.credit)
                document.add_paragraph(f"[{part.picture.caption} {credit}]", style="Caption")
            elif part.kind is BlockKind.BOX:
                document.add_paragraph(part.words)
            else:
                document.add_paragraph(part.words)
        _lists(document, edition)
    target = io.BytesIO()
    document.save(target)
    return _dated(target.getvalue())


def _lists(document: object, edition: Edition) -> None:
    content = edition.content
    add_heading, add_paragraph = document.add_heading, document.add_paragraph  # type: ignore[attr-defined]  # untyped
    if content.facts:
        add_heading(gettext("At a glance"), level=2)
        for fact in content.facts:
            add_paragraph(fact, style="List Bullet")
    for body in content.bodies:
        if body.boilerplate:
            add_heading(gettext("About %(body)s", body=body.name), level=2)
            add_paragraph(body.boilerplate)
    add_heading(gettext("Press contact"), level=2)
    for line in content.contact:
        add_paragraph(line)


def _dated(content: bytes) -> bytes:
    """Return the same file with one fixed date on its parts: the library writes the day of the template."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as result:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, date_time=datetime(1980, 1, 1, tzinfo=UTC).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            result.writestr(info, source.read(name))
    return target.getvalue()
