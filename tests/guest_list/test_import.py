"""The import on its pages: preview, columns, differences, all or nothing, and back again."""

import io
from typing import Any

import make
import openpyxl
import pytest
from conftest import OwnClient
from flask import Flask
from sqlalchemy import func, select

from roundtable.db import Texts, db
from roundtable.guest_list.models import GuestImport, GuestListFile
from roundtable.guests.models import City, Contact, Participant
from roundtable.invitations import service as invitations
from roundtable.scheduling import asking_service
from roundtable.scheduling.choices import PollStage

TURKISH = "şehir;ülke;makam;e-posta;dil\nİzmir;Türkiye;Başkan;ofis@izmir.example.org;tr\nIğdır;TR;Başkan;ofis@igdir.example.org;\n"


def _upload(client: OwnClient, conference_id: int, content: bytes, name: str = "list.csv") -> tuple[str, str]:
    """Upload a file; return the address of its preview and the page."""
    address = f"/conferences/{conference_id}/guests/import"
    response = client.post(address, data={"file": (io.BytesIO(content), name)})
    if response.status_code != 302:
        return "", response.text
    return response.headers["Location"], client.get(response.headers["Location"]).text


def _count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_list_is_previewed_and_then_imported(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()

    address, page = _upload(organizer, conference.id, TURKISH.encode("windows-1254"))
    before = _count(Contact)
    confirmed = organizer.post(f"{address}/confirm")

    assert (before, confirmed.status_code) == (0, 302)
    assert "2 new cities" in page
    assert {city.names["tr"] for city in db.session.scalars(select(City))} == {"İzmir", "Iğdır"}
    assert _count(Contact) == 2
    assert _count(GuestListFile) == 0


def test_a_city_of_the_catalogue_gets_its_names_in_every_language(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()

    address, _ = _upload(
        organizer, conference.id, "şehir;ülke;e-posta;dil\nMünih;DE;a@example.org;tr\n".encode()
    )
    organizer.post(f"{address}/confirm")

    city = db.session.scalars(select(City)).one()
    assert city.names == {"en": "Munich", "de": "München", "tr": "Münih"}
    assert (city.state, city.zone) == ("BY", "Europe/Berlin")


def test_one_faulty_row_keeps_the_whole_list_out(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()

    address, page = _upload(organizer, conference.id, (TURKISH + "Bursa;TR;;kein;\n").encode())
    response = organizer.post(f"{address}/confirm")

    assert "Row 4: “kein” is not a mail address." in page
    assert "Import all of it" not in page
    assert response.status_code == 422
    assert _count(City) == 0


def test_columns_with_other_titles_are_named_by_hand(organizer: OwnClient) -> None:
    conference = make.conference()
    content = b"where,nation,mailbox\nBonn,DE,a@bonn.example.org\n"
    db.session.commit()

    address, page = _upload(organizer, conference.id, content)
    assert "These columns are missing: city, country, email." in page
    organizer.post(
        f"{address}/columns", data={"column-0": "city", "column-1": "country", "column-2": "email"}
    )

    assert "1 new city" in organizer.get(address).text
    assert organizer.post(f"{address}/confirm").status_code == 302


def test_what_is_known_is_recognised_and_only_differences_are_taken(organizer: OwnClient) -> None:
    conference = make.conference()
    mayor = make.participant(conference, "Köln", "DE")
    contact = make.contact(mayor, "buero@koeln.example.org", name="Old name", language="de")
    db.session.commit()
    content = (
        (
            "Stadt;Land;Name;Kontakt;E-Mail;im Amt seit;Sprache\n"
            "Cologne;DE;Maria Muster;Büro OB;BUERO@koeln.example.org;22.10.2015;de\n"
            "Köln;DE;Maria Muster;Protokoll;protokoll@koeln.example.org;22.10.2015;de\n"
        )
        .replace("Name", "Bürgermeister")
        .encode()
    )
    mayor.city.names = Texts({"de": "Köln"})
    db.session.commit()

    address, page = _upload(organizer, conference.id, content)
    # By its English name the city is not on this list; its address tells which one is meant.
    assert "Maria Muster" in page
    assert "<del>Old name</del>" in page
    organizer.post(f"{address}/confirm")

    db.session.expire_all()
    assert (mayor.person, str(mayor.in_office_since), contact.name) == (
        "Maria Muster",
        "2015-10-22",
        "Büro OB",
    )
    assert _count(City) == 1
    assert _count(Contact) == 2


def test_the_same_list_again_says_nothing_new(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()
    address, _ = _upload(organizer, conference.id, TURKISH.encode())
    organizer.post(f"{address}/confirm")

    address, page = _upload(organizer, conference.id, TURKISH.encode())

    assert "The file holds nothing that is not on the guest list already." in page
    assert organizer.post(f"{address}/confirm").status_code == 200
    assert _count(GuestImport) == 1


def test_empty_cells_erase_nothing(organizer: OwnClient) -> None:
    conference = make.conference()
    mayor = make.participant(conference, "Köln", "DE", person="Maria Muster")
    make.contact(mayor, "buero@koeln.example.org", name="Büro", language="tr")
    db.session.commit()

    _, page = _upload(
        organizer, conference.id, "city,country,email,person\nKöln,DE,buero@koeln.example.org,\n".encode()
    )

    assert "The file holds nothing that is not on the guest list already." in page


def test_the_last_import_is_undone_to_what_was_there_before(organizer: OwnClient) -> None:
    conference = make.conference()
    mayor = make.participant(conference, "Köln", "DE", person="Before")
    contact = make.contact(mayor, "buero@koeln.example.org", name="Büro", language="de")
    db.session.commit()
    content = "city,country,email,person,contact\nKöln,DE,buero@koeln.example.org,After,Neu\nBonn,DE,a@bonn.example.org,,\n"
    address, _ = _upload(organizer, conference.id, content.encode())
    organizer.post(f"{address}/confirm")
    journal = db.session.scalars(select(GuestImport)).one()
    contact.name = "Changed since"
    db.session.commit()

    page = organizer.post(
        f"/conferences/{conference.id}/guests/import/undo/{journal.id}", follow_redirects=True
    ).text

    db.session.expire_all()
    assert "1 entry stays because it has been changed since." in page
    assert (mayor.person, contact.name) == ("Before", "Changed since")
    assert (_count(City), _count(Participant), _count(Contact)) == (1, 1, 1)
    again = organizer.post(f"/conferences/{conference.id}/guests/import/undo/{journal.id}")
    assert again.status_code == 409


def test_an_import_that_has_been_invited_stays(organizer: OwnClient) -> None:
    conference = make.conference()
    meeting = make.meeting(conference)
    db.session.commit()
    address, _ = _upload(organizer, conference.id, TURKISH.encode())
    organizer.post(f"{address}/confirm")
    journal = db.session.scalars(select(GuestImport)).one()
    invitations.invite(meeting)
    db.session.commit()

    response = organizer.post(f"/conferences/{conference.id}/guests/import/undo/{journal.id}")

    assert response.status_code == 409
    assert "cannot be undone" in response.text
    assert _count(Participant) == 2


def test_an_import_whose_contact_has_been_asked_for_dates_stays(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()
    address, _ = _upload(organizer, conference.id, TURKISH.encode())
    organizer.post(f"{address}/confirm")
    asking_service.ask(make.poll(conference, stage=PollStage.DRAFT))
    db.session.commit()
    journal = db.session.scalars(select(GuestImport)).one()

    response = organizer.post(f"/conferences/{conference.id}/guests/import/undo/{journal.id}")

    assert response.status_code == 409
    assert _count(Contact) == 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04xxxx"])
def test_a_file_that_cannot_be_read_is_refused_beside_the_field_and_not_kept(
    organizer: OwnClient, content: bytes
) -> None:
    conference = make.conference()
    db.session.commit()

    address, page = _upload(organizer, conference.id, content)

    assert address == ""
    assert "faults" in page
    assert _count(GuestListFile) == 0


def test_a_file_of_fifty_megabytes_ends_in_a_clear_page(organizer: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()

    response = organizer.post(
        f"/conferences/{conference.id}/guests/import",
        data=b"x" * 50 * 1024 * 1024,
        content_type="multipart/form-data; boundary=x",
    )

    assert response.status_code == 413
    assert "<h1>" in response.text
    assert _count(GuestListFile) == 0


def test_another_conferences_file_is_not_found(organizer: OwnClient) -> None:
    conference, other = make.conference(), make.conference()
    db.session.commit()
    address, _ = _upload(organizer, conference.id, TURKISH.encode())

    wrong = address.replace(f"/conferences/{conference.id}/", f"/conferences/{other.id}/")

    assert organizer.get(wrong).status_code == 404
    assert organizer.post(f"{wrong}/confirm").status_code == 404


def test_cells_that_look_like_formulas_or_html_stay_text(organizer: OwnClient) -> None:
    conference = make.conference()
    content = "city,country,email,contact\n=1+1,DE,a@example.org,<script>alert(1)</script>\n"
    db.session.commit()

    _, page = _upload(organizer, conference.id, content.encode())

    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_can_be_imported_again_and_runs_nothing(
    app: Flask, organizer: OwnClient, kind: str
) -> None:
    conference, other = make.conference(), make.conference()
    for name, country in (("İzmir", "TR"), ("Köln", "DE")):
        one = make.participant(conference, name, country, person="=HYPERLINK(1)")
        make.contact(one, f"office@{one.city.key}.example.org", name="+49 30; =1+1", language="de")
    db.session.commit()

    content = organizer.get(f"/conferences/{conference.id}/guests.{kind}").data
    address, page = _upload(organizer, other.id, content, f"guests.{kind}")

    assert "2 new cities" in page
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert sheet is not None
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        assert not [cell for cell in cells if str(cell.value or "").startswith(("=", "+"))]
    else:
        assert b'"=' not in content
        assert b"; =" not in content
    assert organizer.post(f"{address}/confirm").status_code == 302


def test_a_guest_list_is_copied_from_an_earlier_conference(organizer: OwnClient) -> None:
    earlier, later = make.conference(), make.conference()
    for name in ("Ankara", "Bursa"):
        make.contact(make.participant(earlier, name), may_answer=False)
    make.participant(later, "Bursa")
    db.session.commit()

    organizer.post(f"/conferences/{later.id}/guests/copy", data={"from": str(earlier.id)})

    copied = db.session.scalars(
        select(Contact).join(Contact.participant).where(Participant.conference == later)
    )
    assert [(one.participant.city.key, one.may_answer) for one in copied] == [("ankara", False)]
    assert organizer.post(f"/conferences/{later.id}/guests/copy", data={"from": "999"}).status_code == 404
