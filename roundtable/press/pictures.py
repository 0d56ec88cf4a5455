"""Pictures: checked, turned upright, made small, and rid of everything but their pixels."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from roundtable.errors import Refusal, sentence

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
QUALITY = 88

TOO_LARGE = sentence("The picture is larger than 10 MB. Please choose a smaller one.")
NO_PICTURE = sentence("This is no picture that can be read. Please choose a JPEG, PNG or WebP file.")
TOO_MANY_PIXELS = sentence("The picture has more than 40 million pixels. Please choose a smaller one.")


@dataclass(frozen=True)
class Picture:
    """A ready JPEG and its size in pixels."""

    content: bytes
    width: int
    height: int


def made_ready(content: bytes) -> Picture:
    """Return the picture as we keep it: sRGB JPEG, at most 1600 pixels a side, without metadata.

    The size is read from the head of the file, so a decompression bomb is refused unread.

    Raises:
        Refusal: if it is too large, or no JPEG, PNG or WebP.
    """
    if len(content) > MOST_BYTES:
        raise Refusal(TOO_LARGE)
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; ours have their own, smaller bound.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(content), formats=FORMATS)
        if opened.width * opened.height > MOST_PIXELS:
            raise Refusal(TOO_MANY_PIXELS)
        if getattr(opened, "n_frames", 1) > 1:
            opened.seek(0)
        upright = ImageOps.exif_transpose(opened)
        plain = _on_white(upright)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise Refusal(NO_PICTURE) from error
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    result = io.BytesIO()
    plain.save(result, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(result.getvalue(), plain.width, plain.height)


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a new picture with nothing of the old file but its pixels, transparency on white."""
    layered = picture.convert("RGBA")
    ground = Image.new("RGB", layered.size, "white")
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground
