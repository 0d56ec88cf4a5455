import io
import struct
import zlib
from typing import Any

import make
import pytest
from conftest import OwnClient
from PIL import Image

from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.press.pictures import made_ready
from roundtable.press.slugs import slug


def _file(kind: str, size: tuple[int, int] = (400, 300), mode: str = "RGB", **more: Any) -> bytes:
    result = io.BytesIO()
    Image.new(mode, size, "teal").save(result, kind, **more)
    return result.getvalue()


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("PNG", "P")])
def test_a_picture_becomes_a_small_jpeg(kind: str, mode: str) -> None:
    picture = made_ready(_file(kind, (3200, 1000), mode))

    opened = Image.open(io.BytesIO(picture.content))
    assert (opened.format, opened.mode) == ("JPEG", "RGB")
    assert (picture.width, picture.height) == opened.size == (1600, 500)


def test_place_and_person_are_taken_out_of_the_file() -> None:
    exif = Image.Exif()
    exif[0x013B] = "Jane Painter"
    exif.get_ifd(0x8825)[1] = "N"
    content = _file("JPEG", exif=exif.tobytes(), comment=b"taken at home")
    assert b"Jane Painter" in content

    picture = made_ready(content).content

    assert b"Jane Painter" not in picture
    assert b"taken at home" not in picture
    assert dict(Image.open(io.BytesIO(picture)).getexif()) == {}


def test_a_turned_photo_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    picture = made_ready(_file("JPEG", (400, 300), exif=exif.tobytes()))

    assert (picture.width, picture.height) == (300, 400)


def _bomb() -> bytes:
    """Return a PNG of 50,000 × 50,000 pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no picture that can be read"),
        (b"GIF89a nothing", "no picture that can be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "no picture that can be read"),
        (_file("JPEG")[:300], "no picture that can be read"),
        (_file("GIF", mode="P"), "no picture that can be read"),
        (_file("TIFF"), "no picture that can be read"),
        (b"\xff\xd8" + b"0" * (10 * 1024 * 1024), "larger than 10 MB"),
        (_bomb(), "picture"),
        (_file("PNG", (8000, 6000), "1"), "more than 40 million pixels"),
    ],
)
def test_what_is_no_harmless_picture_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        made_ready(content)


def test_an_upload_that_is_no_picture_is_refused_at_the_press_desk(organizer: OwnClient) -> None:
    from minutes.test_record import begun, written

    from roundtable.minutes import service as minutes_service
    from roundtable.press import service

    minutes = begun()
    written(minutes)
    minutes_service.approve(minutes, by="The Chair")
    service.begin(minutes.meeting)
    db.session.commit()

    response = organizer.post(
        f"/meetings/{minutes.meeting_id}/press/picture", data={"picture": (io.BytesIO(b"nothing"), "a.jpg")}
    )

    assert response.status_code == 422
    assert "This is no picture that can be read." in response.text


@pytest.mark.parametrize(
    ("title", "address"),
    [
        ("Metropolitan Mayors’ Round Table", "2026-09-01-metropolitan-mayors-round-table"),
        ("İkinci Büyükşehir Toplantısı", "2026-09-01-ikinci-buyuksehir-toplantisi"),
        ("Straße / Köln", "2026-09-01-strasse-koln"),
        ("日本", "2026-09-01"),
    ],
)
def test_public_addresses_are_plain_ascii(title: str, address: str) -> None:
    assert slug(make.NOW.date(), title) == address
