import io
from typing import Any

import make
import pytest
from conftest import OwnClient, counted_queries
from flask import Flask
from minutes.test_record import SECRET, begun, written
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.minutes import service as minutes_service
from roundtable.minutes.models import Entry
from roundtable.press import pictures, service
from roundtable.press.models import PressSummary, Publication, PublicationText, Quote
from roundtable.press.service import Words


def _approved() -> list[Entry]:
    minutes = begun()
    entries = written(minutes)
    minutes_service.approve(minutes, by="The Chair")
    db.session.commit()
    return entries


def _picture(size: tuple[int, int] = (800, 500)) -> bytes:
    result = io.BytesIO()
    Image.new("RGB", size, "teal").save(result, "PNG")
    return result.getvalue()


def _summary(*, languages: tuple[str, ...] = ("en", "de", "tr")) -> tuple[PressSummary, list[Entry]]:
    entries = _approved()
    summary = service.begin(entries[0].minutes.meeting)
    db.session.commit()
    only = {code: f"Grüße ğüşıİöçß {code}" for code in languages}
    service.write(
        summary,
        Words(
            headlines=Texts(only),
            leads=Texts(only),
            bodies=Texts({code: f"First {code}.\n\nSecond {code}." for code in languages}),
            credit="Jane Painter",
            captions=Texts(only),
            alternatives=Texts({code: f"A wall of tiles {code}" for code in languages}),
        ),
        version=summary.version,
    )
    service.set_picture(summary, pictures.made_ready(_picture()))
    db.session.commit()
    return summary, entries


def _published(summary: PressSummary, correction: Texts) -> Publication:
    """Publish what is ready, as the view does."""
    db.session.flush()
    prepared = service.prepare(summary, correction=correction)
    return service.publish(prepared, service.rendered(prepared), by="Press")


def test_the_first_draft_is_composed_from_the_approved_record(organizer: OwnClient) -> None:
    entries = _approved()
    meeting_id = entries[0].minutes.meeting_id

    organizer.post(f"/meetings/{meeting_id}/press/begin")

    summary = db.session.scalars(select(PressSummary)).one()
    assert summary.headlines["de"] == "Round Table de"
    assert summary.leads["en"] == "On 2 September 2026, 2 cities met by video conference: Round Table en."
    assert (
        summary.leads["tr"]
        == "2 Eylül 2026 tarihinde 2 kent video konferansla bir araya geldi: Round Table tr."
    )
    assert summary.bodies["en"] == (
        "A working group en\n\nA note en\n\nNext step (City 000, until 1 September 2026): Invite en"
    )
    assert SECRET not in str(summary.bodies)


def test_nothing_begins_before_the_minutes_are_approved(organizer: OwnClient) -> None:
    minutes = begun()
    written(minutes)

    response = organizer.post(f"/meetings/{minutes.meeting_id}/press/begin")

    assert response.status_code == 409
    assert "are not approved yet" in response.text


def test_an_off_the_record_statement_cannot_be_quoted_by_any_number(organizer: OwnClient) -> None:
    summary, entries = _summary()

    for entry_id in (entries[1].id, entries[2].id, 999_999, "x"):
        response = organizer.post(
            f"/meetings/{summary.meeting_id}/press/quotes", data={"entry_id": str(entry_id)}
        )
        assert response.status_code == 409

    assert db.session.scalars(select(Quote)).all() == []


def test_a_quote_without_its_offices_release_keeps_the_summary_back(organizer: OwnClient) -> None:
    summary, entries = _summary()
    base = f"/meetings/{summary.meeting_id}/press"
    organizer.post(f"{base}/quotes", data={"entry_id": str(entries[0].id)})
    quote = db.session.scalars(select(Quote)).one()

    refused = organizer.post(f"{base}/publish")
    organizer.post(f"{base}/quotes/{quote.id}/clear", data={"cleared_by": "Office, by telephone"})
    published = organizer.post(f"{base}/publish")

    assert refused.status_code == 409
    assert "The quote of City 000 is not released by its office." in refused.text
    assert published.status_code == 302


