"""Which tables are traced by themselves, which are not and why, and which of their columns stay out.

A test compares both lists with the tables that there are: a new table is not forgotten.
"""

import json
from datetime import date, datetime, time
from typing import Any

TRACED = frozenset(
    {
        "user",
        "outside_identity",
        "account_door",
        "passkey",
        "conference",
        "body",
        "membership",
        "meeting",
        "city",
        "participant",
        "contact",
        "agenda_item",
        "agenda_release",
        "invitation",
        "answer_given",
        "calendar_reply",
        "wording",
        "date_poll",
        "date_option",
        "date_question",
        "office_hours",
        "guest_import",
        "room",
        "provider_choice",
        "minutes",
        "attendance",
        "entry",
        "record_version",
        "remark",
        "amendment",
        "action_report",
        "press_summary",
        "press_block",
        "press_picture",
        "clearance",
        "publication",
        "publication_text",
        "preview_link",
        "press_list",
        "newsroom",
        "dispatch",
    }
)

NOT_TRACED = {
    "audit_entry": "the log itself",
    "audit_detail": "the log itself",
    "audit_head": "the log itself",
    "beat": "signs of life of what goes on by itself, every minute",
    "look": "when a round of reminders looks next",
    "hold": "restoring and resuming have entries of their own",
    "sign_in": "signing in, failing to and ending sign-ins have entries of their own",
    "passkey_challenge": "a few minutes old at the most, and nobody's",
    "recovery_code": "making and using them have entries of their own",
    "reset_request": "asking says nothing yet; the door that follows is traced",
    "letter": "what became of a letter stands in its own row; what caused it is traced",
    "pace": "follows the conference",
    "received_mail": "a log of its own; the answer that follows is traced",
    "link_request": "asking says nothing yet",
    "announcement": "follows what the session was changed to",
    "calendar_entry": "the state of somebody's calendar, which follows the letters",
    "availability": "the answer of the office is traced as a whole (date_question)",
    "agenda_pattern": "an organizer's own template, in no conference",
    "speaking_slot": "the round is released with the agenda, which is traced",
    "guest_list_file": "lies there until it is imported, which is traced",
    "entry_version": "is the history of the entry itself",
    "record_document": "made by the program from what is sealed",
    "item_run": "the clock of the desk; the record that follows is traced",
    "turn": "the clock of the desk; the record that follows is traced",
    "passage": "a log of its own: who came through the door",
    "preview_visit": "a log of its own: who opened a preview",
}

SECRETS = frozenset(
    {
        ("user", "password_hash"),
        ("user", "totp_secret"),
        ("room", "link"),
        ("room", "name"),
        ("user", "handle"),
        ("account_door", "code_hash"),
        ("passkey", "public_key"),
        ("passkey", "credential_id"),
    }
)
"""Columns of which not even a trace is kept but that they changed."""

WORDS_STAY_OUT = frozenset(
    {
        "entry",
        "record_version",
        "remark",
        "amendment",
        "action_report",
        "press_block",
        "publication_text",
        "clearance",
        "minutes",
    }
)
"""Tables whose words have a history of their own that fewer people may read: off the record, drafts."""

BOOKKEEPING = frozenset(
    {"version", "used_at", "sign_count", "totp_step", "last_change", "change", "name_key"}
)
"""Columns that change with everything else and tell nothing."""

LONGEST = 300
"""Characters of a value that is kept in the log as it is; of a longer one its length is."""


def value_for_log(table: str, column: str, value: object) -> Any:
    """Return a column's value as the log may keep it: plain JSON, no secret, no long text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if (table, column) in SECRETS:
        return "***"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"bytes": len(value)}
    is_words = table in WORDS_STAY_OUT and not _is_code(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if is_words or len(text) > LONGEST:
        return {"characters": len(text)}
    return str(value) if isinstance(value, str) else json.loads(text)


def _is_code(value: object) -> bool:
    """Whether a value is a word of the program's own, such as a stage, and nobody's sentence."""
    # Enums are strings of their own class; what people wrote is plain.
    return isinstance(value, str) and type(value) is not str
