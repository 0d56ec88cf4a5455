"""Migrations go up and down, lead exactly to the tables of the models, and lose no row."""

import hashlib
import json
from pathlib import Path

import databases
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from conftest import settings_for
from sqlalchemy import Connection, create_engine, inspect, text

from roundtable import create_app, schema
from roundtable.agenda.releases import ReleasedSlot, from_values
from roundtable.db import db
from roundtable.press.content import from_json

WORDS = "entry_words"
"""The full-text index, and SQLite's own tables behind it: no table of the models."""


def _is_ours(_object: object, name: str | None, *_more: object) -> bool:
    return not (name or "").startswith(WORDS)


FIRST = "67545326b527"


def _checks(connection: Connection) -> dict[str, dict[str, str]]:
    """Return the CHECKs of every table: autogeneration does not compare them."""
    look = inspect(connection)
    return {
        name: {str(one["name"]): " ".join(one["sqltext"].split()) for one in look.get_check_constraints(name)}
        for name in look.get_table_names()
        if name != "alembic_version" and not name.startswith(WORDS)
    }


@pytest.mark.parametrize("kind", databases.KINDS)
def test_an_empty_database_is_brought_up_to_the_models_and_down_again(tmp_path: Path, kind: str) -> None:
    app = create_app(settings_for(tmp_path, database_uri=databases.uri_for(kind, tmp_path)), testing=True)
    made = create_engine("sqlite://" if kind == "sqlite" else databases.new_postgresql())
    db.metadata.create_all(made)
    with app.app_context():
        schema.upgrade()
        with db.engine.connect() as connection, made.connect() as other:
            difference = compare_metadata(
                MigrationContext.configure(connection, opts={"include_object": _is_ours}), db.metadata
            )
            checks = (_checks(connection), _checks(other))

        schema.downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names())
        schema.upgrade()
        db.engine.dispose()
        made.dispose()

    assert difference == []
    assert checks[0] == checks[1]
    assert left == {"alembic_version"}