def test_one_changed_letter_voids_the_release(app: Flask) -> None:
    summary, entries = _summary()
    quote = service.add_quote(summary, entries[0].id)
    db.session.flush()
    service.clear_quote(quote, by="Office")
    assert service.is_cleared(quote)

    service.word_quote(quote, Texts({**quote.texts, "en": quote.texts["en"] + "!"}))

    assert not service.is_cleared(quote)
    assert (quote.cleared_by, quote.cleared_at) == ("", None)


def test_publishing_makes_a_page_and_a_pdf_in_every_finished_language(client: OwnClient) -> None:
    summary, entries = _summary(languages=("tr", "de"))
    quote = service.add_quote(summary, entries[0].id)
    db.session.flush()
    service.clear_quote(quote, by="Office")
    publication = _published(summary, Texts())
    db.session.commit()

    assert publication.slug == "2026-09-02-round-table-en"
    for language, released in (("de", "freigegeben am"), ("tr", "onay tarihi")):
        page = client.get(f"/press/{publication.slug}/{language}")
        pdf = client.get(f"/press/{publication.slug}/{language}.pdf")
        reader = PdfReader(io.BytesIO(pdf.data))
        text = "\n".join(one.extract_text() for one in reader.pages)
        assert f"Grüße ğüşıİöçß {language}" in page.text
        assert released in page.text
        assert f"Grüße ğüşıİöçß {language}" in text
        assert "Jane Painter" in text
        root: Any = reader.trailer["/Root"]
        assert (root["/Lang"], bool(root["/MarkInfo"]["/Marked"])) == (language, True)
        assert reader.metadata is not None
        assert reader.metadata.title == f"Grüße ğüşıİöçß {language}"
        assert SECRET not in text + page.text
    assert client.get(f"/press/{publication.slug}/en").status_code == 404
    assert client.get(f"/press/{publication.slug}", headers={"Accept-Language": "en"}).status_code == 302


def test_pdf_figures_carry_their_text_alternative_and_fonts_are_embedded(client: OwnClient) -> None:
    summary, _ = _summary()
    publication = _published(summary, Texts())
    db.session.commit()

    reader = PdfReader(io.BytesIO(client.get(f"/press/{publication.slug}/de.pdf").data))

    alternatives, kinds = [], set()

    def walk(node: object) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            kinds.add(node.get("/S"))
            if "/Alt" in node:
                alternatives.append(node["/Alt"])
            if "/K" in node:
                walk(node["/K"])

    root: Any = reader.trailer["/Root"]
    walk(root["/StructTreeRoot"])
    assert alternatives == ["A wall of tiles de"]
    assert {"/H1", "/P", "/Figure"} <= kinds
    pages: list[Any] = list(reader.pages)
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            assert "/FontFile2" in descendant.get_object()["/FontDescriptor"] or (
                "/FontFile3" in descendant.get_object()["/FontDescriptor"]
            )


def test_a_publication_never_changes_and_a_correction_says_what_it_corrects(client: OwnClient) -> None:
    summary, _ = _summary(languages=("en",))
    first = _published(summary, Texts())
    db.session.commit()
    address = f"/press/{first.slug}/en"
    pdf = client.get(address + ".pdf").data

    with pytest.raises(Refusal, match="what this version corrects"):
        _published(summary, Texts())
    db.session.rollback()
    summary.headlines = Texts({"en": "A better headline"})
    second = _published(summary, Texts({"en": "The headline was wrong."}))
    db.session.commit()

    assert (second.slug, second.number) == (first.slug, 2)
    assert "Corrected version: The headline was wrong." in client.get(address).text
    earlier = client.get(f"/press/{first.slug}/1/en")
    assert "This is an earlier version." in earlier.text
    assert client.get(f"/press/{first.slug}/1/en.pdf").data == pdf


