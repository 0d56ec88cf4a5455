"""The settings for a command, or a sentence for each that is wrong."""

import os

import click

from roundtable import config
from roundtable.config import ConfigError, Settings


def settings_or_exit() -> Settings:
    """Return the settings of the environment; a wrong one ends the command with what is wrong."""
    try:
        return config.read(os.environ)
    except ConfigError as error:
        raise click.ClickException(f"The settings are not right:\n{error}") from error
