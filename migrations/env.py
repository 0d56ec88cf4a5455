"""Alembic's way into the database: the app's own engine and tables."""

from alembic import context
from flask import current_app

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
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