def test_the_stored_pdf_is_given_with_an_etag_and_not_made_again(client: OwnClient) -> None:
    summary, _ = _summary(languages=("en",))
    publication = _published(summary, Texts())
    db.session.commit()
    address = f"/press/{publication.slug}/en.pdf"
    text = db.session.scalars(select(PublicationText)).one()

    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["ETag"] == f'"{text.pdf_sha256}"'
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"leads": Texts({"en": "x", "de": "x"})}, "In tr something is missing"),
        ({"picture_credit": ""}, "The picture has no credit."),
        (
            {"picture_captions": Texts({"en": "x"})},
            "The picture has no caption or no text alternative in de.",
        ),
        ({"headlines": Texts(), "leads": Texts(), "bodies": Texts()}, "Nothing can be published yet"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_published(
    organizer: OwnClient, changed: dict[str, object], sentence: str
) -> None:
    summary, _ = _summary()
    for name, value in changed.items():
        setattr(summary, name, value)
    db.session.commit()

    response = organizer.post(f"/meetings/{summary.meeting_id}/press/publish")

    assert response.status_code == 409
    assert sentence in response.text
    assert db.session.scalars(select(Publication)).all() == []


def test_two_press_officers_never_overwrite_each_other(organizer: OwnClient) -> None:
    summary, _ = _summary()
    address = f"/meetings/{summary.meeting_id}/press"
    version = str(summary.version)

    first = organizer.post(address, data={"headlines-en": "First", "version": version})
    second = organizer.post(address, data={"headlines-en": "Second", "version": version})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "First" in second.text
    assert 'value="Second"' in second.text
    assert summary.headlines == {"en": "First"}


def test_hostile_words_stay_words_on_page_and_pdf(client: OwnClient) -> None:
    summary, _ = _summary(languages=("en",))
    hostile = '<img src="file:///etc/passwd"><script>alert(1)</script>{{ 7*7 }}'
    summary.headlines = Texts({"en": hostile})
    publication = _published(summary, Texts())
    db.session.commit()

    page = client.get(f"/press/{publication.slug}/en").text
    text = PdfReader(io.BytesIO(client.get(f"/press/{publication.slug}/en.pdf").data)).pages[0].extract_text()

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "alert(1)" in text
    assert "{{ 7*7 }}" in text.replace("\n", " ")


def test_the_press_room_lists_the_newest_versions(client: OwnClient) -> None:
    summary, _ = _summary()
    _published(summary, Texts())
    _published(summary, make.texts("Corrected"))
    db.session.commit()

    with counted_queries() as statements:
        page = client.get("/press/?lang=de").text

    assert page.count("Grüße ğüşıİöçß de") >= 1
    assert page.count('<section class="card">') == 1
    assert len([one for one in statements if one.startswith("SELECT")]) == 1


def test_nobody_without_the_role_reaches_the_press_desk(client: OwnClient) -> None:
    summary, _ = _summary()
    from roundtable.conferences.roles import Role
    from roundtable.conferences.service import add_member

    taker = make.user("taker@example.org")
    add_member(summary.meeting.conference, taker, Role.MINUTE_TAKER)
    db.session.commit()
    client.sign_in(taker)

    assert client.get(f"/meetings/{summary.meeting_id}/press").status_code == 403
    assert client.get(f"/meetings/{summary.meeting_id}/press/picture.jpg").status_code == 403
    assert client.post(f"/meetings/{summary.meeting_id}/press/publish").status_code == 403


def test_a_summary_changed_while_its_pdfs_were_made_is_not_published(app: Flask) -> None:
    summary, _ = _summary()
    prepared = service.prepare(summary, correction=Texts())
    pdfs = service.rendered(prepared)

    summary.headlines = Texts({"en": "Changed meanwhile"})
    db.session.commit()

    with pytest.raises(Refusal, match="Somebody else has changed"):
        service.publish(prepared, pdfs, by="Press")


def test_a_double_click_publishes_once(app: Flask) -> None:
    summary, _ = _summary()
    prepared = service.prepare(summary, correction=Texts())
    pdfs = service.rendered(prepared)
    service.publish(prepared, pdfs, by="Press")
    db.session.commit()

    with pytest.raises(Refusal, match="Somebody else has changed"):
        service.publish(prepared, pdfs, by="Press")
