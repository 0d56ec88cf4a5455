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
from flask_migrate.cli import db as database_commands

from roundtable import config, create_app, db, fonts, mail_servers, signing
from roundtable.accounts import service as accounts
from roundtable.accounts.jobs import answer_reset_requests
from roundtable.actions.jobs import remind_about_actions
from roundtable.backup import write_backup
from roundtable.circulation.jobs import adopt_by_silence
from roundtable.clearance.jobs import remind_about_quotes
from roundtable.config import ConfigError, Settings
from roundtable.demo import story
from roundtable.distribution.jobs import send_dispatches
from roundtable.errors import Refusal
from roundtable.invitations.jobs import answer_link_requests, remind
from roundtable.jobs import Background, Job
from roundtable.languages import LANGUAGES
from roundtable.mail.jobs import deliver as deliver_letters
from roundtable.mail.jobs import read_inbox
from roundtable.mail.models import Letter, LetterState
from roundtable.minutes.jobs import make_documents
from roundtable.scheduling.jobs import remind as remind_about_polls
from roundtable.web.logs import configure


def _settings() -> Settings:
    try:
        return config.read(os.environ)
    except ConfigError as error:
        raise click.ClickException(f"The settings are not right:\n{error}") from error


def _app() -> Flask:
    settings = _settings()
    configure(settings.log_level)
    return create_app(settings)


