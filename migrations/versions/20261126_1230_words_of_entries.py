"""words of entries, for searching"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "5f2d1c9a7b34"
down_revision = "bb8261d3f293"
branch_labels = None
depends_on = None


def _folded(text: str) -> str:
    words = []
    for word in re.findall(r"\w+", text):
        plain = unicodedata.normalize("NFD", word.replace("ı", "i").replace("İ", "i").casefold())
        words.append("".join(letter for letter in plain if not unicodedata.combining(letter)))
    return " ".join(words)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE entry_words USING fts5(words, tokenize = 'unicode61')")
    else:
        op.execute("CREATE TABLE entry_words (rowid BIGINT PRIMARY KEY, words TEXT NOT NULL)")
        op.execute(
            "CREATE INDEX ix_entry_words_words ON entry_words USING gin (to_tsvector('simple', words))"
        )
    entry = sa.table("entry", sa.column("id"), sa.column("texts", sa.JSON()), sa.column("removed_at"))
    for row in connection.execute(sa.select(entry).where(entry.c.removed_at.is_(None))).all():
        connection.execute(
            sa.text("INSERT INTO entry_words (rowid, words) VALUES (:id, :words)"),
            {"id": row.id, "words": _folded(" ".join(row.texts.values()))},
        )


def downgrade() -> None:
    op.execute("DROP TABLE entry_words")
