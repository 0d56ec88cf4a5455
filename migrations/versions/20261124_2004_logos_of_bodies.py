"""logos of bodies"""

import sqlalchemy as sa
from alembic import op

revision = "d9429e0972e7"
down_revision = "e4f2003f199e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.add_column(sa.Column("logo_key", sa.String(length=120), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.drop_column("logo_key")
