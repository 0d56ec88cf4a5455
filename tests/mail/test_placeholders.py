"""What stands in a stored letter for a secret link can be made by the program alone."""

from email import message_from_bytes

import make
import pytest
from conftest import OwnClient
from flask import Flask

from roundtable.db import Texts, db
from roundtable.guests.queries import token_of
from roundtable.mail.delivery import people_for
from roundtable.mail.filling import PLACEHOLDER, as_bytes


@pytest.mark.parametrize("place", ["titles", "person", "note", "wording", "deputy"])
def test_words_of_others_cannot_ask_for_a_link(app: Flask, client: OwnClient, place: str) -> None:
    meeting = make.meeting()
    victim = make.contact(make.participant(meeting.conference, "Bursa"))
    words = f"see {PLACEHOLDER}/{victim.id} and {PLACEHOLDER}/door-1/x"
    one = make.invitation(meeting)
    if place == "titles":
        meeting.titles = Texts({"en": words})
    elif place == "person":
        one.participant.person = words
    elif place == "wording":
        from roundtable.invitations.models import Wording

        body = f"{words}\n\n{{answer}}\n\n{{link}}"
        db.session.add(
            Wording(
                conference_id=meeting.conference_id,
                kind="confirmation",
                language="en",
                subject="S",
                body=body,
            )
        )
    db.session.commit()

    data = {"answer": "accepted", "note": words if place == "note" else ""}
    if place == "deputy":
        data = {
            "answer": "delegated",
            "deputy_name": words,
            "deputy_office": words,
            "deputy_email": "deputy@example.org",
            "deputy_language": "en",
        }
    client.post(make.link(one), data=data)

    letters = make.outbox()
    assert any("personal-link" in letter.text for letter in letters)
    sent = [as_bytes(letter, people_for([letter]), app.config["ROUNDTABLE"])[0] for letter in letters]
    assert len(sent) > 1
    parts = [
        str(part.get_payload(decode=True))
        for content in sent
        for part in message_from_bytes(content).walk()
        if not part.is_multipart()
    ]
    assert any(token_of(make.contact_of(one)) in part for part in parts)
    assert all(token_of(victim) not in part for part in parts)
