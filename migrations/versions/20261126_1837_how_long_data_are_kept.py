"""how long data are kept"""

import sqlalchemy as sa
from alembic import op

revision = "2951fe4fc783"
down_revision = "6f7812502ec4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conference", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keep_months", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_conference_keep_months"), "keep_months BETWEEN 1 AND 120")


def downgrade() -> None:
    with op.batch_alter_table("conference", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_conference_keep_months"), type_="check")
        batch_op.drop_column("keep_months")
