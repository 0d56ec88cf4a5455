"""What every page shares: access, headers, errors, forms, logs. Serves features and knows none."""

from flask import Flask

from roundtable.config import Settings
from roundtable.web import (
    access,
    errors,
    guards,
    headers,
    logs,
    metering,
    numbers,
    routing,
    shelf,
    templating,
    traces,
    views,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app all that its pages share."""
    routing.init_app(app)
    numbers.init_app(app)
    logs.init_app(app)
    traces.init_app(app, settings)
    metering.init_app(app)
    access.init_app(app)
    guards.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    shelf.init_app(app)
    templating.init_app(app, settings)
    views.init_app(app)
