"""The picture of the demonstration: twenty places at a video table, drawn, with no person in it."""

import io
from typing import TYPE_CHECKING

from roundtable import fonts
from roundtable.demo.cities import CITIES

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw as Pen

_GROUNDS = ("#24427a", "#1d6f5f", "#56617a", "#7a5a24", "#3c5a8f", "#2f7d6c")


def video_wall() -> bytes:
    """Return a PNG of 1600 × 820 pixels: a wall of twenty tiles, each with a city's name."""
    from PIL import Image, ImageDraw, ImageFont

    wall = Image.new("RGB", (1600, 820), "#e9e3d6")
    pen = ImageDraw.Draw(wall)
    face = fonts.named("source-sans-600")
    assert face is not None
    font = ImageFont.truetype(str(fonts.whole_file(face)), 30)
    for index, city in enumerate(CITIES):
        column, row = index % 5, index // 5
        left, top = 24 + column * 312, 20 + row * 198
        _tile(pen, left, top, _GROUNDS[(index * 5 + row) % len(_GROUNDS)])
        pen.text((left + 18, top + 141), city.en, fill="#ffffff", font=font)
    result = io.BytesIO()
    wall.save(result, "PNG")
    return result.getvalue()


def _tile(pen: "Pen", left: int, top: int, ground: str) -> None:
    """Draw one tile: a desk lamp's light, an empty chair, a table edge."""
    right, bottom = left + 304, top + 188
    pen.rounded_rectangle((left, top, right, bottom), radius=16, fill=ground)
    middle = left + 152
    pen.ellipse((middle - 92, top + 8, middle + 92, top + 192), fill=_lighter(ground, 24))
    pen.rounded_rectangle(
        (middle - 38, top + 30, middle + 38, top + 104), radius=22, fill=_lighter(ground, 70)
    )
    pen.rounded_rectangle(
        (middle - 60, top + 94, middle + 60, top + 132), radius=18, fill=_lighter(ground, 52)
    )
    pen.rectangle((left, top + 134, right, bottom - 16), fill=_lighter(ground, -14))
    pen.rounded_rectangle((left, bottom - 40, right, bottom), radius=16, fill=_lighter(ground, -14))


def _lighter(colour: str, by: int) -> tuple[int, int, int]:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return max(0, min(255, red + by)), max(0, min(255, green + by)), max(0, min(255, blue + by))
