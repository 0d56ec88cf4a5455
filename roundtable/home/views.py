"""The start page."""

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue

from roundtable import clock
from roundtable.accounts.access import present_user
from roundtable.conferences.forms import ROLE_NAMES
from roundtable.conferences.models import Meeting
from roundtable.conferences.queries import meetings_of, of_user
from roundtable.watch.queries import standing

bp = Blueprint("home", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the conferences of the user with their sessions."""
    user = present_user()
    mine = of_user(user)
    meetings: dict[int, list[Meeting]] = {}
    for meeting in meetings_of([conference.id for conference, _ in mine]):
        meetings.setdefault(meeting.conference_id, []).append(meeting)
    return render_template(
        "home/index.html",
        mine=mine,
        meetings=meetings,
        role_names=ROLE_NAMES,
        user=user,
        present=clock.now(),
        alarms=standing() if user.is_administrator else [],
    )


def init_app(app: Flask) -> None:
    """Serve the page."""
    app.register_blueprint(bp)
