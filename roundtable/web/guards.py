"""The guards that views and start-up share: form tokens and rate limits."""

import hashlib
import math
import time
from functools import cache

from flask import Flask, abort, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from limits import parse_many
from werkzeug.exceptions import TooManyRequests

from roundtable.web import counters
from roundtable.web.access import is_by_link, is_open_page

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, strategy="moving-window")


def _protect_forms() -> None:
    """Ask every form for its token, but those behind a personal link (see web.access.by_link)."""
    reads_only = request.method in {"GET", "HEAD", "OPTIONS"}
    # What leads nowhere needs no token: it is answered with 404 or 405 right away.
    if not reads_only and not is_by_link() and request.routing_exception is None:
        csrf.protect()


def _lead_nowhere() -> None:
    """Answer an address with the character 0 like an unknown one: PostgreSQL cannot even be asked for such a text."""
    if "\0" in request.path:
        abort(404)


def _key_of_link(*, is_read: bool) -> str:
    token = (request.view_args or {}).get("token")
    way = "read" if is_read else "send"
    if not token:  # the page for whoever has lost the link: there each network counts for itself
        return f"{way}:no-link:{get_remote_address()}"
    # Counters may lie in a store of their own, where no link belongs.
    return f"{way}:link:{hashlib.blake2b(str(token).encode(), digest_size=16).hexdigest()}"


FORMS_BY_LINK = "60 per minute; 600 per hour"
PAGES_BY_LINK = "240 per minute"
OPEN_PAGES = "1200 per minute"
"""What a network may read of what is open to all: a town hall or a newsroom has one address for everybody."""
_parsed = cache(parse_many)


def count(limits: str, key: str) -> None:
    """Count an attempt under a key.

    Raises:
        TooManyRequests: where one of the limits is reached; it says after how many seconds to come back.
    """
    if not limiter.enabled:
        return
    for limit in _parsed(limits):
        if not limiter.limiter.hit(limit, key):
            free_at = limiter.limiter.get_window_stats(limit, key).reset_time
            raise TooManyRequests(retry_after=max(1, math.ceil(free_at - time.time())))


def _limit() -> None:
    """Let nobody send forms or fetch pages without end.

    By the link where there is one, else by the address of the network, which many may share. What people
    with an account do is limited where it costs something; whoever watches over the program is not.
    """
    if request.routing_exception is not None or request.blueprint in _UNLIMITED:
        return
    if is_by_link():
        is_read = request.method in {"GET", "HEAD", "OPTIONS"}
        count(PAGES_BY_LINK if is_read else FORMS_BY_LINK, _key_of_link(is_read=is_read))
    elif is_open_page():
        count(OPEN_PAGES, f"open:{get_remote_address()}")


_UNLIMITED = {"health", "metrics", "web"}


def init_app(app: Flask) -> None:
    """Put the guards before every request."""
    csrf.init_app(app)
    app.before_request(_lead_nowhere)
    app.before_request(_protect_forms)
    app.before_request(_limit)
    app.config["RATELIMIT_STORAGE_URI"] = counters.address(app.config["ROUNDTABLE"].redis_url)
    limiter.init_app(app)
