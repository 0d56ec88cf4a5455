"""The pictures of a press summary: made ready once, on white, without metadata."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roundtable import images
from roundtable.images import MOST_BYTES

if TYPE_CHECKING:
    from PIL.Image import Image as Opened

SMALL_SIDE = 1600
LARGE_SIDE = 4000
SHARE_SIZE = (1200, 630)
"""Pixels on the page and in the PDF; for printing (34 cm at 300 dpi); and where networks show a link."""
QUALITY = 88

__all__ = ["MOST_BYTES", "Picture", "Prepared", "prepared", "shared"]


@dataclass(frozen=True)
class Picture:
    """A ready JPEG and its size in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Prepared:
    """The two copies that we keep of a picture."""

    small: Picture
    large: Picture


def prepared(content: bytes) -> Prepared:
    """Return the picture as we keep it: sRGB JPEGs for page and print, without metadata.

    It is unpacked in a worker process, so that no file can take the program down.

    Raises:
        Refusal: if it is too large, or no JPEG, PNG, WebP or HEIC.
    """
    return images.in_worker(_prepare, content)


def shared(content: bytes, focal_x: int, focal_y: int) -> bytes:
    """Return a kept picture, cut around its focal point to the shape in which networks show a link."""
    return images.in_worker(_cut, content, focal_x, focal_y)


# --- Inside the worker process ------------------------------------------------------------------------


def _prepare(content: bytes) -> Prepared:
    from PIL import Image  # noqa: PLC0415 - never in the web process

    layered = images.opened(content, longest_side=LARGE_SIDE)
    layered.thumbnail((LARGE_SIDE, LARGE_SIDE), Image.Resampling.LANCZOS)
    plain = Image.new("RGB", layered.size, "white")
    plain.paste(layered, mask=layered.getchannel("A"))
    large = _jpeg(plain)
    plain.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    return Prepared(small=_jpeg(plain), large=large)


def _jpeg(picture: "Opened") -> Picture:
    result = io.BytesIO()
    picture.save(result, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(result.getvalue(), picture.width, picture.height)


def _cut(content: bytes, focal_x: int, focal_y: int) -> bytes:
    from PIL import Image  # noqa: PLC0415 - never in the web process

    picture = Image.open(io.BytesIO(content), formats=("JPEG",))
    wide, high = SHARE_SIZE
    scale = min(picture.width / wide, picture.height / high)
    width, height = round(wide * scale), round(high * scale)
    left = round((picture.width - width) * focal_x / 100)
    top = round((picture.height - height) * focal_y / 100)
    return _jpeg(picture.resize(SHARE_SIZE, box=(left, top, left + width, top + height))).content
