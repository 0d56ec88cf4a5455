"""Migrations go up and down, and lead exactly to the tables of the models."""

from pathlib import Path

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from conftest import settings_for
from sqlalchemy import inspect

from roundtable import create_app
from roundtable.db import db


def test_an_empty_database_is_brought_up_to_the_models_and_down_again(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path), testing=True)
    with app.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            difference = compare_metadata(MigrationContext.configure(connection), db.metadata)

        flask_migrate.downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names())
        flask_migrate.upgrade()
        db.engine.dispose()

    assert difference == []
    assert left == {"alembic_version"}


def test_readiness_fails_on_a_database_of_another_version(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path), testing=True)

    before = app.test_client().get("/health/ready")
    with app.app_context():
        flask_migrate.upgrade()
    after = app.test_client().get("/health/ready")
    with app.app_context():
        db.engine.dispose()

    assert (before.status_code, before.json) == (503, {"status": "not ready"})
    assert (after.status_code, after.json) == (200, {"status": "ready"})
