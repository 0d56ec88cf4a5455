"""Pictures that somebody sends: checked before they are unpacked, turned upright, nothing kept but pixels."""

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from roundtable import workers
from roundtable.errors import Refusal, sentence

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000

TOO_LARGE = sentence("The picture is larger than 10 MB. Please choose a smaller one.")
NO_PICTURE = sentence("This is no picture that can be read. Please choose a JPEG, PNG, WebP or HEIC file.")
TOO_MANY_PIXELS = sentence("The picture has more than 40 million pixels. Please choose a smaller one.")
NOT_UNPACKED = sentence("The picture could not be unpacked. Please save it again as JPEG and try once more.")

Result = TypeVar("Result")


def in_worker(work: Callable[..., Result], *arguments: object) -> Result:
    """Return what `work` makes of a picture, in a worker process: no file can take the program down.

    Raises:
        Refusal: what `work` refuses, and what takes too long or too much memory.
    """
    try:
        return workers.run(work, *arguments)
    except (workers.TookTooLong, workers.Broke, MemoryError) as error:
        raise Refusal(NOT_UNPACKED) from error


def opened(content: bytes, *, longest_side: int = 0) -> "Picture":
    """Return a new picture (RGBA) with nothing of the file but its pixels, upright, in sRGB.

    The size is read from the head of the file, so a decompression bomb is refused unread. Where no side
    needs to be longer than `longest_side`, a JPEG is unpacked to about that size at once.

    Raises:
        Refusal: if it is too large, or no JPEG, PNG, WebP or HEIC.
    """
    if len(content) > MOST_BYTES:
        raise Refusal(TOO_LARGE)
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - never in the web process

    _read_heic()
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; ours have their own, smaller bound.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            found = Image.open(io.BytesIO(content), formats=FORMATS)
        if found.width * found.height > MOST_PIXELS:
            raise Refusal(TOO_MANY_PIXELS)
        if getattr(found, "n_frames", 1) > 1:
            found.seek(0)
        if longest_side and found.format == "JPEG":
            found.draft("RGB", (longest_side, longest_side))
        upright = ImageOps.exif_transpose(found)
        layered = _in_srgb(upright).convert("RGBA")
        plain = Image.new("RGBA", layered.size)
        plain.paste(layered)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
    ) as error:
        raise Refusal(NO_PICTURE) from error
    return plain


def _read_heic() -> None:
    # Telephones take pictures in it. Loaded only where pictures are unpacked.
    from pillow_heif import register_heif_opener  # noqa: PLC0415

    register_heif_opener(thumbnails=False)


def _in_srgb(picture: "Picture") -> "Picture":
    """Return the picture in the colours that screens take for granted; a profile that is none is left out."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "L", "CMYK"}:
        return picture
    from PIL import ImageCms  # noqa: PLC0415

    try:
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return converted or picture