QUOTE_HASH = hashlib.sha256('{"en":"Word","tr":"Söz"}'.encode()).hexdigest()
ROWS = """
INSERT INTO user (id, email, email_key, name, password_hash, language, may_create_conferences, is_enabled, created_at)
    VALUES (1, 'o@example.org', 'o@example.org', 'Işıl Özgür-İnan', 'x', 'en', 1, 1, '2026-01-01 00:00:00');
INSERT INTO conference (id, titles, home_zone, languages, contact_name, contact_email, contact_phone, created_at, version)
    VALUES (1, '{"en": "C"}', 'Europe/Istanbul', '["en"]', 'Desk', 'desk@example.org', '', '2026-01-01 00:00:00', 1);
INSERT INTO membership (id, user_id, conference_id, role) VALUES (1, 1, 1, 'organizer');
INSERT INTO city (id, conference_id, names, key, country, state, zone)
    VALUES (1, 1, '{"en": "Ankara"}', 'ankara', 'TR', '', 'Europe/Istanbul');
INSERT INTO participant (id, conference_id, city_id, person, offices, role, precedence)
    VALUES (1, 1, 1, '', '{"en": "Mayor"}', 'speaker', 0);
INSERT INTO contact (id, participant_id, name, email, email_key, language, gets_invitation, may_answer, link_generation)
    VALUES (7, 1, 'Office', 'a@example.org', 'a@example.org', 'tr', 1, 1, 1);
INSERT INTO meeting (id, conference_id, titles, wall_time, zone, starts_at, duration_minutes, deputies_allowed, stage,
                     uid, revision, version)
    VALUES (1, 1, '{"en": "M"}', '2026-10-20 13:00:00', 'Europe/Istanbul', '2026-10-20 10:00:00', 90, 0, 'planned',
            'u@roundtable', 0, 1);
INSERT INTO agenda_item (id, meeting_id, position, kind, titles, details, duration_minutes)
    VALUES (3, 1, 0, 'welcome', '{"en": "Welcome"}', '{}', 10);
INSERT INTO agenda_item (id, meeting_id, position, kind, titles, details, duration_minutes)
    VALUES (4, 1, 1, 'round', '{"en": "Round"}', '{}', 5);
INSERT INTO speaking_slot (id, item_id, participant_id, position, minutes) VALUES (1, 4, 1, 0, 5);
INSERT INTO invitation (id, meeting_id, participant_id, invited_at, answer, note, deputy_name, deputy_office,
                        deputy_email, told_revision, sequence, in_calendar, version)
    VALUES (1, 1, 1, '2026-09-01 08:00:00.000000', 'accepted', 'kept', '', '', '', 0, 3, 1, 2);
INSERT INTO answer_given (id, invitation_id, at, answer, note, channel, contact_id, said_by)
    VALUES (1, 1, '2026-09-02 08:00:00', 'accepted', '', 'link', 7, 'Office');
INSERT INTO letter (id, key, kind, topic, link_owner, recipient_name, recipient_email, sender_name, reply_to, language,
                    subject, text, html, calendar, calendar_method, message_id, first_message_id, state, attempts,
                    next_try_at, last_error, created_at)
    VALUES (1, 'k', 'invitation', 'meeting/1', 7, 'Office', 'a@example.org', 'S', '', 'tr', 'S',
            'https://personal-link.invalid/meetings/1', 'h', '{"url": "https://personal-link.invalid/meetings/1"}', '',
            '<1@x>', '', 'queued', 0, '2026-09-01 08:00:00', '', '2026-09-01 08:00:00');
INSERT INTO minutes (id, meeting_id, stage, approved_by, approved_at, sealed, content_hash)
    VALUES (1, 1, 'approved', 'Chair', '2026-10-21 08:00:00',
            '{"items": [{"entries": [{"on_record": true, "texts": {"en": "ö"}}, {"on_record": false, "texts": {}}]}]}', 'abc');
INSERT INTO attendance (id, minutes_id, participant_id, presence, representative) VALUES (1, 1, 1, 'present', '');
INSERT INTO entry (id, minutes_id, position, kind, language, texts, on_record, written_by, written_at, version)
    VALUES (1, 1, 0, 'decision', 'en', '{"en": "Decided"}', 1, 'W', '2026-10-20 10:30:00.000000', 1);
INSERT INTO entry (id, minutes_id, position, kind, speaker_id, language, texts, on_record, written_by, written_at, version)
    VALUES (2, 1, 1, 'statement', 1, 'tr', '{"tr": "Söz", "en": "Word"}', 1, 'W', '2026-10-20 10:31:00.000000', 1);
INSERT INTO press_summary (id, meeting_id, headlines, leads, bodies, picture_key, picture_width, picture_height,
                           picture_credit, picture_captions, picture_alternatives, version)
    VALUES (1, 1, '{"en": "Head"}', '{"en": "Lead"}', '{"en": "One.\\n\\nTwo.", "tr": "Bir."}', 'pictures/a.jpg', 800,
            500, 'Painter', '{"en": "Caption"}', '{"en": "Tiles"}', 3);
INSERT INTO quote (id, summary_id, entry_id, position, texts, cleared_by, cleared_at, cleared_hash)
    VALUES (1, 1, 2, 0, '{"tr": "Söz", "en": "Word"}', 'Office', '2026-10-22 08:00:00.000000',
            'QUOTE_HASH');
INSERT INTO publication (id, summary_id, slug, number, published_at, published_by, correction, picture_key)
    VALUES (1, 1, '2026-10-20-m', 1, '2026-10-23 09:00:00.000000', 'Press', '{}', 'pictures/a.jpg');
INSERT INTO publication_text (id, publication_id, language, headline, content, pdf_key, pdf_sha256)
    VALUES (1, 1, 'en', 'Head', '{"headline": "Head", "lead": "Lead", "paragraphs": ["One.", "Two."], "quotes": [{"words":
            "Word", "language": "en", "who": "Mayor", "city": "Ankara", "day": "22 October 2026"}], "picture": {"caption":
            "Caption", "alternative": "Tiles", "credit": "Painter", "width": 800, "height": 500}, "facts": [], "bodies":
            [], "contact": [], "release": "today", "languages": ["en"], "number": 1, "correction": ""}',
            'publications/a.pdf', 'ff');
"""


def _fill() -> None:
    with db.engine.begin() as connection:
        for statement in ROWS.replace("QUOTE_HASH", QUOTE_HASH).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)


def _row(statement: str) -> tuple[object, ...]:
    with db.engine.connect() as connection:
        return tuple(connection.execute(text(statement)).one())


def _check_press() -> None:
    """What a press summary was is still there, taken apart into blocks; what was published reads as before."""
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT kind, texts FROM press_block ORDER BY position"))
        found = [(kind, json.loads(texts)) for kind, texts in rows]
    assert found == [
        ("headline", {"en": "Head"}),
        ("lead", {"en": "Lead"}),
        ("facts", {}),
        ("picture", {"en": "Caption"}),
        ("paragraph", {"en": "One.", "tr": "Bir."}),
        ("paragraph", {"en": "Two."}),
        ("quote", {"tr": "Söz", "en": "Word"}),
    ]
    assert _row("SELECT state, answered_by FROM clearance") == ("released", "Office")
    assert _row("SELECT stage, visible_at FROM publication") == ("released", "2026-10-23 09:00:00.000000")
    content = from_json(json.loads(str(_row("SELECT content FROM publication_text")[0])))
    assert content.paragraphs == ["One.", "Two."]
    assert [part.kind.value for part in content.parts] == ["picture", "paragraph", "quote", "paragraph"]
    assert (content.quotes[0].words, content.pictures[0].key) == ("Word", "pictures/a.jpg")


