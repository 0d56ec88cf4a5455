"""What goes after its time: per conference, so many months after its last session.

Approved minutes, publications, the agenda, cities and who took part stay; what offices typed, letters,
contacts and the details of the log go.
"""

from calendar import monthrange
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from roundtable import clock, looks
from roundtable.audit.models import AuditDetail, AuditEntry
from roundtable.audit.service import note
from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.service import pace_key
from roundtable.conferences.turn_service import take_turn
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact, Participant
from roundtable.invitations.models import AnswerGiven, CalendarEntry, CalendarReply, Invitation
from roundtable.mail.models import Letter, ReceivedMail
from roundtable.minutes.models import ActionReport, Remark
from roundtable.press.models import Clearance, PressSummary, PreviewLink, PreviewVisit, Publication
from roundtable.privacy.scope_queries import blocks_in, entries_in, meetings_in, minutes_in
from roundtable.scheduling.models import DatePoll, DateQuestion
from roundtable.video.models import Passage

GOES_ON = sentence("A session is still to come. Data of offices are only removed after the last one.")
LOOK = "retention"
NOBODY = "–"
"""What stands where a name was."""
PROGRAM_MONTHS = 24
"""How long the program keeps what belongs to no conference: mails that came in, details of its log."""


def after_months(moment: datetime, months: int) -> datetime:
    """Return the same day so many months later; the last of a shorter month stands in."""
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def due_at(conference: Conference) -> datetime | None:
    """Return when the data of a conference go; None while a session is to come, or where they never do."""
    if conference.keep_months is None:
        return None
    meetings = list(db.session.scalars(select(Meeting).where(Meeting.conference_id == conference.id)))
    ends = max((one.ends_at for one in meetings), default=None)
    return after_months(ends, conference.keep_months) if ends is not None else None


def _kinds(conference: Conference) -> dict[str, tuple[type, ColumnElement[bool]]]:
    """Return what goes, by its name: the table, and which of its rows."""
    invitations = select(Invitation.id).where(Invitation.meeting_id.in_(meetings_in(conference.id)))
    publications = (
        select(Publication.id)
        .join(PressSummary, PressSummary.id == Publication.summary_id)
        .where(PressSummary.meeting_id.in_(meetings_in(conference.id)))
    )
    people = select(Participant.id).where(Participant.conference_id == conference.id)
    return {
        "letters": (Letter, Letter.pace_key == pace_key(conference)),
        "history of answers": (AnswerGiven, AnswerGiven.invitation_id.in_(invitations)),
        "replies from calendars": (CalendarReply, CalendarReply.invitation_id.in_(invitations)),
        "state of calendars": (CalendarEntry, CalendarEntry.meeting_id.in_(meetings_in(conference.id))),
        "who came through the door": (Passage, Passage.meeting_id.in_(meetings_in(conference.id))),
        "contacts of offices": (Contact, Contact.participant_id.in_(people)),
        "visits by preview links": (
            PreviewVisit,
            PreviewVisit.link_id.in_(
                select(PreviewLink.id).where(PreviewLink.publication_id.in_(publications))
            ),
        ),
        "preview links": (PreviewLink, PreviewLink.publication_id.in_(publications)),
        "details of the log": (
            AuditDetail,
            AuditDetail.entry_id.in_(
                select(AuditEntry.id).where(
                    AuditEntry.conference_id == conference.id, AuditEntry.act != "retained"
                )
            ),
        ),
    }


def preview(conference: Conference) -> dict[str, int]:
    """Return how many rows of each kind would go now; nothing is changed."""
    found = {
        name: db.session.scalar(select(func.count()).select_from(table).where(which)) or 0
        for name, (table, which) in _kinds(conference).items()
    }
    found["notes and deputies"] = (
        db.session.scalar(
            select(func.count()).where(Invitation.meeting_id.in_(meetings_in(conference.id)), _has_words())
        )
        or 0
    )
    return found


def _has_words() -> ColumnElement[bool]:
    return or_(Invitation.note != "", Invitation.deputy_name != "", Invitation.topic != "")


def remove(conference: Conference) -> dict[str, int]:
    """Remove what goes; return how many rows of each kind there were.

    Raises:
        Refusal: while a session is still to come.
    """
    coming = db.session.scalar(
        select(Meeting.id)
        .where(Meeting.conference_id == conference.id, Meeting.starts_at > clock.now())
        .limit(1)
    )
    if coming is not None:
        raise Refusal(GOES_ON)
    found = preview(conference)
    for table, which in _kinds(conference).values():
        db.session.execute(delete(table).where(which).execution_options(synchronize_session=False))
    db.session.execute(
        update(Invitation)
        .where(Invitation.meeting_id.in_(meetings_in(conference.id)))
        .values(
            note="",
            topic="",
            deputy_name="",
            deputy_office="",
            deputy_email="",
            deputy_language="",
            version=Invitation.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    polls = select(DatePoll.id).where(DatePoll.conference_id == conference.id)
    db.session.execute(
        update(DateQuestion)
        .where(DateQuestion.poll_id.in_(polls))
        .values(note="", said_by="", version=DateQuestion.version + 1)
        .execution_options(synchronize_session=False)
    )
    _unname(conference)
    note(
        "retained",
        f"conference/{conference.id}",
        conference_id=conference.id,
        counts={name: count for name, count in found.items() if count},
    )
    db.session.expire_all()
    return found


def _unname(conference: Conference) -> None:
    """Take the names of office staff out of what stays: remarks, reports, released quotes."""
    for table, which, column in (
        (Remark, Remark.minutes_id.in_(minutes_in(conference.id)), "said_by"),
        (ActionReport, ActionReport.entry_id.in_(entries_in(conference.id)), "said_by"),
        (Clearance, Clearance.block_id.in_(blocks_in(conference.id)), "answered_by"),
    ):
        query = update(table).where(which).values({column: NOBODY})
        db.session.execute(query.execution_options(synchronize_session=False))


def conferences_to_look_at() -> list[int]:
    """Return the conferences whose data may have had their time: each is looked at once a day."""
    kept = select(Conference.id).where(Conference.keep_months.is_not(None))
    return looks.due(LOOK, kept, Conference.id)


def remove_due(conference_id: int) -> int:
    """Remove what is due in a conference; return how many rows went."""
    take_turn(lambda: select(Conference.id).where(Conference.id == conference_id))
    conference = db.session.get(Conference, conference_id)
    if conference is None:
        return 0
    due = due_at(conference)
    looks.note(LOOK, conference_id, due, longest=timedelta(days=1))
    if due is None or due > clock.now() or not any(preview(conference).values()):
        return 0
    return sum(remove(conference).values())


def remove_of_program() -> int:
    """Remove what belongs to no conference and has had its time; return how many rows went."""
    before = after_months(clock.now(), -PROGRAM_MONTHS)
    old = select(AuditEntry.id).where(AuditEntry.conference_id.is_(None), AuditEntry.at < before)
    count = 0
    for table, which in (
        (AuditDetail, AuditDetail.entry_id.in_(old)),
        (ReceivedMail, ReceivedMail.received_at < before),
        (Letter, (Letter.pace_key == "") & (Letter.created_at < clock.now() - timedelta(days=180))),
    ):
        gone = db.session.execute(delete(table).where(which).execution_options(synchronize_session=False))
        count += gone.rowcount  # type: ignore[attr-defined]  # of a DELETE
    return count
