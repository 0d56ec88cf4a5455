"""The clockwork: everything that goes on by itself, and how often."""

from roundtable.accounts.jobs import answer_reset_requests
from roundtable.actions.jobs import remind_about_actions
from roundtable.circulation.jobs import adopt_by_silence
from roundtable.clearance.jobs import remind_about_quotes
from roundtable.config import Settings
from roundtable.distribution.jobs import send_dispatches
from roundtable.invitations.jobs import answer_link_requests, remind
from roundtable.jobs import Job
from roundtable.mail.delivery import batches_due
from roundtable.mail.jobs import deliver, read_inbox
from roundtable.minutes.jobs import make_documents
from roundtable.privacy.jobs import remove_from_conferences, remove_from_program
from roundtable.scheduling.jobs import remind as remind_about_polls
from roundtable.watch.jobs import pulse, watch

REMINDERS = (remind, remind_about_polls, remind_about_actions, remind_about_quotes)
_SIX_HOURS = 6 * 3600


def jobs_of(settings: Settings) -> list[Job]:
    """Return what goes on beside the requests: letters soon, the rest once a minute."""
    jobs = [
        # First, so that a start does not look like a standstill while the first documents are made.
        Job("pulse", pulse, 60, even_if_held=True),
        Job("letters", deliver, 2, rounds=batches_due),
        Job("links", answer_link_requests, 5),
        Job("passwords", answer_reset_requests, 5),
        Job("session-reminders", remind, 60),
        Job("poll-reminders", remind_about_polls, 60),
        Job("action-reminders", remind_about_actions, 60),
        Job("quote-reminders", remind_about_quotes, 60),
        Job("silence", adopt_by_silence, 60),
        Job("documents", make_documents, 30),
        Job("dispatches", send_dispatches, 10),
        Job("retention", remove_from_conferences, _SIX_HOURS),
        Job("old-traces", remove_from_program, _SIX_HOURS),
        Job("watch", watch, 60, even_if_held=True, keeps_time=True),
    ]
    if settings.inbox_url:
        jobs.append(Job("inbox", read_inbox, 60))
    return jobs
