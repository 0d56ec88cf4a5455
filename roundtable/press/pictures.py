"""The picture of a press summary: made small, on white, without metadata."""

import io
from dataclasses import dataclass

from PIL import Image

from roundtable import images
from roundtable.images import MOST_BYTES

LONGEST_SIDE = 1600
QUALITY = 88

__all__ = ["MOST_BYTES", "Picture", "made_ready"]


@dataclass(frozen=True)
class Picture:
    """A ready JPEG and its size in pixels."""

    content: bytes
    width: int
    height: int


def made_ready(content: bytes) -> Picture:
    """Return the picture as we keep it: sRGB JPEG, at most 1600 pixels a side, without metadata.

    Raises:
        Refusal: if it is too large, or no JPEG, PNG or WebP.
    """
    layered = images.opened(content)
    plain = Image.new("RGB", layered.size, "white")
    plain.paste(layered, mask=layered.getchannel("A"))
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    result = io.BytesIO()
    plain.save(result, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(result.getvalue(), plain.width, plain.height)