def test_a_filled_database_keeps_its_rows_up_and_down(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path), testing=True)
    with app.app_context():
        schema.upgrade(revision=FIRST)
        _fill()

        schema.upgrade()

        assert _row("SELECT answer, note, asked_at, asked_round, deputy_state FROM invitation") == (
            "accepted", "kept", "2026-09-01 08:00:00.000000", 1, "none",
        )  # fmt: skip
        assert _row("SELECT name, name_key FROM user") == ("Işıl Özgür-İnan", "isil ozgur-inan")
        assert _row("SELECT email_key, sequence, is_present FROM calendar_entry") == ("a@example.org", 3, 1)
        assert _row("SELECT text, calendar FROM letter") == (
            "https://personal-link.invalid/7/meetings/1",
            '{"url": "https://personal-link.invalid/7/meetings/1"}',
        )
        assert _row("SELECT deputies, reminder_days FROM meeting") == ("not-allowed", None)
        assert _row("SELECT channel, said_by, deputy FROM answer_given") == ("link", "Office", "")

        assert _row("SELECT order_rule, buffer_minutes FROM agenda_item WHERE id = 4") == ("by-hand", 0)
        number, items = _row("SELECT number, items FROM agenda_release")
        assert number == 1
        assert [
            (one.key, one.starts, one.minutes, one.slots) for one in from_values(json.loads(str(items)))
        ] == [
            (3, 0, 10, ()),
            (4, 10, 5, (ReleasedSlot(1, 10, 5),)),
        ]

        common = b'{"items":[{"entries":[{"on_record":true,"texts":{"en":"\xc3\xb6"}}]}]}'
        assert _row("SELECT common_hash, stage FROM minutes") == (
            hashlib.sha256(common).hexdigest(), "approved",
        )  # fmt: skip
        assert _row("SELECT adoption, begun_at, length(key) FROM entry WHERE id = 1") == (
            "consensus", "2026-10-20 10:30:00.000000", 36,
        )  # fmt: skip

        assert _row("SELECT words FROM entry_words WHERE rowid = 1") == ("c1zdecided",)

        _check_press()

        schema.downgrade(revision=FIRST)

        assert _row("SELECT headlines, picture_key, picture_credit FROM press_summary") == (
            '{"en": "Head"}', "pictures/a.jpg", "Painter",
        )  # fmt: skip
        assert json.loads(str(_row("SELECT bodies FROM press_summary")[0])) == {
            "en": "One.\n\nTwo.", "tr": "Bir.",
        }  # fmt: skip
        assert _row("SELECT cleared_by, cleared_hash FROM quote") == ("Office", QUOTE_HASH)
        assert _row("SELECT published_at, picture_key FROM publication") == (
            "2026-10-23 09:00:00.000000", "pictures/a.jpg",
        )  # fmt: skip
        old = json.loads(str(_row("SELECT content FROM publication_text")[0]))
        assert (old["paragraphs"], old["quotes"][0]["words"]) == (["One.", "Two."], "Word")
        assert _row("SELECT kind, texts FROM entry WHERE id = 1") == ("decision", '{"en": "Decided"}')
        assert _row("SELECT stage, content_hash FROM minutes") == ("approved", "abc")
        assert _row("SELECT presence FROM attendance") == ("present",)
        assert _row("SELECT answer, sequence, in_calendar FROM invitation") == ("accepted", 3, 1)
        assert _row("SELECT deputies_allowed FROM meeting") == (0,)
        assert _row("SELECT minutes FROM speaking_slot") == (5,)
        assert _row("SELECT text FROM letter") == ("https://personal-link.invalid/meetings/1",)
        assert _row("SELECT name FROM user") == ("Işıl Özgür-İnan",)
        db.engine.dispose()


def test_readiness_fails_on_a_database_of_another_version(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path), testing=True)

    before = app.test_client().get("/health/ready")
    with app.app_context():
        schema.upgrade()
    after = app.test_client().get("/health/ready")
    with app.app_context():
        db.engine.dispose()

    assert (before.status_code, before.json) == (503, {"status": "not ready"})
    assert (after.status_code, (after.json or {})["status"]) == (200, "ready")
