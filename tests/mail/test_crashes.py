"""The sender is killed (SIGKILL) at every step of delivery; a real SMTP server counts what arrives."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import make
import pytest
from conftest import Postman, content_of, settings_for
from databases import uri_for
from flask import Flask

from roundtable import clock, create_app, schema
from roundtable.db import db
from roundtable.invitations import service
from roundtable.mail.delivery import deliver_due
from roundtable.mail.models import Letter, LetterState

LETTERS = 420
KILLS = 170
"""A round of three letters takes some eighty steps, so every one of them is met twice."""


def _arrived(handler: Postman) -> list[tuple[str, str]]:
    """Return (recipient, Message-ID) of everything that the server has taken."""
    return [
        (envelope.rcpt_tos[0], str(message_from_bytes(content_of(envelope))["Message-ID"]))
        for envelope in handler.arrived
    ]


def _filled(folder: Path, uri: str) -> Flask:
    app = create_app(settings_for(folder, database_uri=uri), testing=True)
    with app.app_context():
        schema.upgrade()
        meeting = make.meeting()
        for index in range(LETTERS):
            make.contact(make.participant(meeting.conference, f"City {index}"), f"office{index}@example.org")
        service.invite(meeting)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return app


def _killed_rounds(folder: Path, uri: str, handler: Postman, url: str) -> list[tuple[str, int]]:
    """Return, for every round, how it ended and how many letters had arrived by then."""
    command = [sys.executable, str(Path(__file__).parent / "crashing.py"), str(folder), uri, url, str(KILLS)]
    rounds = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            rounds.append((line.split()[1], len(handler.arrived)))
            process.stdin.write("\n")
            process.stdin.flush()
    assert process.returncode == 0
    return rounds


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_killed_at_every_step_nothing_is_lost_and_only_the_letter_in_flight_goes_twice(
    tmp_path: Path, postman: tuple[Postman, str], first_kind: str
) -> None:
    handler, url = postman
    clock.set_source(lambda: make.NOW)
    uri = uri_for(first_kind, tmp_path)
    app = _filled(tmp_path, uri)

    rounds = _killed_rounds(tmp_path, uri, handler, url)
    with app.app_context():
        # What the last kill left behind, when its lease has ended.
        app.config["ROUNDTABLE"] = replace(app.config["ROUNDTABLE"], smtp_url=url)
        clock.set_source(lambda: make.NOW + timedelta(days=30))
        deliver_due()
        states = {state for (state,) in db.session.query(Letter.state).distinct()}
        letters = {(letter.recipient_email, letter.message_id) for letter in make.outbox()}
        db.session.remove()
        db.engine.dispose()
    clock.set_source(None)

    arrived = _arrived(handler)
    # Nothing lost, nothing invented, and every copy under the one Message-ID that the letter has.
    assert len(letters) == LETTERS
    assert set(arrived) == letters
    assert states == {LetterState.HANDED_OVER}
    kills = sum(how == "killed" for how, _ in rounds)
    assert kills == KILLS
    # The letter in flight at a kill is the first of the next round: no round repeats more than that one,
    # and a round after one that ended by itself repeats none.
    seen: set[tuple[str, str]] = set()
    begin, before = 0, "ended"
    for how, count in [*rounds, ("ended", len(arrived))]:
        again = [one for one in arrived[begin:count] if one in seen]
        assert len(again) <= (before == "killed"), (how, again)
        seen.update(arrived[begin:count])
        begin, before = count, how if count > begin or how == "ended" else before
    copies = Counter(arrived)
    print(f"{kills} kills, {len(copies)} letters, {sum(copies.values()) - len(copies)} repeated")
