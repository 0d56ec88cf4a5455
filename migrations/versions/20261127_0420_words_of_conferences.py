"""Words of entries are kept by conference, so that a search looks only through one's own.

Revision ID: c7e19f0d2a64
Revises: b2d4c6a81f35
"""

import sqlalchemy as sa
from alembic import op

revision = "c7e19f0d2a64"
down_revision = "b2d4c6a81f35"
branch_labels = None
depends_on = None

_ROWS = sa.text(
    "SELECT entry_words.rowid, entry_words.words, meeting.conference_id FROM entry_words "
    "JOIN entry ON entry.id = entry_words.rowid JOIN minutes ON minutes.id = entry.minutes_id "
    "JOIN meeting ON meeting.id = minutes.meeting_id"
)
_CHANGE = sa.text("UPDATE entry_words SET words = :words WHERE rowid = :id")


def upgrade() -> None:
    connection = op.get_bind()
    for key, words, conference in connection.execute(_ROWS).all():
        marked = " ".join(f"c{conference}z{word}" for word in words.replace("_", " ").split())
        connection.execute(_CHANGE, {"id": key, "words": marked})


def downgrade() -> None:
    connection = op.get_bind()
    for key, words, conference in connection.execute(_ROWS).all():
        plain = " ".join(word.removeprefix(f"c{conference}z") for word in words.split())
        connection.execute(_CHANGE, {"id": key, "words": plain})
