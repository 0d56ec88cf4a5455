"""Addresses that fill an entry into the web calendars of Google and Outlook.

They hold what stands in every letter's subject, and never the personal link: they are stored and logged
by others. Nothing is asked of those services before somebody presses the button.
"""

from datetime import UTC, datetime
from urllib.parse import urlencode

from flask_babel import gettext

from roundtable.conferences.models import Meeting

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.office.com/calendar/0/deeplink/compose"


def _details() -> str:
    return gettext("Video conference. You come in through your personal link, which stands in your letter.")


def google_address(meeting: Meeting, language: str) -> str:
    """Return the address that proposes the entry to Google Calendar."""
    span = f"{_basic(meeting.starts_at)}/{_basic(meeting.ends_at)}"
    values = {
        "action": "TEMPLATE",
        "text": meeting.titles.in_language(language),
        "dates": span,
        "details": _details(),
    }
    return f"{GOOGLE}?{urlencode(values)}"


def outlook_address(meeting: Meeting, language: str) -> str:
    """Return the address that proposes the entry to Outlook on the web."""
    values = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": meeting.titles.in_language(language),
        "startdt": _extended(meeting.starts_at),
        "enddt": _extended(meeting.ends_at),
        "body": _details(),
    }
    return f"{OUTLOOK}?{urlencode(values)}"


def _basic(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _extended(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
