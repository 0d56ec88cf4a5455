"""Accounts from the command line: the first one, and for when nobody can on the page."""

import click
from flask.cli import with_appcontext

from roundtable.accounts import factor_service
from roundtable.accounts import service as accounts
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.languages import LANGUAGES


@click.group()
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
    db.session.commit()
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
    db.session.commit()
    click.echo("Done.")
