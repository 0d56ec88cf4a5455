"""Checking the settings before anything is served."""

import os
import sys
from pathlib import Path

import click

from roundtable import clock, mail_servers, signing
from roundtable.backup import last_backup
from roundtable.commands.settings import settings_or_exit
from roundtable.config import Settings
from roundtable.watch.alarms import OLDEST_BACKUP


@click.command("check-config")
def check_config() -> None:
    """Check the settings and what the machine must have; change nothing."""
    settings = settings_or_exit()
    problems = []
    try:
        import weasyprint  # noqa: F401, PLC0415 - slow, and it may fail
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
    problems += unsafe(settings)
    if not os.access(settings.data_dir if settings.data_dir.exists() else settings.data_dir.parent, os.W_OK):
        problems.append(f"ROUNDTABLE_DATA_DIR cannot be written: {settings.data_dir}")
    for problem in problems:
        click.echo(problem)
    if problems and not settings.demonstration:
        sys.exit(1)
    click.echo("The settings can be used.")


def unsafe(settings: Settings) -> list[str]:
    """Return what works and is not safe: each a sentence with the setting that it is about."""
    found = []
    if settings.is_secure and not settings.trusted_proxies and settings.host in {"127.0.0.1", "::1"}:
        found.append(
            "ROUNDTABLE_TRUSTED_PROXIES is 0, though something before the server speaks TLS: limits and the log "
            "take everybody for one."
        )
    if settings.trusted_proxies and settings.host not in {"127.0.0.1", "::1"}:
        found.append(
            f"ROUNDTABLE_HOST is {settings.host}: whoever reaches the server past the proxy can say where they come from."
        )
    if settings.log_level == "DEBUG":
        found.append("ROUNDTABLE_LOG_LEVEL is DEBUG: libraries may log what should not be in a log.")
    if "administrator" not in settings.second_factor_for:
        found.append(
            "ROUNDTABLE_SECOND_FACTOR_FOR does not name administrator: a password alone opens every account."
        )
    if settings.old_secret_keys:
        found.append(
            "ROUNDTABLE_OLD_SECRET_KEYS still opens links and cookies: run “roundtable renew-secrets”, and take it out "
            "when the links that were sent under it may end."
        )
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        found.append("The program runs as root. Give it a user of its own.")
    files = (
        ("ROUNDTABLE_DATA_DIR", settings.data_dir),
        ("ROUNDTABLE_DATABASE_URI", settings.data_dir / "roundtable.sqlite"),
        ("ROUNDTABLE_SIGNING_FILE", settings.signing_file),
        ("ROUNDTABLE_SIGN_IN_SERVICES_FILE", _services_file()),
    )
    found += [
        f"{name}: {file} can be read by others on this machine (chmod go= {file})."
        for name, file in files
        if file is not None and file.exists() and file.stat().st_mode & 0o077
    ]
    last = last_backup(settings)
    if not settings.demonstration and (last is None or clock.now() - last > OLDEST_BACKUP):
        found.append("There is no backup of the last seven days here: “roundtable backup FILE” writes one.")
    return found


def _services_file() -> Path | None:
    given = os.environ.get("ROUNDTABLE_SIGN_IN_SERVICES_FILE", "")
    return Path(given) if given else None


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
