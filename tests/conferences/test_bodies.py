"""Bodies: changed, ordered, with a logo that is checked, made small and rid of everything else."""

import io

import make
import pytest
from conftest import OwnClient
from flask import Flask
from PIL import Image, PngImagePlugin
from pypdf import PdfReader

from roundtable.conferences import logos, service
from roundtable.conferences.models import Body
from roundtable.conferences.queries import bodies_of
from roundtable.conferences.roles import BodyRole
from roundtable.db import Texts, db
from roundtable.errors import Refusal


def _picture(size: tuple[int, int] = (1600, 400), kind: str = "PNG") -> bytes:
    target = io.BytesIO()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "somebody")
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, size, "#24427a").save(target, kind, **({"pnginfo": notes} if kind == "PNG" else {}))
    return target.getvalue()


def _body() -> Body:
    conference = make.conference()
    body = service.add_body(conference, make.texts("Union"), BodyRole.HOST, Texts())
    db.session.commit()
    return body


def _post(client: OwnClient, body: Body, **more: object) -> int:
    data = {"names-en": "Union of Cities", "role": "host", "boilerplates-tr": "Birlik.", **more}
    return client.post(f"/conferences/{body.conference_id}/bodies/{body.id}", data=data).status_code


def test_a_body_is_changed_with_its_boilerplate_in_every_language(app: Flask, organizer: OwnClient) -> None:
    body = _body()

    assert _post(organizer, body) == 302
    assert (body.names, body.boilerplates) == ({"en": "Union of Cities"}, {"tr": "Birlik."})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_kept_small_as_png_without_metadata(app: Flask, organizer: OwnClient, kind: str) -> None:
    body = _body()

    assert _post(organizer, body, logo=(io.BytesIO(_picture(kind=kind)), "logo")) == 302

    response = organizer.get(f"/conferences/{body.conference_id}/bodies/{body.id}/logo.png")
    kept = Image.open(io.BytesIO(response.data))
    assert (kept.format, kept.size) == ("PNG", (640, 160))
    assert b"somebody" not in response.data
    assert _post(organizer, body, remove_logo="1") == 302
    assert organizer.get(f"/conferences/{body.conference_id}/bodies/{body.id}/logo.png").status_code == 404


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"GIF89a" + b"x" * 50])
def test_what_is_no_picture_is_refused_beside_the_field_and_nothing_changes(
    app: Flask, organizer: OwnClient, content: bytes
) -> None:
    body = _body()

    assert _post(organizer, body, logo=(io.BytesIO(content), "logo.png")) == 422

    db.session.expire_all()
    assert (body.names["en"], body.logo_key) == ("Union en", "")


def test_a_logo_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refusal, match="larger than 10 MB"):
        logos.made_ready(b"x" * (10 * 1024 * 1024 + 1))


def test_the_logo_stands_on_the_agenda(app: Flask, organizer: OwnClient) -> None:
    meeting = make.table_of(2)
    body = service.add_body(meeting.conference, make.texts("Union"), BodyRole.HOST, Texts())
    db.session.commit()
    _post(organizer, body, logo=(io.BytesIO(_picture()), "logo.png"))

    reader = PdfReader(io.BytesIO(organizer.get(f"/meetings/{meeting.id}/agenda.pdf").data))

    assert len(reader.pages[0].images) == 1


def test_bodies_move_and_the_first_gives_its_name_to_the_letters(app: Flask, organizer: OwnClient) -> None:
    first = _body()
    second = service.add_body(first.conference, make.texts("Second"), BodyRole.HOST, Texts())
    db.session.commit()

    organizer.post(f"/conferences/{first.conference_id}/bodies/{second.id}/move", data={"direction": "up"})

    assert [one.id for one in bodies_of(first.conference)] == [second.id, first.id]


def test_another_conferences_body_is_not_found(app: Flask, organizer: OwnClient) -> None:
    body, other = _body(), make.conference()
    db.session.commit()

    assert organizer.get(f"/conferences/{other.id}/bodies/{body.id}").status_code == 404
