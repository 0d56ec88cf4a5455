"""finding the hour"""

import sqlalchemy as sa
from alembic import op

revision = "c75dc0bb3d46"
down_revision = "ba96897e3757"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_office_hours_order")),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_office_hours_conference_id_conference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_hours")),
        sa.UniqueConstraint("conference_id", "country", name=op.f("uq_office_hours_conference_id_country")),
    )
    op.create_table(
        "date_poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("answers_close_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminder_days", sa.Integer(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "open",
                "settled",
                "withdrawn",
                name="pollstage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name=op.f("ck_date_poll_duration")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_date_poll_days")),
        sa.CheckConstraint("reminder_days BETWEEN 1 AND 30", name=op.f("ck_date_poll_reminder")),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_date_poll_conference_id_conference"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_date_poll_meeting_id_meeting"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_poll")),
    )
    with op.batch_alter_table("date_poll", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_poll_conference_id"), ["conference_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_date_poll_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "date_option",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("wall_time", sa.DateTime(timezone=False), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["poll_id"], ["date_poll.id"], name=op.f("fk_date_option_poll_id_date_poll"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_option")),
        sa.UniqueConstraint("poll_id", "starts_at", name=op.f("uq_date_option_poll_id_starts_at")),
    )
    op.create_table(
        "date_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("none_suits", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "link",
                "telephone",
                "calendar",
                "organizer",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("said_by", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_date_question_contact_id_contact"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_date_question_participant_id_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["poll_id"], ["date_poll.id"], name=op.f("fk_date_question_poll_id_date_poll"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_question")),
        sa.UniqueConstraint(
            "poll_id", "participant_id", name=op.f("uq_date_question_poll_id_participant_id")
        ),
    )
    with op.batch_alter_table("date_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_question_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "availability",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "yes", "if-need-be", "no", name="choice", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["option_id"],
            ["date_option.id"],
            name=op.f("fk_availability_option_id_date_option"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["date_question.id"],
            name=op.f("fk_availability_question_id_date_question"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
        sa.UniqueConstraint("question_id", "option_id", name=op.f("uq_availability_question_id_option_id")),
    )
    with op.batch_alter_table("availability", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_availability_option_id"), ["option_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("availability", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_availability_option_id"))

    op.drop_table("availability")
    with op.batch_alter_table("date_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_question_participant_id"))

    op.drop_table("date_question")
    op.drop_table("date_option")
    with op.batch_alter_table("date_poll", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_poll_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_date_poll_conference_id"))

    op.drop_table("date_poll")
    op.drop_table("office_hours")
