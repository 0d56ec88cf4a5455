"""The state of a running program, for people at a terminal and for monitors."""

import json
import sys

import click
from flask.cli import with_appcontext

from roundtable.db import db
from roundtable.mail import outbox
from roundtable.watch import queries


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for a monitor.")
@with_appcontext
def status(*, as_json: bool) -> None:
    """Say what an administrator must look after. Ends with 1 where there is something."""
    found = queries.standing()
    waiting = outbox.waiting()
    db.session.rollback()
    if as_json:
        listed = [{"kind": one.kind, "sentence": str(one)} for one in found]
        click.echo(json.dumps({"alarms": listed, "waiting_letters": waiting}))
    else:
        for one in found:
            click.echo(str(one))
        click.echo(f"{waiting} letters wait. " + ("" if found else "There is nothing to look after."))
    if found:
        sys.exit(1)
