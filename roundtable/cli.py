"""The `roundtable` command."""

import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

import click
from flask import Flask
from flask.cli import FlaskGroup, with_appcontext

from roundtable import create_app, db, fonts, holding, schema
from roundtable.accounts.jobs import answer_reset_requests
from roundtable.circulation.jobs import adopt_by_silence
from roundtable.clockwork import REMINDERS, jobs_of
from roundtable.commands import (
    accounts_cli,
    audit_cli,
    check_cli,
    people_cli,
    queue_cli,
    status_cli,
    upkeep_cli,
)
from roundtable.commands.settings import settings_or_exit
from roundtable.config import Settings
from roundtable.demo import story
from roundtable.errors import Refusal
from roundtable.invitations.jobs import answer_link_requests
from roundtable.jobs import Background
from roundtable.mail import outbox
from roundtable.mail.jobs import read_inbox
from roundtable.minutes.jobs import make_documents
from roundtable.watch.jobs import pulse, watch
from roundtable.web.logs import configure


def _app() -> Flask:
    settings = settings_or_exit()
    configure(settings.log_level)
    app = create_app(settings)
    schema.attach(app)
    return app


class OwnCommands(FlaskGroup):
    """Flask's group, with our commands only: help needs no settings, and libraries add nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return click.Group.list_commands(self, ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return click.Group.get_command(self, ctx, name)


@click.group(cls=OwnCommands, create_app=_app, add_default_commands=False, add_version_option=False)
def main() -> None:
    """Roundtable: invite-only video conferences of mayors."""
    # What the program writes is for its own user: the database, pictures, backups.
    os.umask(0o077)


@main.command()
@click.option("--migrate/--no-migrate", default=True, help="Bring the database up to date first.")
def serve(*, migrate: bool) -> None:
    """Serve the program until it is told to stop; letters and jobs too, unless ROUNDTABLE_REDIS_URL names a queue."""
    import waitress

    app = _app()
    settings: Settings = app.config["ROUNDTABLE"]
    with app.app_context():
        if migrate:
            _upgrade()
        elif not schema.is_current():
            raise click.ClickException("The database is not up to date: run “roundtable db upgrade”.")
        db.db.session.remove()
    fonts.prepare(settings.data_dir / "fonts")
    # With a queue, workers do the jobs: `roundtable worker` and `roundtable beat`.
    background = None if settings.redis_url else Background(app, jobs_of(settings), holding.is_held)
    if background is not None:
        background.start()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        server = waitress.create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident=None,
            max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
            channel_timeout=60,
        )
    except OSError as error:
        if background is not None:
            background.stop()
        raise click.ClickException(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
            "Please stop what uses it, or set ROUNDTABLE_PORT to another one."
        ) from error
    click.echo(f"Roundtable is served at {settings.public_url}", err=True)
    if settings.demonstration:
        with app.app_context():
            click.echo(story.welcome(settings.public_url), err=True)
            db.db.session.remove()
    try:
        server.run()
    finally:
        server.close()
        if background is not None:
            background.stop()


def _stop_if_held() -> None:
    if holding.is_held():
        raise click.ClickException("Nothing goes out after a restore until “roundtable resume”.")


def _upgrade() -> None:
    # Alembic prints what it does; a person reads one line of ours instead.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    schema.upgrade()


@main.command()
@with_appcontext
def demo() -> None:
    """Fill an empty database with the demonstration; a filled one is kept."""
    from flask import current_app

    settings: Settings = current_app.config["ROUNDTABLE"]
    if not settings.demonstration:
        raise click.ClickException(
            "The demonstration is only for ROUNDTABLE_DEMONSTRATION=1, and for a database of its own."
        )
    _upgrade()
    if story.tell():
        click.echo("The demonstration is ready.", err=True)
    else:
        click.echo("The demonstration is there already; its data are kept.", err=True)


main.add_command(schema.commands)


@main.command()
@click.option("--limit", default=1000, show_default=True, help="How many letters at the most.")
@with_appcontext
def deliver(*, limit: int) -> None:
    """Hand over the letters that are due, once; for servers without the background thread."""
    from roundtable.mail.delivery import deliver_due

    _stop_if_held()
    answer_link_requests()
    answer_reset_requests()
    sent = deliver_due(limit=limit)
    pulse()
    watch()
    click.echo(f"{sent} handed over, {outbox.waiting()} waiting.")


@main.command(with_appcontext=False)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Verify the PDF of sealed minutes: the record in it must be the one whose hash it prints.

    Needs no database and no settings. Ends with 1 where something is wrong. The same by hand:
    pdfdetach -saveall minutes.pdf && sha256sum record.json
    """
    from roundtable.minutes.verifying import verify as look

    try:
        found = look(file.read_bytes())
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{found.title}, {found.starts_at}")
    click.echo(f"approved by {found.approved_by}" if found.approved_by else "adopted without objection")
    click.echo(f"SHA-256 {found.digest}: the record in this file is the one whose hash it prints.")
    click.echo("Compare this hash with the one on the organizers' page or in another copy.")


