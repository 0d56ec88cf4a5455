"""letters that arrive, answers that hold"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "ba96897e3757"
down_revision = "67545326b527"
branch_labels = None
depends_on = None

ANSWERS = ("needs-action", "accepted", "delegated", "tentative", "declined")


def upgrade() -> None:
    op.create_table(
        "link_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
    )
    op.create_table(
        "pace",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("letters_per_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint("letters_per_minute >= 1", name=op.f("ck_pace_pace")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pace")),
    )
    op.create_table(
        "received_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_key", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_received_mail_letter_id_letter"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_mail")),
        sa.UniqueConstraint("message_key", name=op.f("uq_received_mail_message_key")),
    )
    with op.batch_alter_table("received_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_received_mail_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_wording_conference_id_conference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint(
            "conference_id", "kind", "language", name=op.f("uq_wording_conference_id_kind_language")
        ),
    )
    op.create_table(
        "calendar_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("time_sequence", sa.Integer(), nullable=False),
        sa.Column("is_present", sa.Boolean(), nullable=False),
        sa.Column("partstat", sa.String(length=16), nullable=False),
        sa.Column("reply_stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sequence >= time_sequence", name=op.f("ck_calendar_entry_sequence")),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_calendar_entry_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_entry")),
        sa.UniqueConstraint("meeting_id", "email_key", name=op.f("uq_calendar_entry_meeting_id_email_key")),
    )
    op.create_table(
        "calendar_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("message_key", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column(
            "said",
            sa.Enum(
                "needs-action",
                "accepted",
                "delegated",
                "tentative",
                "declined",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("proposes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name=op.f("fk_calendar_reply_invitation_id_invitation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_reply")),
        sa.UniqueConstraint("message_key", name=op.f("uq_calendar_reply_message_key")),
    )
    with op.batch_alter_table("calendar_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_reply_invitation_id"), ["invitation_id"], unique=False)

    with op.batch_alter_table("announcement") as batch_op:
        batch_op.add_column(
            sa.Column("is_cancelled", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("conference") as batch_op:
        batch_op.add_column(sa.Column("sender_names", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("sender_email", sa.String(254), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("letters_per_minute", sa.Integer(), nullable=True))
    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(sa.Column("feed_generation", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("contact") as batch_op:
        for name in ("gets_reminders", "gets_join_link", "clears_quotes"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("is_deputy", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index("ix_contact_email_key", ["email_key"], unique=False)
    _answers_by_more_channels()
    _letters_with_more_states()
    _calendars_by_mailbox()
    _deputies_by_a_rule()


def _values(column: str, *values: str) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


@contextmanager
def _changing(table: str, **checks: str) -> Iterator[BatchOperations]:
    """Change a table so that it has exactly these CHECKs afterwards.

    SQLite cannot change them, so the table is written anew; whether reflection finds the old ones
    depends on the version of the libraries, so they are left out and all are named here.
    """
    named = [sa.CheckConstraint(sql, name=op.f(f"ck_{table}_{name}")) for name, sql in checks.items()]
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        copy = sa.Table(table, sa.MetaData(), autoload_with=connection)
        for constraint in [one for one in copy.constraints if isinstance(one, sa.CheckConstraint)]:
            copy.constraints.discard(constraint)
        with op.batch_alter_table(table, copy_from=copy, recreate="always", table_args=named) as batch_op:
            yield batch_op
        return
    for present in sa.inspect(connection).get_check_constraints(table):
        op.drop_constraint(op.f(present["name"]), table, type_="check")
    with op.batch_alter_table(table) as batch_op:
        yield batch_op
    for name, sql in checks.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, sql)


def _answers_by_more_channels() -> None:
    with _changing(
        "answer_given",
        answer=_values("answer", *ANSWERS),
        channel=_values("channel", "link", "telephone", "calendar", "organizer"),
    ) as batch_op:
        batch_op.add_column(sa.Column("deputy", sa.String(420), nullable=False, server_default=""))


def _letters_with_more_states() -> None:
    states = ("queued", "handed-over", "deferred", "refused", "bounced", "dropped")
    with _changing("letter", letterstate=_values("state", *states)) as batch_op:
        for name, length in (
            ("sender_email", 254),
            ("reply_to_name", 300),
            ("unsubscribe_path", 60),
            ("lease_token", 32),
            ("pace_key", 60),
        ):
            batch_op.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
        batch_op.create_index("ix_letter_message_id", ["message_id"], unique=False)
        batch_op.create_index("ix_letter_pace", ["pace_key", "handed_over_at"], unique=False)


def _calendars_by_mailbox() -> None:
    """What stood in a participant's calendars stands in that of each contact; links in letters name theirs."""
    op.execute(
        """
        INSERT INTO calendar_entry (meeting_id, email_key, sequence, time_sequence, is_present, partstat)
        SELECT i.meeting_id, c.email_key, MAX(i.sequence), 0, MAX(CASE WHEN i.in_calendar THEN 1 ELSE 0 END) = 1,
               CASE MAX(i.answer) WHEN 'accepted' THEN 'ACCEPTED' ELSE 'NEEDS-ACTION' END
        FROM invitation i JOIN contact c ON c.participant_id = i.participant_id
        WHERE c.gets_invitation AND (i.in_calendar OR i.sequence > 0)
        GROUP BY i.meeting_id, c.email_key
        """
    )
    _name_links("https://personal-link.invalid", "https://personal-link.invalid/{owner}")
    with _changing(
        "invitation",
        answer=_values("answer", *ANSWERS),
        deputystate=_values("deputy_state", "none", "proposed", "accepted"),
    ) as batch_op:
        # The epoch is replaced by the true instant right below; SQLite wants a constant.
        batch_op.add_column(
            sa.Column(
                "asked_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default="1970-01-01 00:00:00.000000",
            )
        )
        batch_op.add_column(sa.Column("asked_round", sa.Integer(), nullable=False, server_default="1"))
        for name, length in (("deputy_language", 8), ("speaks", 8), ("listens_to", 8), ("topic", 300)):
            batch_op.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("deputy_state", sa.String(32), nullable=False, server_default="none"))
        batch_op.add_column(sa.Column("deputy_contact_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("pictures_allowed", sa.Boolean(), nullable=True))
        batch_op.create_index(op.f("ix_invitation_deputy_contact_id"), ["deputy_contact_id"], unique=False)
        batch_op.create_foreign_key(
            op.f("fk_invitation_deputy_contact_id_contact"),
            "contact",
            ["deputy_contact_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.drop_column("in_calendar")
        batch_op.drop_column("sequence")
    op.execute("UPDATE invitation SET asked_at = invited_at")
    op.execute("UPDATE invitation SET deputy_state = 'accepted' WHERE answer = 'delegated'")


def _name_links(old: str, new: str) -> None:
    """Write the placeholders of links in stored letters otherwise: with or without whose link it is."""
    letter = sa.table(
        "letter",
        sa.column("id", sa.Integer),
        sa.column("link_owner", sa.Integer),
        sa.column("text", sa.Text),
        sa.column("html", sa.Text),
        sa.column("calendar", sa.JSON),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(letter).where(letter.c.link_owner.is_not(None))).all()
    for row in rows:
        before, after = old.format(owner=row.link_owner), new.format(owner=row.link_owner)
        calendar = row.calendar and {
            key: value.replace(before, after) if isinstance(value, str) else value
            for key, value in row.calendar.items()
        }
        connection.execute(
            letter.update()
            .where(letter.c.id == row.id)
            .values(
                text=row.text.replace(before, after),
                html=row.html.replace(before, after),
                calendar=calendar or sa.null(),
            )
        )


def _deputies_by_a_rule() -> None:
    checks = {
        "duration": "duration_minutes BETWEEN 5 AND 1440",
        "reminder": "reminder_days BETWEEN 1 AND 90",
        "last_reminder": "last_reminder_days BETWEEN 1 AND 90",
        "session_reminder": "session_reminder_hours BETWEEN 1 AND 336",
        "meetingstage": _values("stage", "planned", "cancelled"),
        "deputyrule": _values("deputies", "allowed", "needs-approval", "not-allowed"),
    }
    with _changing("meeting", **checks) as batch_op:
        batch_op.add_column(sa.Column("deputies", sa.String(32), nullable=False, server_default="allowed"))
        for name in ("reminder_days", "last_reminder_days", "session_reminder_hours"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
    op.execute("UPDATE meeting SET deputies = 'not-allowed' WHERE NOT deputies_allowed")
    with _changing("meeting", **checks) as batch_op:
        batch_op.drop_column("deputies_allowed")


def downgrade() -> None:
    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_column("feed_generation")
    stage = {
        "duration": "duration_minutes BETWEEN 5 AND 1440",
        "meetingstage": _values("stage", "planned", "cancelled"),
    }
    with _changing("meeting", **stage) as batch_op:
        batch_op.add_column(
            sa.Column("deputies_allowed", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    op.execute("UPDATE meeting SET deputies_allowed = (deputies <> 'not-allowed')")
    with _changing("meeting", **stage) as batch_op:
        for name in ("session_reminder_hours", "last_reminder_days", "reminder_days", "deputies"):
            batch_op.drop_column(name)
    _letters_as_before()
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.drop_index(op.f("ix_invitation_deputy_contact_id"))
    with _changing("invitation", answer=_values("answer", *ANSWERS)) as batch_op:
        batch_op.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("in_calendar", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_constraint(op.f("fk_invitation_deputy_contact_id_contact"), type_="foreignkey")
        for name in (
            "pictures_allowed",
            "topic",
            "listens_to",
            "speaks",
            "deputy_contact_id",
            "deputy_state",
            "deputy_language",
            "asked_round",
            "asked_at",
        ):
            batch_op.drop_column(name)
    _calendars_by_participant()
    op.execute("DELETE FROM contact WHERE is_deputy")
    with op.batch_alter_table("contact") as batch_op:
        batch_op.drop_index("ix_contact_email_key")
    with _changing("contact", link_generation="link_generation >= 1") as batch_op:
        for name in ("is_deputy", "clears_quotes", "gets_join_link", "gets_reminders"):
            batch_op.drop_column(name)
    with op.batch_alter_table("conference") as batch_op:
        for name in ("letters_per_minute", "sender_email", "sender_names"):
            batch_op.drop_column(name)
    op.execute("DELETE FROM answer_given WHERE channel IN ('calendar', 'organizer')")
    with _changing(
        "answer_given",
        answer=_values("answer", *ANSWERS),
        channel=_values("channel", "link", "telephone"),
    ) as batch_op:
        batch_op.drop_column("deputy")
    with op.batch_alter_table("announcement") as batch_op:
        batch_op.drop_column("is_cancelled")
    for table in ("calendar_reply", "calendar_entry", "wording", "received_mail", "pace", "link_request"):
        op.drop_table(table)


def _calendars_by_participant() -> None:
    op.execute(
        """
        UPDATE invitation SET sequence = COALESCE((
            SELECT MAX(e.sequence) FROM calendar_entry e JOIN contact c ON c.email_key = e.email_key
            WHERE e.meeting_id = invitation.meeting_id AND c.participant_id = invitation.participant_id
        ), 0), in_calendar = EXISTS (
            SELECT 1 FROM calendar_entry e JOIN contact c ON c.email_key = e.email_key
            WHERE e.meeting_id = invitation.meeting_id AND c.participant_id = invitation.participant_id
              AND e.is_present
        )
        """
    )


def _letters_as_before() -> None:
    _name_links("https://personal-link.invalid/{owner}", "https://personal-link.invalid")
    op.execute("UPDATE letter SET state = 'refused' WHERE state IN ('bounced', 'dropped')")
    with op.batch_alter_table("letter") as batch_op:
        batch_op.drop_index("ix_letter_pace")
        batch_op.drop_index("ix_letter_message_id")
    states = ("queued", "handed-over", "deferred", "refused")
    with _changing("letter", letterstate=_values("state", *states)) as batch_op:
        for name in ("pace_key", "lease_token", "unsubscribe_path", "reply_to_name", "sender_email"):
            batch_op.drop_column(name)
