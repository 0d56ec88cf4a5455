"""Every table, for the mapper and for Alembic. Nothing imports this but the package itself."""

from roundtable.accounts.models import (
    AccountDoor,
    OutsideIdentity,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    ResetRequest,
    SignIn,
    User,
)
from roundtable.agenda.models import AgendaItem, AgendaPattern, AgendaRelease, SpeakingSlot
from roundtable.audit.models import AuditDetail, AuditEntry, AuditHead
from roundtable.beats import Beat
from roundtable.conferences.models import Body, Conference, Meeting, Membership
from roundtable.desk.models import ItemRun, Turn
from roundtable.distribution.models import Dispatch, Newsroom, PressList
from roundtable.guest_list.models import GuestImport, GuestListFile
from roundtable.guests.models import City, Contact, Participant
from roundtable.holding import Hold
from roundtable.invitations.models import (
    Announcement,
    AnswerGiven,
    CalendarEntry,
    CalendarReply,
    Invitation,
    LinkRequest,
    Wording,
)
from roundtable.looks import Look
from roundtable.mail.models import Letter, Pace, ReceivedMail
from roundtable.minutes.models import (
    ActionReport,
    Amendment,
    Attendance,
    Entry,
    EntryVersion,
    Minutes,
    RecordDocument,
    RecordVersion,
    Remark,
)
from roundtable.press.models import (
    Block,
    Clearance,
    PressPicture,
    PressSummary,
    PreviewLink,
    PreviewVisit,
    Publication,
    PublicationText,
)
from roundtable.scheduling.models import Availability, DateOption, DatePoll, DateQuestion, OfficeHours
from roundtable.search import models as search
from roundtable.video.models import Passage, ProviderChoice, Room

__all__ = [
    "AccountDoor",
    "ActionReport",
    "AgendaItem",
    "AgendaPattern",
    "AgendaRelease",
    "Amendment",
    "Announcement",
    "AnswerGiven",
    "Attendance",
    "AuditDetail",
    "AuditEntry",
    "AuditHead",
    "Availability",
    "Beat",
    "Block",
    "Body",
    "CalendarEntry",
    "CalendarReply",
    "City",
    "Clearance",
    "Conference",
    "Contact",
    "DateOption",
    "DatePoll",
    "DateQuestion",
    "Dispatch",
    "Entry",
    "EntryVersion",
    "GuestImport",
    "GuestListFile",
    "Hold",
    "Invitation",
    "ItemRun",
    "Letter",
    "LinkRequest",
    "Look",
    "Meeting",
    "Membership",
    "Minutes",
    "Newsroom",
    "OfficeHours",
    "OutsideIdentity",
    "Pace",
    "Participant",
    "Passage",
    "Passkey",
    "PasskeyChallenge",
    "PressList",
    "PressPicture",
    "PressSummary",
    "PreviewLink",
    "PreviewVisit",
    "ProviderChoice",
    "Publication",
    "PublicationText",
    "ReceivedMail",
    "RecordDocument",
    "RecordVersion",
    "RecoveryCode",
    "Remark",
    "ResetRequest",
    "Room",
    "SignIn",
    "SpeakingSlot",
    "Turn",
    "User",
    "Wording",
    "search",
]
