"""guest lists in and out"""

import sqlalchemy as sa
from alembic import op

revision = "e4f2003f199e"
down_revision = "6e25eebaffa2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_guest_import_conference_id_conference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_import")),
    )
    with op.batch_alter_table("guest_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guest_import_conference_id"), ["conference_id"], unique=False)

    op.create_table(
        "guest_list_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_guest_list_file_conference_id_conference"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_guest_list_file_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_list_file")),
    )
    with op.batch_alter_table("guest_list_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guest_list_file_conference_id"), ["conference_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("guest_list_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_list_file_conference_id"))

    op.drop_table("guest_list_file")
    with op.batch_alter_table("guest_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_import_conference_id"))

    op.drop_table("guest_import")
