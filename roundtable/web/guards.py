"""The guards that views and start-up share: form tokens and rate limits."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from roundtable.web.access import is_by_link

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")


def _protect_forms() -> None:
    """Ask every form for its token, but those behind a personal link (see web.access.by_link)."""
    reads_only = request.method in {"GET", "HEAD", "OPTIONS"}
    # What leads nowhere needs no token: it is answered with 404 or 405 right away.
    if not reads_only and not is_by_link() and request.routing_exception is None:
        csrf.protect()


def _token_in_address() -> str:
    token = (request.view_args or {}).get("token")
    # The page for whoever has lost the link has none in its address: there each network counts for itself.
    return f"link:{token}"[:80] if token else f"no-link:{get_remote_address()}"


def _limit_links() -> None:
    """Let nobody send forms by one link without end.

    By the link, not by the address of the network: a town hall has one address for all its offices.
    """
    reads_only = request.method in {"GET", "HEAD", "OPTIONS"}
    if not reads_only and is_by_link() and request.routing_exception is None:
        with limiter.limit("60 per minute; 600 per hour", key_func=_token_in_address):
            pass


def init_app(app: Flask) -> None:
    """Put the guards before every request."""
    csrf.init_app(app)
    app.before_request(_protect_forms)
    app.before_request(_limit_links)
    limiter.init_app(app)
