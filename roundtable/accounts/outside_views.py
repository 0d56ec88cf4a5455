"""Signing in at a city's own service (OpenID Connect), by Authlib: code flow with PKCE, state and nonce."""

import logging
from collections.abc import Mapping
from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from roundtable import clock
from roundtable.accounts import join_service, notice_service, outside_service, sign_in_service
from roundtable.accounts.access import ask_unless_fresh, enter, present_user
from roundtable.accounts.models import Method
from roundtable.config import Settings
from roundtable.db import db, writing
from roundtable.mail.letters import public_address
from roundtable.outside_services import SignInService
from roundtable.web.access import open_page, own_path
from roundtable.web.guards import limiter
from roundtable.words import tidy

log = logging.getLogger(__name__)
bp = Blueprint("outside", __name__, url_prefix="/sign-in/with")

_WISH = "outside_wish"
_SECONDS = 10
_FRESH_SECONDS = 300


def _service_or_404(key: str) -> SignInService:
    settings: Settings = current_app.config["ROUNDTABLE"]
    found = next((one for one in settings.sign_in_services if one.key == key), None)
    if found is None:
        abort(404)
    return found


def _client(service: SignInService) -> Any:
    return current_app.extensions["roundtable.outside"].create_client(service.key)


@bp.get("/<service>")
@open_page
@limiter.limit("30 per minute")
def begin(service: str) -> ResponseReturnValue:
    """Lead to the service; what is wished for afterwards waits in the cookie."""
    found = _service_or_404(service)
    wish = {"what": "enter", "next": own_path(request.args.get("next"))}
    more = {}
    if request.args.get("for") == "connect" and current_user.is_authenticated:
        asked = ask_unless_fresh()
        if asked is not None:
            return asked
        wish["what"] = "connect"
    elif request.args.get("for") == "prove" and current_user.is_authenticated:
        wish["what"], more = "prove", {"prompt": "login", "max_age": "0"}
    elif request.args.get("for") == "join":
        wish["what"], wish["door"] = "join", request.args.get("door", "")[:60]
    session[_WISH] = wish
    try:
        back = public_address("outside.back", service=found.key)
        return cast("ResponseReturnValue", _client(found).authorize_redirect(back, **more))
    except Exception as error:  # noqa: BLE001 - whatever the network or the service does, it is not there
        return _failed(found, error)


def _failed(service: SignInService, error: Exception) -> ResponseReturnValue:
    # The message of a library may hold the answer of the service; its kind is enough.
    log.warning("sign-in service failed", extra={"service": service.key, "error": type(error).__name__})
    db.session.rollback()
    return render_template("accounts/outside_failed.html", service=service, reason="failed"), 502


@bp.get("/<service>/back")
@open_page
@limiter.limit("30 per minute")
def back(service: str) -> ResponseReturnValue:
    """Take what the service says about the person, and do what was wished for.

    It comes as a GET by the protocol; state, nonce and PKCE tie it to the browser that began.
    """
    found = _service_or_404(service)
    wish = session.pop(_WISH, None)
    if not isinstance(wish, dict):
        return redirect(url_for("accounts.sign_in"))
    try:
        claims = _client(found).authorize_access_token().get("userinfo") or {}
    except Exception as error:  # noqa: BLE001 - as above; nothing that it said is believed
        return _failed(found, error)
    if not claims.get("sub"):
        return _failed(found, ValueError("no subject"))
    db.session.rollback()  # what was only read until now
    with writing():
        answer = _WAYS[str(wish["what"])](found, claims, wish)
        db.session.commit()
    return answer


def _enter(service: SignInService, claims: Mapping[str, Any], wish: Mapping[str, Any]) -> ResponseReturnValue:
    user = outside_service.owner_of(service, claims)
    if user is None:
        user = outside_service.account_to_connect(service, claims)
        if user is not None and outside_service.connect(user, service, claims):
            notice_service.tell(user, "outside")
    if user is None:
        return _unknown(service)
    return enter(user, Method.OUTSIDE, wish.get("next"))


def _unknown(service: SignInService) -> ResponseReturnValue:
    return render_template("accounts/outside_failed.html", service=service, reason="unknown"), 403


def _connect(
    service: SignInService, claims: Mapping[str, Any], _wish: Mapping[str, Any]
) -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    user = present_user()
    if outside_service.connect(user, service, claims):
        notice_service.tell(user, "outside")
        flash(gettext("Connected. From now on you can sign in there."))
    else:
        flash(gettext("This person at the service is connected with another account."))
    return redirect(url_for("own_account.show"))


def _prove(service: SignInService, claims: Mapping[str, Any], wish: Mapping[str, Any]) -> ResponseReturnValue:
    user = present_user() if current_user.is_authenticated else None
    is_recent = int(claims.get("auth_time") or 0) >= clock.now().timestamp() - _FRESH_SECONDS
    if user is None or outside_service.owner_of(service, claims) != user or not is_recent:
        return _unknown(service)
    sign_in_service.prove(user)
    return redirect(wish.get("next") or url_for("home.index"))


def _join(service: SignInService, claims: Mapping[str, Any], wish: Mapping[str, Any]) -> ResponseReturnValue:
    """Follow an invitation by the service: it must speak for the address that was invited."""
    door = join_service.invitation_of(str(wish.get("door")))
    email = outside_service.confirmed_address(service, claims)
    if door is None or email is None or outside_service.owner_of(service, claims) is not None:
        return _unknown(service)
    user = join_service.account_of(door, email, name=tidy(str(claims.get("name") or email))[:200])
    if user is None or not outside_service.connect(user, service, claims):
        return _unknown(service)
    target = join_service.join(door, user)
    return enter(user, Method.OUTSIDE, target)


_WAYS = {"enter": _enter, "connect": _connect, "prove": _prove, "join": _join}


def init_app(app: Flask) -> None:
    """Tell Authlib about the services of the settings; it is loaded only where there are any."""
    settings: Settings = app.config["ROUNDTABLE"]
    if not settings.sign_in_services:
        return
    from authlib.integrations.flask_client import OAuth  # noqa: PLC0415 - half a second

    registry = OAuth(app)
    for service in settings.sign_in_services:
        registry.register(
            name=service.key,
            client_id=service.client_id,
            client_secret=service.client_secret,
            server_metadata_url=f"{service.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": _SECONDS,
            },
        )
    app.extensions["roundtable.outside"] = registry
