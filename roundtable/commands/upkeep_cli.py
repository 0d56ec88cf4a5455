"""Backups."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from roundtable.backup import write_backup
from roundtable.errors import Refusal


@click.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(target: Path) -> None:
    """Write database and files into one archive (TARGET.tar.gz), while the program runs."""
    try:
        count = write_backup(current_app.config["ROUNDTABLE"], target)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{target}: the database and {count} files. Keep it safe: it holds addresses.")
