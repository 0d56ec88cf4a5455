"""rooms and their doors"""

import sqlalchemy as sa
from alembic import op

revision = "3c55e5af82a6"
down_revision = "218f00b0e7f1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "link",
                "jitsi",
                "bigbluebutton",
                name="roomkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_provider_choice_conference_id_conference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_choice")),
        sa.UniqueConstraint("conference_id", "kind", name=op.f("uq_provider_choice_conference_id_kind")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "link",
                "jitsi",
                "bigbluebutton",
                name="roomkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("opens_minutes", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind <> 'link' OR link <> ''", name=op.f("ck_room_link")),
        sa.CheckConstraint("opens_minutes BETWEEN 0 AND 240", name=op.f("ck_room_opens_minutes")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_room_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_room_meeting_id")),
    )
    op.create_table(
        "passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("called", sa.String(length=600), nullable=False),
        sa.Column("is_deputy", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_passage_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_passage_participant_id_participant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage")),
    )
    with op.batch_alter_table("passage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passage_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_passage_participant_id"), ["participant_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("passage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passage_participant_id"))
        batch_op.drop_index(batch_op.f("ix_passage_meeting_id"))

    op.drop_table("passage")
    op.drop_table("room")
    op.drop_table("provider_choice")
