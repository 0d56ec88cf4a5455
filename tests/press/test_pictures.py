import io
import struct
import zlib
from dataclasses import replace
from typing import Any

import make
import pytest
from conftest import OwnClient
from flask import Flask
from PIL import Image
from pillow_heif import register_heif_opener
from press import newsroom

from roundtable.errors import Refusal
from roundtable.press import block_service, queries
from roundtable.press.kinds import BlockKind
from roundtable.press.pictures import SHARE_SIZE, prepared, shared
from roundtable.press.slugs import slug
from roundtable.press.table_picture import table_picture

pytestmark = pytest.mark.one_database


def _file(kind: str, size: tuple[int, int] = (400, 300), mode: str = "RGB", **more: Any) -> bytes:
    result = io.BytesIO()
    Image.new(mode, size, "teal").save(result, kind, **more)
    return result.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("PNG", "P"), ("HEIF", "RGB")],
)
def test_a_picture_becomes_a_jpeg_for_the_page_and_one_for_printing(kind: str, mode: str) -> None:
    register_heif_opener()
    ready = prepared(_file(kind, (4800, 1500), mode))

    for picture, size in ((ready.small, (1600, 500)), (ready.large, (4000, 1250))):
        opened = Image.open(io.BytesIO(picture.content))
        assert (opened.format, opened.mode) == ("JPEG", "RGB")
        assert (picture.width, picture.height) == opened.size == size


def test_place_and_person_are_taken_out_of_the_file() -> None:
    exif = Image.Exif()
    exif[0x013B] = "Jane Painter"
    exif.get_ifd(0x8825)[1] = "N"
    content = _file("JPEG", exif=exif.tobytes(), comment=b"taken at home")
    assert b"Jane Painter" in content

    ready = prepared(content)

    for picture in (ready.small.content, ready.large.content):
        assert b"Jane Painter" not in picture
        assert b"taken at home" not in picture
        assert dict(Image.open(io.BytesIO(picture)).getexif()) == {}


def test_a_turned_photo_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    picture = prepared(_file("JPEG", (400, 300), exif=exif.tobytes())).small

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
        prepared(content)


def test_a_photo_of_forty_megapixels_is_made_ready_within_its_bounds() -> None:
    ready = prepared(_file("JPEG", (8000, 5000), quality=20))

    assert (ready.large.width, ready.large.height) == (4000, 2500)
    assert len(ready.small.content) < 1024 * 1024


def test_random_damage_to_a_picture_ends_in_words_or_a_picture() -> None:
    whole = bytearray(_file("JPEG", (300, 200)))
    for place in range(20, len(whole), 97):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        try:
            assert prepared(bytes(damaged)).small.width > 0
        except Refusal as refusal:
            assert "picture" in str(refusal)


def test_an_upload_that_is_no_picture_is_refused_at_the_press_desk(organizer: OwnClient) -> None:
    summary, _ = newsroom.begun_summary()

    response = organizer.post(
        f"/meetings/{summary.meeting_id}/press/pictures", data={"picture": (io.BytesIO(b"nothing"), "a.jpg")}
    )

    assert response.status_code == 422
    assert "This is no picture that can be read." in response.text
    assert [one for one in queries.blocks_of(summary) if one.picture] == []


def test_an_uploaded_picture_stands_at_the_end_and_can_be_seen(organizer: OwnClient) -> None:
    summary, _ = newsroom.begun_summary()
    base = f"/meetings/{summary.meeting_id}/press"

    organizer.post(f"{base}/pictures", data={"picture": (io.BytesIO(newsroom.picture()), "../../x.png")})

    block = queries.blocks_of(summary)[-1]
    assert block.kind is BlockKind.PICTURE
    shown = organizer.get(f"{base}/pictures/{block.picture_id}.jpg")
    assert Image.open(io.BytesIO(shown.data)).size == (800, 500)
    assert organizer.get(f"{base}/pictures/{(block.picture_id or 0) + 1}.jpg").status_code == 404


def test_the_picture_of_the_table_comes_with_all_its_words(organizer: OwnClient) -> None:
    summary, _ = newsroom.begun_summary()

    organizer.post(f"/meetings/{summary.meeting_id}/press/pictures/table")

    block = queries.blocks_of(summary)[-1]
    assert block.picture is not None
    assert block.texts["en"] == "The table of 2 September 2026: 2 cities in protocol order."
    assert set(block.texts) == set(block.picture.alternatives) == set(make.LANGUAGES)
    assert (bool(block.picture.credit), bool(block.picture.rights)) == (True, True)
    assert (block.picture.print_width, block.picture.print_height) == (2400, 1600)


def test_a_table_of_five_hundred_can_be_drawn(app: Flask) -> None:
    summary, _ = newsroom.begun_summary()
    record = block_service.approved_record(summary.meeting)
    (line,) = [one for one in record.attendance if one.person.city["en"] == "City 001"]

    drawn = table_picture(replace(record, attendance=(line,) * 500), ["tr"])

    assert Image.open(io.BytesIO(drawn.content)).size == (2400, 1600)
    assert len(drawn.alternatives["tr"]) <= 500


def test_a_shared_picture_is_cut_around_its_focal_point() -> None:
    wide = Image.new("RGB", (2000, 500), "white")
    wide.paste("red", (0, 0, 200, 500))
    kept = io.BytesIO()
    wide.save(kept, "JPEG")

    left, right = (
        Image.open(io.BytesIO(shared(kept.getvalue(), focal_x, 50))).getpixel((60, 300))
        for focal_x in (0, 100)
    )

    assert Image.open(io.BytesIO(shared(kept.getvalue(), 0, 0))).size == SHARE_SIZE
    assert (left[1] < 60, right[1] > 200) == (True, True)  # type: ignore[index]  # RGB


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
