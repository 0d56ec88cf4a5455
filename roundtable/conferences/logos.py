"""The logo of a body: a small PNG without metadata, its transparency kept."""

import io

from PIL import Image

from roundtable import images

LARGEST = (640, 320)
"""Width and height in pixels: sharp at 40 mm on paper."""


def made_ready(content: bytes) -> bytes:
    """Return the logo as we keep it.

    Raises:
        Refusal: if it is too large, or no JPEG, PNG or WebP.
    """
    picture = images.opened(content)
    picture.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    result = io.BytesIO()
    picture.save(result, "PNG", optimize=True)
    return result.getvalue()
