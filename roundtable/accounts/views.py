"""Signing in and out: the password or a passkey, then the second factor."""

from flask import Blueprint, Flask, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import LoginManager, current_user, logout_user

from roundtable.accounts import (
    door_service,
    factor_service,
    notice_service,
    outside_views,
    own_views,
    passkey_service,
    reset_views,
    sign_in_service,
)
from roundtable.accounts.access import SECOND_STEP, enter, let_in, present_user
from roundtable.accounts.administration_views import bp as administration_pages
from roundtable.accounts.forms import CodeForm, SignInForm
from roundtable.accounts.models import Method, SignIn
from roundtable.accounts.passkey_service import credential_in_form
from roundtable.addresses import key
from roundtable.db import db
from roundtable.mail.delivery import init_links
from roundtable.web.access import open_page, own_path
from roundtable.web.guards import limiter

bp = Blueprint("accounts", __name__)
manager = LoginManager()


def _account_in_form() -> str:
    return "account:" + key(request.form.get("email", ""))[:254]


def _target() -> str | None:
    return own_path(request.form.get("next") or request.args.get("next"))


@bp.get("/sign-in")
@open_page
def sign_in() -> ResponseReturnValue:
    """Show the form."""
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    return _sign_in_page(SignInForm())


def _sign_in_page(form: SignInForm) -> str:
    providers = current_app.config["ROUNDTABLE"].sign_in_services
    return render_template("accounts/sign_in.html", form=form, next=_target() or "", providers=providers)


@bp.post("/sign-in")
@open_page
@limiter.limit("10 per minute; 60 per hour", key_func=_account_in_form)
@limiter.limit("60 per minute")
def try_sign_in() -> ResponseReturnValue:
    """Let in who knows the password of an account, or ask for the second factor."""
    form = SignInForm(request.form)
    user = (
        sign_in_service.with_password(form.email.data or "", form.password.data or "")
        if form.validate()
        else None
    )
    if user is None:
        db.session.commit()
        if not form.errors:
            form.password.errors = [gettext("E-mail address and password do not belong together.")]
        return _sign_in_page(form), 422
    answer = enter(user, Method.PASSWORD, _target())
    db.session.commit()
    return answer


# --- The second factor -----------------------------------------------------------------------------------------


def _waiting() -> SignIn | None:
    return sign_in_service.awaiting(session.get(SECOND_STEP))


def _account_of_step() -> str:
    waiting = _waiting()
    return f"second-step:{waiting.user_id if waiting else 0}"


@bp.get("/sign-in/second-step")
@open_page
def second_step() -> ResponseReturnValue:
    """Ask for the code, or for a passkey."""
    waiting = _waiting()
    if waiting is None:
        return redirect(url_for("accounts.sign_in", next=_target()))
    return _second_step_page(waiting, CodeForm())


def _second_step_page(waiting: SignIn, form: CodeForm) -> str:
    return render_template(
        "accounts/second_step.html",
        form=form,
        next=_target() or "",
        has_app=bool(waiting.user.totp_secret),
        has_passkeys=bool(factor_service.passkeys_of(waiting.user)),
    )


@bp.post("/sign-in/second-step")
@open_page
@limiter.limit("10 per minute; 40 per hour", key_func=_account_of_step)
@limiter.limit("60 per minute")
def take_second_step() -> ResponseReturnValue:
    """Let in who shows the code of the app, or a recovery code that was not used."""
    waiting = _waiting()
    if waiting is None:
        return redirect(url_for("accounts.sign_in", next=_target()))
    form = CodeForm(request.form)
    code = form.code.data or ""
    user = waiting.user
    if not form.validate():
        return _second_step_page(waiting, form), 422
    is_recovery = False
    if not factor_service.takes_app_code(user, code):
        is_recovery = factor_service.takes_recovery_code(user, code)
        if not is_recovery:
            goes_on = sign_in_service.note_wrong_code(waiting)
            db.session.commit()
            if not goes_on:
                return redirect(url_for("accounts.sign_in", next=_target()))
            form.code.errors = [gettext("This code is not the right one now. Please try the next one.")]
            return _second_step_page(waiting, form), 422
    if is_recovery:
        notice_service.tell(user, "recovery-code")
    return _let_through(waiting)


def _let_through(waiting: SignIn) -> ResponseReturnValue:
    user, method = waiting.user, waiting.method
    db.session.delete(waiting)
    let_in(user, method)
    db.session.commit()
    return redirect(_target() or url_for("home.index"))


# --- Passkeys ----------------------------------------------------------------------------------------------------


@bp.post("/sign-in/passkey/question")
@open_page
@limiter.limit("60 per minute")
def passkey_question() -> ResponseReturnValue:
    """Give the browser what a passkey has to sign; in the second step, one of that account's."""
    waiting = _waiting() if request.form.get("step") == "second" else None
    options = passkey_service.question_options(waiting.user if waiting else None)
    db.session.commit()
    return current_app.response_class(options, mimetype="application/json")


@bp.post("/sign-in/passkey")
@open_page
@limiter.limit("20 per minute")
def take_passkey() -> ResponseReturnValue:
    """Let in whose passkey has signed the question: it is both factors in one."""
    user = passkey_service.owner_of(credential_in_form())
    waiting = _waiting() if request.form.get("step") == "second" else None
    if user is None or (waiting is not None and waiting.user_id != user.id):
        db.session.commit()
        form = SignInForm()
        form.email.errors = [
            gettext("This passkey could not be checked. Please try again, or use your password.")
        ]
        return _sign_in_page(form), 422
    if waiting is not None:
        return _let_through(waiting)
    let_in(user, Method.PASSKEY)
    db.session.commit()
    return redirect(_target() or url_for("home.index"))


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the sign-in."""
    sign_in_service.sign_out(present_user())
    db.session.commit()
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"))


def _ask_for_factor() -> ResponseReturnValue | None:
    """Lead who must have a second factor to where it is set up, before anything else."""
    open_ways = {"accounts.sign_out", "static", "web.choose_language", "web.font"}
    if request.endpoint in open_ways or request.blueprint == "own_account":
        return None
    if not current_app.config["ROUNDTABLE"].second_factor_for or not current_user.is_authenticated:
        return None
    if not factor_service.must_set_up(present_user()):
        return None
    return redirect(url_for("own_account.second_factor"))


def init_app(app: Flask) -> None:
    """Serve the pages, and tell Flask-Login how a user is found."""
    manager.init_app(app)
    manager.user_loader(sign_in_service.user_of_sign_in)
    app.before_request(_ask_for_factor)
    app.register_blueprint(bp)
    app.register_blueprint(own_views.bp)
    app.register_blueprint(reset_views.bp)
    app.register_blueprint(outside_views.bp)
    app.register_blueprint(administration_pages)
    outside_views.init_app(app)
    with app.app_context():
        init_links("door", door_service.addresses_of)
