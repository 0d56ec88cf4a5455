"""Accounts are looked for and listed by names in which capitals and marks do not count.

Revision ID: 2b8f4d1c9e70
Revises: 5963725c6786
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "2b8f4d1c9e70"
down_revision = "5963725c6786"
branch_labels = None
depends_on = None

USER = sa.table(
    "user", sa.column("id", sa.Integer), sa.column("name", sa.String), sa.column("name_key", sa.String)
)


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.replace("ı", "i").replace("İ", "i").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()


def upgrade() -> None:
    with op.batch_alter_table("user") as table:
        table.drop_index("ix_user_name_id")
        table.add_column(sa.Column("name_key", sa.String(600), nullable=False, server_default=""))
    connection = op.get_bind()
    for number, name in connection.execute(sa.select(USER.c.id, USER.c.name)).all():
        connection.execute(sa.update(USER).where(USER.c.id == number).values(name_key=_folded(name)))
    with op.batch_alter_table("user") as table:
        table.alter_column("name_key", server_default=None)
        table.create_index("ix_user_name_key_id", ["name_key", "id"])


def downgrade() -> None:
    with op.batch_alter_table("user") as table:
        table.drop_index("ix_user_name_key_id")
        table.drop_column("name_key")
        table.create_index("ix_user_name_id", ["name", "id"])
