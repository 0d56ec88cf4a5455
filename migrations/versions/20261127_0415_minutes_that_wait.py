"""Minutes that wait for objections are found without the others.

Revision ID: b2d4c6a81f35
Revises: a143189b9e43
"""

import sqlalchemy as sa
from alembic import op

revision = "b2d4c6a81f35"
down_revision = "a143189b9e43"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("minutes") as table:
        waits = sa.text("stage = 'circulated'")
        table.create_index(
            "ix_minutes_waiting", ["corrections_until"], sqlite_where=waits, postgresql_where=waits
        )


def downgrade() -> None:
    with op.batch_alter_table("minutes") as table:
        table.drop_index("ix_minutes_waiting")
