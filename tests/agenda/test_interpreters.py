"""The interpreters' sheet: directions, the order of languages, the names, on one page."""

import io

import make
from conftest import OwnClient
from flask import Flask
from pypdf import PdfReader

from roundtable.db import db
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer


def test_the_sheet_holds_directions_languages_and_names_of_twenty_on_one_page(
    app: Flask, organizer: OwnClient
) -> None:
    meeting = make.table_of(20)
    for place, one in enumerate(db.session.query(Invitation)):
        one.answer = Answer.ACCEPTED
        one.speaks = one.listens_to = "tr" if place % 2 else "de"
        one.topic = "Su ve çevre" if place == 1 else ""
    deputy = db.session.query(Invitation).order_by(Invitation.id).first()
    assert deputy is not None
    deputy.answer, deputy.deputy_name = Answer.DELEGATED, "Ali Kaya"
    db.session.commit()

    response = organizer.get(f"/meetings/{meeting.id}/interpreters.pdf?lang=de")

    reader = PdfReader(io.BytesIO(response.data))
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 1
    for words in ("Deutsch → Türkisch", "Su ve çevre", "Ali Kaya", "City 019", "13:10", "12:10"):
        assert words in text


def test_the_sheet_says_when_nobody_has_named_a_language(app: Flask, organizer: OwnClient) -> None:
    meeting = make.meeting()
    db.session.commit()

    text = PdfReader(io.BytesIO(organizer.get(f"/meetings/{meeting.id}/interpreters.pdf").data))

    assert "Nobody has said yet which languages are needed." in text.pages[0].extract_text()
