"""Alembic's way into the database: the app's own engine and tables."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from roundtable.db import TextsColumn, UtcInstant, WallTime

db = current_app.extensions["migrate"].db


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write our column types as what the database sees: a migration imports nothing of the app."""
    if kind == "type" and isinstance(item, UtcInstant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, WallTime):
        return "sa.DateTime(timezone=False)"
    if kind == "type" and isinstance(item, TextsColumn):
        return "sa.JSON()"
    return False


def run() -> None:
    if context.is_offline_mode():
        raise SystemExit("Roundtable's migrations need a database; there is no offline mode.")
    with db.engine.connect() as connection:
        _heed_references(connection, heed=False)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
            include_object=is_ours,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        _heed_references(connection, heed=True)


def is_ours(_object: object, name: str | None, *_more: object) -> bool:
    """Whether the models describe an object; the full-text index and what SQLite keeps for it they do not."""
    return not (name or "").startswith("entry_words")


def _heed_references(connection: Connection, *, heed: bool) -> None:
    """Let SQLite tables be written anew: dropping the old one would else take the rows that point to it.

    Outside a transaction, where alone the setting works; afterwards nothing may point nowhere.
    """
    if connection.dialect.name != "sqlite":
        return
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys = {'ON' if heed else 'OFF'}")
    if heed:
        broken = cursor.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise SystemExit(f"The migration has left rows that point nowhere: {broken[:5]}")
    cursor.close()


run()