class OwnCommands(FlaskGroup):
    """Flask's group, with our commands only: help needs no settings, and libraries add nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return click.Group.list_commands(self, ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return click.Group.get_command(self, ctx, name)


@click.group(cls=OwnCommands, create_app=_app, add_default_commands=False, add_version_option=False)
def main() -> None:
    """Roundtable: invite-only video conferences of mayors."""


@main.command("check-config")
def check_config() -> None:
    """Check the settings and what the machine must have; change nothing."""
    settings = _settings()
    problems = []
    try:
        import weasyprint  # noqa: F401
    except OSError as error:
        problems.append(f"PDF documents cannot be made, Pango is missing: {error}".splitlines()[0])
    if not settings.demonstration and not settings.is_secure:
        problems.append("ROUNDTABLE_PUBLIC_URL is not https: cookies and personal links travel in clear.")
    if settings.demonstration:
        problems.append("ROUNDTABLE_DEMONSTRATION is on: anybody who reads the README can sign in.")
    if settings.smtp_url and mail_servers.smtp_server(settings.smtp_url).scheme == "smtp+plain":
        problems.append("ROUNDTABLE_SMTP_URL sends letters without encryption.")
    if settings.inbox_url and mail_servers.imap_server(settings.inbox_url).scheme == "imap+plain":
        problems.append("ROUNDTABLE_INBOX_URL reads the inbox without encryption.")
    if settings.inbox_url and not settings.inbox_trusted_server:
        problems.append(
            "ROUNDTABLE_INBOX_TRUSTED_SERVER is not set: every reply of a calendar is asked about."
        )
    problems += _signing_problems(settings)
    if not os.access(settings.data_dir if settings.data_dir.exists() else settings.data_dir.parent, os.W_OK):
        problems.append(f"ROUNDTABLE_DATA_DIR cannot be written: {settings.data_dir}")
    for problem in problems:
        click.echo(problem)
    if problems and not settings.demonstration:
        sys.exit(1)
    click.echo("The settings can be used.")


def _signing_problems(settings: Settings) -> list[str]:
    identity = signing.identity(settings)
    if identity is None:
        click.echo("Published PDFs are not signed: ROUNDTABLE_SIGNING_FILE is not set.")
        return []
    try:
        click.echo(f"Published PDFs are signed by: {signing.check(identity)}")
    except signing.SigningError as error:
        return [f"ROUNDTABLE_SIGNING_FILE: {error}"]
    return []


@main.command()
@click.option("--migrate/--no-migrate", default=True, help="Bring the database up to date first.")
def serve(*, migrate: bool) -> None:
    """Serve the program and deliver letters, until it is told to stop."""
    import waitress

    app = _app()
    settings: Settings = app.config["ROUNDTABLE"]
    with app.app_context():
        if migrate:
            _upgrade()
        elif not db.is_current(app.extensions["migrate"].directory):
            raise click.ClickException("The database is not up to date: run “roundtable db upgrade”.")
        db.db.session.remove()
    fonts.prepare(settings.data_dir / "fonts")
    background = Background(app, _jobs(settings))
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
        background.stop()


def _jobs(settings: Settings) -> list[Job]:
    """Return what goes on beside the requests: letters soon, the rest once a minute."""
    jobs = [
        Job(deliver_letters, 2),
        Job(answer_link_requests, 5),
        Job(answer_reset_requests, 5),
        Job(_remind, 60),
        Job(adopt_by_silence, 60),
        Job(make_documents, 30),
        Job(send_dispatches, 10),
    ]
    if settings.inbox_url:
        jobs.append(Job(read_inbox, 60))
    return jobs


def _remind() -> int:
    return remind() + remind_about_polls() + remind_about_actions() + remind_about_quotes()


def _upgrade() -> None:
    import flask_migrate

    # Alembic prints what it does; a person reads one line of ours instead.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    flask_migrate.upgrade()


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


main.add_command(database_commands)


@main.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("email")
@click.option("--name", prompt=True, help="The name as colleagues read it.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.option("--administrator", is_flag=True, help="Let this person look after accounts.")
@click.password_option(help="Better left out: then it is asked for and does not stay in the shell's memory.")
@with_appcontext
def add_user(email: str, name: str, language: str, password: str, *, administrator: bool) -> None:
    """Add an account that may create conferences."""
    try:
        accounts.add_user(email, name, password, language).is_administrator = administrator
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.db.session.commit()
    click.echo(f"{email} can sign in now.")


@user.command("change")
@click.argument("email")
@click.option(
    "--enable/--disable", default=None, help="Switch the account on, or off at once and everywhere."
)
@click.option("--administrator/--no-administrator", default=None, help="Let this person look after accounts.")
@click.option(
    "--remove-second-factor", is_flag=True, help="For somebody who has lost it and shown who they are."
)
@with_appcontext
def change_user(
    email: str, *, enable: bool | None, administrator: bool | None, remove_second_factor: bool
) -> None:
    """Change what an account may do, when nobody can on the page."""
    from roundtable.accounts import factor_service

    found = accounts.user_with(email)
    if found is None:
        raise click.ClickException(f"There is no account for {email}.")
    try:
        if enable is not None:
            accounts.set_enabled(found, is_enabled=enable)
        if administrator is not None:
            accounts.set_administrator(found, is_administrator=administrator)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if remove_second_factor:
        factor_service.remove_all(found)
    db.db.session.commit()
    click.echo("Done.")


@main.command()
@click.option("--limit", default=1000, show_default=True, help="How many letters at the most.")
@with_appcontext
def deliver(*, limit: int) -> None:
    """Hand over the letters that are due, once; for servers without the background thread."""
    from sqlalchemy import func, select

    from roundtable.mail.delivery import deliver_due

    answer_link_requests()
    answer_reset_requests()
    sent = deliver_due(limit=limit)
    waiting = db.db.session.scalar(
        select(func.count()).where(Letter.state.in_([LetterState.QUEUED, LetterState.DEFERRED]))
    )
    click.echo(f"{sent} handed over, {waiting} waiting.")


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
    adopted = adopt_by_silence()
    click.echo(f"{_remind()} reminders written.")
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


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(target: Path) -> None:
    """Write database and files into one archive (TARGET.tar.gz), while the program runs."""
    from flask import current_app

    try:
        count = write_backup(current_app.config["ROUNDTABLE"], target)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{target}: the database and {count} files. Keep it safe: it holds addresses.")


if __name__ == "__main__":
    main()
