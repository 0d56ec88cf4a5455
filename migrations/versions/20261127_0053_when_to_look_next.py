"""when to look next, and orders of lists that grow"""

import sqlalchemy as sa
from alembic import op

revision = "a143189b9e43"
down_revision = "9f1b102288ef"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_look")),
    )
    with op.batch_alter_table("received_mail") as table:
        table.create_index(op.f("ix_received_mail_received_at"), ["received_at"])
    with op.batch_alter_table("publication") as table:
        table.drop_index(op.f("ix_publication_visible_at"))
        table.create_index("ix_publication_visible_at_id", ["visible_at", "id"])
    with op.batch_alter_table("user") as table:
        table.create_index("ix_user_name_id", ["name", "id"])


def downgrade() -> None:
    with op.batch_alter_table("user") as table:
        table.drop_index("ix_user_name_id")
    with op.batch_alter_table("publication") as table:
        table.drop_index("ix_publication_visible_at_id")
        table.create_index(op.f("ix_publication_visible_at"), ["visible_at"])
    with op.batch_alter_table("received_mail") as table:
        table.drop_index(op.f("ix_received_mail_received_at"))
    op.drop_table("look")
