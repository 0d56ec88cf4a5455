"""The schema of the database: what it should be, whether it is so, and how it is brought there.

Kept apart from `db`, because Alembic takes longer to import than a page takes to answer, and pages do without it.
"""

import flask_migrate
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate.cli import db as commands

from roundtable import db

__all__ = ["attach", "commands", "downgrade", "is_current", "revisions", "upgrade"]


def attach(app: Flask) -> None:
    """Make the app known to Flask-Migrate, whose commands ask for it."""
    if "migrate" not in app.extensions:
        folder = str(db.folder("migrations"))
        flask_migrate.Migrate().init_app(app, db.db, directory=folder, render_as_batch=True)


def upgrade(revision: str = "head") -> None:
    """Bring the present program's database up to a revision."""
    attach(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way
    flask_migrate.upgrade(revision=revision)


def downgrade(revision: str) -> None:
    """Take the present program's database back to a revision."""
    attach(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way
    flask_migrate.downgrade(revision=revision)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(db.folder("migrations")))


def revisions() -> set[str]:
    """Return every revision that this version knows."""
    return {one.revision for one in _scripts().walk_revisions()}


def is_current() -> bool:
    """Whether the database answers and has exactly the schema of this version.

    Raises:
        SQLAlchemyError: if it does not answer.
    """
    newest = _scripts().get_current_head()
    present = MigrationContext.configure(db.db.session.connection()).get_current_revision()
    return newest == present
