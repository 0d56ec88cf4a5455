"""The log of who did what."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from roundtable.audit import service


@click.group()
def audit() -> None:
    """The log of who did what."""


@audit.command("verify")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A log that was taken away earlier (log.jsonl): each of its entries must still be there.",
)
@with_appcontext
def verify_log(against: Path | None) -> None:
    """Follow the chain of the log from its first entry to its last.

    Ends with 1 where an entry was changed or is missing. Keep the last hash somewhere else: whoever can
    write to the database could make a whole new chain, but not one with this hash in it.
    """
    found = service.verify()
    if found.fault:
        raise click.ClickException(found.fault)
    if against is not None:
        fault = service.missing_from(against.read_text("utf-8").splitlines())
        if fault:
            raise click.ClickException(fault)
    click.echo(f"{found.entries} entries, {found.erased} without details. Last hash: {found.head}")
