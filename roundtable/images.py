"""Pictures that somebody sends: checked before they are unpacked, turned upright, nothing kept but pixels."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from roundtable.errors import Refusal, sentence

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000

TOO_LARGE = sentence("The picture is larger than 10 MB. Please choose a smaller one.")
NO_PICTURE = sentence("This is no picture that can be read. Please choose a JPEG, PNG or WebP file.")
TOO_MANY_PIXELS = sentence("The picture has more than 40 million pixels. Please choose a smaller one.")


def opened(content: bytes) -> Image.Image:
    """Return a new picture (RGBA) with nothing of the file but its pixels, upright.

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
            found = Image.open(io.BytesIO(content), formats=FORMATS)
        if found.width * found.height > MOST_PIXELS:
            raise Refusal(TOO_MANY_PIXELS)
        if getattr(found, "n_frames", 1) > 1:
            found.seek(0)
        layered = ImageOps.exif_transpose(found).convert("RGBA")
        plain = Image.new("RGBA", layered.size)
        plain.paste(layered)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise Refusal(NO_PICTURE) from error
    return plain
