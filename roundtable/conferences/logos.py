"""The logo of a body: a small PNG without metadata, its transparency kept."""

import io

from roundtable import images

LARGEST = (640, 320)
"""Width and height in pixels: sharp at 40 mm on paper."""


def made_ready(content: bytes) -> bytes:
    """Return the logo as we keep it; it is unpacked in a worker process.

    Raises:
        Refusal: if it is too large, or no JPEG, PNG, WebP or HEIC.
    """
    return images.in_worker(_made, content)


def _made(content: bytes) -> bytes:
    from PIL import Image  # noqa: PLC0415 - never in the web process

    picture = images.opened(content)
    picture.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    result = io.BytesIO()
    picture.save(result, "PNG", optimize=True)
    return result.getvalue()
