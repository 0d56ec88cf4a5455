"""The next letters are found without the others that wait.

Revision ID: 5963725c6786
Revises: c7e19f0d2a64
"""

import sqlalchemy as sa
from alembic import op

revision = "5963725c6786"
down_revision = "c7e19f0d2a64"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letter") as table:
        waits = sa.text("state IN ('queued', 'deferred')")
        table.create_index("ix_letter_due", ["next_try_at", "id"], sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    with op.batch_alter_table("letter") as table:
        table.drop_index("ix_letter_due")
