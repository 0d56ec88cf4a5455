"""remarks of offices and kept documents"""

import sqlalchemy as sa
from alembic import op

revision = "bb8261d3f293"
down_revision = "3c55e5af82a6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("amendments", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_record_document_minutes_id_minutes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_document")),
        sa.UniqueConstraint(
            "minutes_id",
            "amendments",
            "language",
            "is_full",
            name=op.f("uq_record_document_minutes_id_amendments_language_is_full"),
        ),
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "refused",
                name="remarkstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_remark_answered")),
        sa.CheckConstraint("is_correction OR proposed = ''", name=op.f("ck_remark_only_corrections_propose")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_remark_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_remark_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_remark_minutes_id_minutes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_remark_participant_id_participant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_minutes_id"), ["minutes_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_participant_id"), ["participant_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_participant_id"))
        batch_op.drop_index(batch_op.f("ix_remark_minutes_id"))
        batch_op.drop_index(batch_op.f("ix_remark_entry_id"))
        batch_op.drop_index(batch_op.f("ix_remark_contact_id"))

    op.drop_table("remark")
    op.drop_table("record_document")
