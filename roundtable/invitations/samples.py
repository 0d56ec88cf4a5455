"""What a letter of each kind might say: for the preview of a wording."""

from datetime import timedelta

from flask_babel import gettext

from roundtable import dates
from roundtable.invitations import letters
from roundtable.invitations.changes import Told
from roundtable.invitations.letter_kind import LetterKind
from roundtable.invitations.letters import Occasion, Saying
from roundtable.invitations.rsvp import Answer


def sample_saying(about: Occasion, kind: LetterKind, language: str) -> Saying:
    """Return what a letter of this kind might say, for the preview of a wording, in the current language."""
    meeting = about.meeting
    before = Told(
        meeting.titles, meeting.starts_at - timedelta(days=7), meeting.zone, meeting.duration_minutes
    )
    deputy = gettext("Deputy Mayor (example)")
    answers = {"deputy-refused": Answer.DELEGATED, "reply-question": Answer.DECLINED}
    following = {
        "confirmation": [
            gettext("The calendar entry is attached to this letter. Changes will reach it by themselves.")
        ],
        "change": letters.after_change(about, language, asks_again=True),
        "invitation": letters.after_invitation(about, language),
        "minutes": [gettext("If nobody has objected by then, the minutes are adopted as they stand.")],
    }
    answer = letters.answer_words(answers.get(kind.key, Answer.ACCEPTED), deputy=deputy, sure_by="")
    if kind.key == "minutes-answer":
        answer = gettext("Accepted: %(answer)s", answer=gettext("(the sentence that you write)"))
    options = [
        dates.said(start, meeting.zone, about.zones, language)
        for start in (before.starts_at, meeting.starts_at)
    ]
    quote = [gettext("“%(words)s”", words=gettext("(the words of the quote)"))]
    shown = {
        "action-reminder": [gettext("(the action item)")],
        "quote": quote,
        "quote-reminder": quote,
    }
    return Saying(
        words={
            "said_by": gettext("Private office (example)"),
            "deputy": deputy,
            "reason": gettext("(the reason that you give)"),
        },
        changes_since=before if kind.key in {"change", "agenda"} else None,
        answer=answer,
        next=following.get(kind.key, []),
        options=shown.get(kind.key, options),
    )
