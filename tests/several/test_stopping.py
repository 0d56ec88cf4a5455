"""The built-in server is told to stop while letters leave: the one in flight is finished, the others wait as before."""

import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import make
import pytest
from conftest import free_port, settings_for
from several.world import ROUNDTABLE, slow_postman, until
from sqlalchemy import func, select
from test_cli import environment

from roundtable import clock, create_app, schema
from roundtable.db import db
from roundtable.invitations import service
from roundtable.mail.models import Letter, LetterState

pytestmark = pytest.mark.xdist_group("several")

LETTERS = 40


def test_the_built_in_server_finishes_the_letter_in_flight_and_gives_the_others_back(tmp_path: Path) -> None:
    with slow_postman() as (postman, url):
        postman.pause = 0.2
        settings = settings_for(tmp_path, smtp_url=url, port=free_port(), public_url="http://localhost:8765")
        app = create_app(settings, testing=True)
        with app.app_context():
            schema.upgrade()
            start = (clock.now() + timedelta(days=30)).replace(tzinfo=None, microsecond=0)
            meeting = make.meeting(wall_time=start)
            for index in range(LETTERS):
                make.contact(make.participant(meeting.conference, f"City {index}"), f"o{index}@example.org")
            service.invite(meeting)
            db.session.commit()
            db.session.remove()
        env = environment(
            tmp_path,
            ROUNDTABLE_SECRET_KEY=settings.secret_key,
            ROUNDTABLE_PUBLIC_URL=settings.public_url,
            ROUNDTABLE_SMTP_URL=url,
            ROUNDTABLE_MAIL_FROM=settings.mail_from,
            ROUNDTABLE_PORT=str(settings.port),
        )
        server = subprocess.Popen([*ROUNDTABLE, "serve"], env=env, stderr=subprocess.PIPE, text=True)
        until(lambda: len(postman.arrived) >= 3, "the first letters have left")

        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=30)

    assert "Traceback" not in said
    with app.app_context():
        rows = db.session.execute(select(Letter.state, func.count()).group_by(Letter.state))
        states = {row[0]: row[1] for row in rows}
        leased = db.session.scalar(select(func.count(Letter.id)).where(Letter.leased_until.is_not(None)))
        db.session.remove()
        db.engine.dispose()
    gone = len(postman.arrived)
    assert 3 <= gone < LETTERS
    assert states == {LetterState.HANDED_OVER: gone, LetterState.QUEUED: LETTERS - gone}
    assert leased == 0
