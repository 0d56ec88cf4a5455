import io

import make
import pytest
from conftest import OwnClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests import csv_import
from roundtable.guests.models import City, Contact

TURKISH = "şehir;ülke;makam;e-posta;dil\nİzmir;Türkiye;Başkan;ofis@izmir.example.org;tr\nIğdır;TR;Başkan;ofis@igdir.example.org;\n"
GERMAN = "Stadt;Land;Amt;E-Mail\nKöln;Deutschland;Oberbürgermeister;buero@koeln.example.org\n"


@pytest.mark.parametrize(
    ("text", "encoding", "recognised"),
    [
        (TURKISH, "utf-8", "utf-8"),
        (TURKISH, "utf-8-sig", "utf-8"),
        (TURKISH, "windows-1254", "windows-1254"),
        (TURKISH, "utf-16", "utf-16"),
        (GERMAN, "windows-1252", "windows-1252"),
    ],
)
def test_a_list_is_read_in_the_encodings_of_its_countries(text: str, encoding: str, recognised: str) -> None:
    found = csv_import.read(text.encode(encoding))

    assert found.encoding == recognised
    assert found.faults == []
    assert [row.city for row in found.rows] == (["İzmir", "Iğdır"] if text == TURKISH else ["Köln"])


def test_missing_columns_are_filled_from_the_country() -> None:
    (row,) = csv_import.read(GERMAN.encode()).rows

    assert (row.country, row.zone, row.language, row.role.value) == ("DE", "Europe/Berlin", "de", "speaker")
    assert (row.contact, row.office) == ("buero@koeln.example.org", "Oberbürgermeister")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_recognised(delimiter: str) -> None:
    content = f"city{delimiter}country{delimiter}email\nBerlin{delimiter}DE{delimiter}a@berlin.example.org\n"

    assert [row.city for row in csv_import.read(content.encode()).rows] == ["Berlin"]


def test_every_faulty_row_is_named_with_its_reason() -> None:
    content = (
        "city,country,email,zone,language,role\n"
        "Ankara,TR,office@ankara.example.org,,,\n"
        ",TR,a@example.org,,,\n"
        "Atlantis,XX,a@example.org,,,\n"
        "Bursa,TR,no address,,,\n"
        "Bursa,TR,b@example.org,Europe/Bursa,,\n"
        "Bursa,TR,b@example.org,,klingon,\n"
        "Bursa,TR,b@example.org,,,king\n"
        "ANKARA,TR,Office@ankara.example.org,,,\n"
        "New York,US,ny@example.org,,,\n"
        "Bursa,TR,b@example.org,,,,too,many\n"
    )

    found = csv_import.read(content.encode())

    assert [(fault.number, str(fault.refusal)) for fault in found.faults] == [
        (3, "“city” is empty."),
        (4, "“XX” is not a country. Please write a code such as TR or DE."),
        (5, "“no address” is not a mail address."),
        (6, "“Europe/Bursa” is not a time zone. Please write a name such as Europe/Istanbul."),
        (7, "“klingon” is not a language of this program. Please write tr, de or en."),
        (8, "“king” is not a role. Please write chair, speaker or observer."),
        (9, "The same city and address stand in row 2 already."),
        (10, "The time zone is missing: US has more than one."),
        (11, "The row has more cells than the first row has columns. Is a cell not quoted?"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"   \n", "The file is empty."),
        (b"name,phone\nA,1\n", "These are missing: city, country, email."),
        (b"city,Stadt,country,email\n", "stands twice in the first row"),
        (b"PK\x03\x04" + b"x" * 50, "The file is no CSV text."),
        (b"city,country,email\nA\x00,DE,a@example.org\n", "The file is no CSV text."),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
        (b"city,country,email\n" + b"A,DE,a@b.example\n" * 5001, "more than 5000 rows"),
    ],
)
def test_a_file_that_is_no_guest_list_is_refused_as_a_whole(content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        csv_import.read(content)


def test_a_wrong_encoding_that_somebody_chose_is_named() -> None:
    with pytest.raises(Refusal, match="cannot be read as utf-8"):
        csv_import.read(TURKISH.encode("windows-1254"), "utf-8")


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    try:
        csv_import.read(content)
    except Refusal as refusal:
        assert refusal.sentence


def _upload(client: OwnClient, conference_id: int, content: bytes) -> tuple[int, str]:
    response = client.post(
        f"/conferences/{conference_id}/guests/import", data={"file": (io.BytesIO(content), "list.csv")}
    )
    return response.status_code, response.text


def _confirm(client: OwnClient, conference_id: int, page: str) -> int:
    from bs4 import BeautifulSoup

    form = BeautifulSoup(page, "html.parser").find("form", action=True, class_="buttons")
    assert form is not None
    values = {str(field["name"]): str(field["value"]) for field in form.find_all("input")}
    return client.post(f"/conferences/{conference_id}/guests/import/confirm", data=values).status_code


def test_a_list_is_previewed_and_then_imported(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()

    status, page = _upload(organizer, conference.id, TURKISH.encode("windows-1254"))
    before = db.session.scalar(select(func.count()).select_from(Contact))
    confirmed = _confirm(organizer, conference.id, page)

    assert (status, before, confirmed) == (200, 0, 302)
    assert "Import 2 contacts" in page
    assert {city.names["tr"] for city in db.session.scalars(select(City))} == {"İzmir", "Iğdır"}
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 2


def test_one_faulty_row_keeps_the_whole_list_out(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()

    status, page = _upload(organizer, conference.id, (TURKISH + "Bursa;TR;;kein;\n").encode())

    assert status == 422
    assert "Row 4: “kein” is not a mail address." in page
    assert "Import 2 contacts" not in page
    assert db.session.scalar(select(func.count()).select_from(City)) == 0


def test_importing_the_same_list_twice_is_refused_row_by_row(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()
    _, page = _upload(organizer, conference.id, TURKISH.encode())
    _confirm(organizer, conference.id, page)

    status, page = _upload(organizer, conference.id, TURKISH.encode())

    assert status == 422
    assert page.count("This address is on the guest list already.") == 2


def test_a_second_contact_of_a_city_joins_its_participant(organizer: OwnClient) -> None:
    conference = make.conference()
    content = "city,country,email,language\nKöln,DE,a@koeln.example.org,de\nKöln,DE,b@koeln.example.org,de\n"
    db.session.commit()

    _, page = _upload(organizer, conference.id, content.encode())
    _confirm(organizer, conference.id, page)

    assert db.session.scalar(select(func.count()).select_from(City)) == 1
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 2


def test_cells_that_look_like_formulas_or_html_stay_text(organizer: OwnClient) -> None:
    conference = make.conference()
    content = "city,country,email,contact\n=1+1,DE,a@example.org,<script>alert(1)</script>\n"
    db.session.commit()

    _, page = _upload(organizer, conference.id, content.encode())

    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
