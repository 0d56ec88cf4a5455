"""The picture of the table as a ready figure: who sat where, drawn, with no person in it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import gettext, ngettext

from roundtable import dates, fonts, times
from roundtable.db import Texts
from roundtable.languages import speaking
from roundtable.minutes.record import Record
from roundtable.press.composing import AT_THE_TABLE
from roundtable.web.charts import Table, table

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SIZE = (2400, 1600)
INK, SOFT, PAPER, TOP, SEAT = "#17233b", "#56617a", "#fbfaf6", "#f2eee6", "#1d6f5f"


@dataclass(frozen=True)
class Drawn:
    """A ready picture (PNG) with all the words that it needs."""

    content: bytes
    captions: Texts
    alternatives: Texts
    credit: str
    rights: str


def table_picture(record: Record, languages: Sequence[str]) -> Drawn:
    """Draw the table of a session with those who were there, in protocol order."""
    seated = [line for line in record.attendance if line.presence in AT_THE_TABLE]
    language = languages[0]
    day = times.wall(record.starts_at, ZoneInfo(record.zone)).date()
    captions, alternatives = {}, {}
    for code in languages:
        with speaking(code):
            captions[code] = ngettext(
                "The table of %(day)s: %(num)d city in protocol order.",
                "The table of %(day)s: %(num)d cities in protocol order.",
                len(seated),
                day=dates.plain_day(day, code),
            )
            alternatives[code] = gettext(
                "Drawing of a round table. Around it, clockwise from the top: %(cities)s.",
                cities=", ".join(line.person.city.in_language(code) for line in seated),
            )[:500]
    with speaking(language):
        rights = gettext("Free for reporting on this conference, with the credit.")
        middle = dates.plain_day(day, language)
    names = [line.person.city.in_language(language) for line in seated]
    return Drawn(_draw(names, middle), Texts(captions), Texts(alternatives), "Roundtable", rights)


def _draw(names: Sequence[str], middle: str) -> bytes:
    from PIL import Image, ImageDraw  # noqa: PLC0415 - once for a summary

    plan = table(len(names))
    scale = min(SIZE[0] / plan.width, SIZE[1] / plan.height)
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    centre_x, centre_y = SIZE[0] / 2, SIZE[1] / 2
    radius = plan.radius * scale
    pen.ellipse((centre_x - radius, centre_y - radius, centre_x + radius, centre_y + radius), fill=TOP)
    pen.text(
        (centre_x, centre_y - 60), str(len(names)), fill=INK, font=_face("source-serif-600", 190), anchor="mm"
    )
    pen.text((centre_x, centre_y + 90), middle, fill=SOFT, font=_face("source-sans-400", 56), anchor="mm")
    for name, seat in zip(names, plan.seats, strict=True):
        x, y, size = centre_x + seat.x * scale, centre_y + seat.y * scale, plan.seat_radius * scale
        pen.ellipse((x - size, y - size, x + size, y + size), fill=SEAT)
        if plan.labelled:
            _label(
                pen,
                plan,
                name,
                (centre_x + seat.label_x * scale, centre_y + seat.label_y * scale),
                seat.anchor,
            )
    result = io.BytesIO()
    picture.save(result, "PNG")
    return result.getvalue()


def _label(pen: "ImageDraw", plan: Table, name: str, at: tuple[float, float], anchor: str) -> None:
    side = {"start": "ls", "middle": "ms", "end": "rs"}[anchor]
    pen.text(
        at, name, fill=INK, font=_face("source-sans-600", 52 if plan.font_size > 11 else 38), anchor=side
    )


def _face(name: str, size: int) -> "FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415

    face = fonts.named(name)
    assert face is not None
    return ImageFont.truetype(str(fonts.whole_file(face)), size)
