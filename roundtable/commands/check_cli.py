"""Checking the settings before anything is served."""

import os
import sys

import click

from roundtable import mail_servers, signing
from roundtable.commands.settings import settings_or_exit
from roundtable.config import Settings


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
