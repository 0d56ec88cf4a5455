"""A press summary as plain text, for editors' systems and the press kit."""

import textwrap
from collections.abc import Iterator

from flask_babel import gettext

from roundtable.languages import speaking
from roundtable.press.content import Content, Part
from roundtable.press.kinds import BlockKind

WIDTH = 78


def plain_text(content: Content, language: str) -> str:
    """Return the whole text; lines have at most 78 characters, and `###` marks its end, as agencies expect."""
    with speaking(language):
        blocks = list(_blocks(content))
    return "\n\n".join([*blocks, "###"]) + "\n"


def _blocks(content: Content) -> Iterator[str]:
    yield gettext("Press release")
    yield gettext("Free from %(when)s", when=content.release)
    yield _filled(content.headline)
    if content.correction:
        yield _filled(gettext("Corrected version: %(what)s", what=content.correction))
    yield _filled(content.lead)
    for part in content.parts:
        yield _part(part)
    if content.facts:
        yield "\n".join([gettext("At a glance"), *(f"- {fact}" for fact in content.facts)])
    for body in content.bodies:
        if body.boilerplate:
            yield f"{gettext('About %(body)s', body=body.name)}\n{_filled(body.boilerplate)}"
    yield "\n".join([gettext("Press contact"), *content.contact])


def _part(part: Part) -> str:
    if part.quote:
        return f"“{part.quote.words}”\n- {part.quote.who or part.quote.city}"
    if part.picture:
        credit = gettext("Picture: %(credit)s", credit=part.picture.credit)
        return _filled(f"[{part.picture.caption} {credit}]")
    if part.kind is BlockKind.BOX:
        return part.words
    return _filled(part.words)


def _filled(text: str) -> str:
    return "\n".join(textwrap.fill(line, WIDTH) for line in text.split("\n"))
