"""The page of the program's state, for administrators."""

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal

from roundtable.accounts.access import administrator_or_404
from roundtable.mail import outbox
from roundtable.watch import health_views, metrics_views, queries
from roundtable.watch.alarms import alarms
from roundtable.watch.words import in_words

bp = Blueprint("watch", __name__, url_prefix="/administration")
GIGABYTE = 1024**3


@bp.get("/status")
def show() -> ResponseReturnValue:
    """Show what must be looked after, and the figures behind it."""
    administrator_or_404()
    found = queries.gathered()
    return render_template(
        "watch/show.html",
        alarms=[in_words(alarm) for alarm in alarms(found)],
        facts=found,
        waiting=outbox.waiting(),
        gigabytes=format_decimal((found.free_bytes or 0) / GIGABYTE, "#,##0.0"),
        versions=queries.versions(),
    )


def init_app(app: Flask) -> None:
    """Serve the page, and what monitors ask for."""
    app.register_blueprint(health_views.bp)
    app.register_blueprint(metrics_views.bp)
    app.register_blueprint(bp)
