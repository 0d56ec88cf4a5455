"""Default deny: a page is for people who have signed in, unless its view is marked open."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roundtable.db import Base, db

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row", bound=Base)


def open_page(view: View) -> View:
    """Mark a view as open to people who have not signed in; a test pins which views are."""
    view.is_open_page = True  # type: ignore[attr-defined]  # functions carry attributes
    return view


def by_link(view: View) -> View:
    """Mark a view as opened by the personal link in its address.

    Such pages need no cookie, so no form token guards their POST; the address itself is the
    secret, and the browser's word about where the POST comes from is checked instead.
    """
    view.is_by_link = True  # type: ignore[attr-defined]  # functions carry attributes
    return open_page(view)


def secret_address(view: View) -> View:
    """Mark a view whose address holds a secret but whose POST has a form token: no page learns where from."""
    view.has_secret_address = True  # type: ignore[attr-defined]  # functions carry attributes
    return open_page(view)


def is_open_page() -> bool:
    """Whether the present request is for a page that is open to people who have not signed in."""
    return bool(getattr(_view(), "is_open_page", False))


def has_secret_address() -> bool:
    """Whether the address of the present request is a secret: nobody may learn it from a page behind it."""
    return is_by_link() or bool(getattr(_view(), "has_secret_address", False))


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def is_by_link() -> bool:
    """Whether the present request is for a page behind a personal link."""
    return bool(getattr(_view(), "is_by_link", False))


def row_or_404(model: type[Row], key: int, **belongs_to: Any) -> Row:
    """Return the row with this key if it belongs where the address says; else there is no such page."""
    row = db.session.get(model, key)
    if row is None or any(getattr(row, name) != value for name, value in belongs_to.items()):
        abort(404)
    return row


def _require_sign_in() -> ResponseReturnValue | None:
    if _view() is None or request.endpoint == "static" or is_open_page():
        return None
    if current_user.is_authenticated:
        return None
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    return redirect(url_for("accounts.sign_in"))


def _refuse_foreign_posts() -> None:
    """Refuse a POST that a browser says comes from another site (Sec-Fetch-Site, else Origin)."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.routing_exception is not None:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            abort(403)
        return
    origin = request.headers.get("Origin")
    # Pages behind a link are sent with no-referrer, and then some browsers say "null" here.
    if origin not in {None, "null"} and urlsplit(origin or "").netloc != request.host:
        abort(403)


def own_path(target: str | None) -> str | None:
    """Return the target if it is a path of this program, for going back after signing in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(letter) < 0x20 for letter in target) or "\\" in target:
        return None
    return target


def init_app(app: Flask) -> None:
    """Let nobody pass who has not signed in, nor any request that another site has made."""
    app.before_request(_refuse_foreign_posts)
    app.before_request(_require_sign_in)
