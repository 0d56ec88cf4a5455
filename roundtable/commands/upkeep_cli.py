"""Backups, the way back, and the change of secrets."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import update

from roundtable import backup as archives
from roundtable import clock, db, holding, schema
from roundtable.accounts import factor_service
from roundtable.audit import service as log
from roundtable.config import Settings
from roundtable.errors import Refusal
from roundtable.mail import outbox
from roundtable.mail.models import WAITING, Letter, LetterState

NEW_FILE = click.Path(path_type=Path, dir_okay=False)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _settings() -> Settings:
    settings: Settings = current_app.config["ROUNDTABLE"]
    return settings


@click.command()
@click.argument("target", type=NEW_FILE)
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    help="A public key of age (age1…): encrypt for it; several may be named.",
)
@with_appcontext
def backup(target: Path, recipients: tuple[str, ...]) -> None:
    """Write database and files into one archive (TARGET.tar.gz, or TARGET.age), while the program runs."""
    try:
        made = archives.write_backup(_settings(), target, recipients)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    kept = "It is encrypted." if recipients else "Keep it safe: it holds addresses."
    click.echo(f"{target}: the database and {made.files} files. {kept}")
    click.echo(f"The log ends with entry {made.head}")


@click.command("backup-key")
@click.argument("file", type=NEW_FILE)
def backup_key(file: Path) -> None:
    """Make a key for encrypted backups: FILE is the secret half, which must not stay on the server."""
    try:
        public = archives.new_key(file)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{file} opens the backups; keep it where the server is not.")
    click.echo(f"Public key, for --recipient: {public}")


@click.command()
@click.argument("source", type=FILE)
@click.option("--key", type=FILE, help="The file with the secret key of age, for an encrypted backup.")
@with_appcontext
def restore(source: Path, key: Path | None) -> None:
    """Bring a backup back into an empty place, and hold what would go out until “roundtable resume”."""
    try:
        found = archives.restore(_settings(), source, known=schema.revisions(), key=key)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    schema.upgrade()
    holding.hold()
    db.db.session.commit()
    verdict = log.verify()
    click.echo(f"Restored: the database and {found.files} files, as they were at {found.made_at}.")
    click.echo(verdict.fault or f"The log is whole: {verdict.entries} entries, last hash {verdict.head}")
    click.echo("Nothing is sent until you have looked: “roundtable resume” shows what waits.")


@click.command()
@click.option("--drop", is_flag=True, help="Drop the letters that wait: they left before the restore.")
@click.option("--send", is_flag=True, help="Send the letters that wait, though some may have left already.")
@with_appcontext
def resume(*, drop: bool, send: bool) -> None:
    """Let letters, reminders and jobs go on after a restore."""
    waiting = outbox.waiting()
    if not holding.is_held():
        click.echo("Nothing is held.")
        return
    if waiting and drop == send:
        raise click.ClickException(
            f"{waiting} letters wait. Those that left after the backup would go a second time. "
            "Please say --drop or --send."
        )
    if drop:
        db.db.session.execute(
            update(Letter)
            .where(Letter.state.in_(WAITING))
            .values(state=LetterState.DROPPED, last_error="dropped after a restore")
        )
    holding.resume()
    log.note("resumed", "hold/1", waiting=waiting, dropped=drop)
    db.db.session.commit()
    click.echo(
        f"{waiting} letters {'dropped' if drop else 'go out'}; everything goes on since {clock.now():%H:%M} UTC."
    )


@click.command("renew-secrets")
@with_appcontext
def renew_secrets() -> None:
    """Encrypt what is encrypted under the present secret, before an earlier one is taken out of the settings."""
    count = factor_service.encrypt_anew()
    db.db.session.commit()
    click.echo(f"{count} secrets are encrypted under the present ROUNDTABLE_SECRET_KEY.")
