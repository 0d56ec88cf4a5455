"""Data of persons from the command line: everything about one, erasing one, what has had its time."""

import json

import click
from flask.cli import with_appcontext

from roundtable.audit.service import note
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.privacy import erasing_service, person_queries
from roundtable.privacy.jobs import remove_what_is_due


@click.group()
def person() -> None:
    """Data of one person, by address."""


@person.command("export")
@click.argument("email")
@with_appcontext
def export_person(email: str) -> None:
    """Write everything that is stored about a person to standard output, as JSON."""
    click.echo(json.dumps(person_queries.gathered(email), ensure_ascii=False, indent=1))
    note("exported", "person/0", what="person.json")
    db.session.commit()


@person.command("erase")
@click.argument("email")
@click.confirmation_option(prompt="This cannot be undone. Erase the person?")
@with_appcontext
def erase_person(email: str) -> None:
    """Erase a person, and say what had to stay."""
    try:
        done = erasing_service.erase(email)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    for name, count in done.items():
        click.echo(f"{count:6} {name}")
    if not done:
        click.echo("Nothing was stored about this address.")


@click.command("forget")
@with_appcontext
def forget() -> None:
    """Remove what has had its time, once; for servers without the background thread."""
    click.echo(f"{remove_what_is_due()} rows removed.")