@main.group()
def zones() -> None:
    """Look after the clocks of the world."""


@zones.command("check")
@with_appcontext
def check_zones() -> None:
    """Flag coming sessions whose instant a new clock law has moved; changes nothing else.

    Ends with 1 where there is one, so that a script notices.
    """
    from roundtable.conferences.zone_service import check_zones as look
    from roundtable.db import db as database

    found = look()
    lines = [
        f"{one.meeting.titles.in_language('en')}: {one.meeting.wall_time:%Y-%m-%d %H:%M} {one.meeting.zone} "
        f"was {one.agreed:%Y-%m-%d %H:%M} UTC, now means {one.now_means:%Y-%m-%d %H:%M} UTC"
        for one in found
    ]
    database.session.commit()
    for line in lines:
        click.echo(line)
    click.echo(f"{len(lines)} coming sessions are to be decided on their pages.")
    if lines:
        raise SystemExit(1)


@main.command("remind")
@with_appcontext
def send_reminders() -> None:
    """Write the reminders that are due, adopt minutes by silence and make their documents, once.

    For servers without the background thread.
    """
    _stop_if_held()
    adopted = adopt_by_silence()
    click.echo(f"{sum(remind() for remind in REMINDERS)} reminders written.")
    made = 0
    while count := make_documents():
        made += count
    click.echo(f"{adopted} records settled by silence, {made} documents made.")


@main.command()
@click.option("--fetch", is_flag=True, help="Read the mailbox of ROUNDTABLE_INBOX_URL instead.")
@with_appcontext
def inbox(*, fetch: bool) -> None:
    """Take one mail from standard input, as a mail server pipes it: a reply, or a letter that came back."""
    from flask import current_app
    from sqlalchemy.exc import OperationalError

    from roundtable.mail import jobs
    from roundtable.mail.incoming import MOST_BYTES

    if fetch:
        if not current_app.config["ROUNDTABLE"].inbox_url:
            raise click.ClickException("ROUNDTABLE_INBOX_URL is not set.")
        click.echo(f"{read_inbox()} mails taken.")
        return
    try:
        click.echo(jobs.receive(sys.stdin.buffer.read(MOST_BYTES + 1)))
    except OperationalError:
        click.echo("The database does not answer; please deliver this mail again later.", err=True)
        sys.exit(75)  # EX_TEMPFAIL of sysexits.h: mail servers keep the mail and try again


main.add_command(accounts_cli.user)
main.add_command(audit_cli.audit)
main.add_command(check_cli.check_config)
main.add_command(status_cli.status)
for command in (
    upkeep_cli.backup,
    upkeep_cli.backup_key,
    upkeep_cli.restore,
    upkeep_cli.resume,
    upkeep_cli.renew_secrets,
    people_cli.person,
    people_cli.forget,
    queue_cli.worker,
    queue_cli.beat,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
