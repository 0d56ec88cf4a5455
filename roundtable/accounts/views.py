"""Signing in and out."""

from typing import cast

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import LoginManager, current_user, login_user, logout_user

from roundtable.accounts import service
from roundtable.accounts.forms import SignInForm
from roundtable.accounts.models import User
from roundtable.addresses import key
from roundtable.db import db
from roundtable.web.access import open_page, own_path
from roundtable.web.guards import limiter

bp = Blueprint("accounts", __name__)
manager = LoginManager()


def present_user() -> User:
    """Return who has signed in, on pages that only such people reach."""
    return cast("User", current_user._get_current_object())  # noqa: SLF001 - Flask-Login's proxy


def _account_in_form() -> str:
    return "account:" + key(request.form.get("email", ""))[:254]


@bp.get("/sign-in")
@open_page
def sign_in() -> ResponseReturnValue:
    """Show the form."""
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    return render_template("accounts/sign_in.html", form=SignInForm(), next=request.args.get("next", ""))


@bp.post("/sign-in")
@open_page
@limiter.limit("10 per minute; 60 per hour", key_func=_account_in_form)
@limiter.limit("60 per minute")
def try_sign_in() -> ResponseReturnValue:
    """Let in who knows the password of an account."""
    form = SignInForm(request.form)
    target = own_path(request.form.get("next"))
    user = service.sign_in(form.email.data or "", form.password.data or "") if form.validate() else None
    if user is None:
        if not form.errors:
            form.password.errors = [gettext("E-mail address and password do not belong together.")]
        return render_template("accounts/sign_in.html", form=form, next=target or ""), 422
    language = session.get("language")
    # Nothing of the time before the sign-in stays: not the form token, not another account's traces.
    session.clear()
    g.pop("csrf_token", None)
    session.permanent = True
    if language:
        session["language"] = language
    login_user(user)
    db.session.commit()
    return redirect(target or url_for("home.index"))


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the sign-in."""
    service.sign_out(present_user())
    db.session.commit()
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"))


def init_app(app: Flask) -> None:
    """Serve the pages and tell Flask-Login how a user is found."""
    manager.init_app(app)
    manager.user_loader(service.user_of_sign_in)
    app.register_blueprint(bp)
