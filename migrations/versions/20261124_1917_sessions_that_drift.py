"""sessions that drift"""

import sqlalchemy as sa
from alembic import op

revision = "201b6ce93957"
down_revision = "c75dc0bb3d46"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("drifted_to", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_column("drifted_to")
