"""The page of one's own account: name, password, second factor, passkeys, sign-ins."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable.accounts import (
    factor_service,
    notice_service,
    outside_service,
    passkey_service,
    service,
    sign_in_service,
)
from roundtable.accounts.access import CONFIRMING, confirm_page, confirmed, fresh, present_user
from roundtable.accounts.browsers import called
from roundtable.accounts.forms import CodeForm, NewPasswordForm, OwnForm, PasskeyNameForm
from roundtable.accounts.models import OutsideIdentity, Passkey
from roundtable.accounts.passkey_service import credential_in_form
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.languages import refusal_text
from roundtable.web.access import own_path, row_or_404

bp = Blueprint("own_account", __name__, url_prefix="/account")


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the account."""
    user = present_user()
    return _page(OwnForm(obj=user), NewPasswordForm())


def _page(form: OwnForm, password_form: NewPasswordForm) -> str:
    user = present_user()
    return render_template(
        "accounts/own.html",
        user=user,
        form=form,
        password_form=password_form,
        sign_ins=[
            (one, called(one.browser), sign_in_service.name_of(one))
            for one in sign_in_service.open_sign_ins(user)
        ],
        passkeys=factor_service.passkeys_of(user),
        codes_left=factor_service.codes_left(user),
        identities=outside_service.identities_of(user),
        services=current_app.config["ROUNDTABLE"].sign_in_services,
        must_set_up=factor_service.must_set_up(user),
    )


@bp.post("")
def change() -> ResponseReturnValue:
    """Change name and language."""
    user = present_user()
    form = OwnForm(request.form)
    if not form.validate():
        return _page(form, NewPasswordForm()), 422
    user.name, user.language = form.name.data or "", form.language.data
    session.pop("language", None)  # the account's own language holds from now on
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("own_account.show"))


@bp.post("/password")
@fresh
def change_password() -> ResponseReturnValue:
    """Give the account a new password; every other sign-in ends."""
    user = present_user()
    form = NewPasswordForm(request.form)
    try:
        if form.validate():
            service.set_password(user, form.password.data or "")
    except Refusal as refusal:
        form.password.errors = [refusal_text(refusal)]
    if form.errors or form.password.errors:
        db.session.rollback()
        return _page(OwnForm(obj=present_user()), form), 422
    notice_service.tell(user, "password")
    db.session.commit()
    flash(gettext("The new password holds. Other browsers have to sign in again."))
    return redirect(url_for("own_account.show"))


# --- Sign-ins --------------------------------------------------------------------------------------------------------


@bp.post("/sign-ins/end")
def end_sign_in() -> ResponseReturnValue:
    """End one sign-in, or all others."""
    user = present_user()
    if request.form.get("which") == "others":
        service.end_sign_ins(user)
        flash(gettext("Every other browser has to sign in again."))
    elif not sign_in_service.end_one(user, request.form.get("which", "")):
        abort(404)
    db.session.commit()
    return redirect(url_for("own_account.show") + "#sign-ins")


# --- The second factor -------------------------------------------------------------------------------------------------


@bp.get("/second-factor")
@fresh
def second_factor() -> ResponseReturnValue:
    """Show how an app or a passkey is set up."""
    return _factor_page(factor_service.new_secret(), CodeForm())


def _factor_page(secret: str, form: CodeForm) -> str:
    user = present_user()
    return render_template(
        "accounts/second_factor.html",
        user=user,
        form=form,
        name_form=PasskeyNameForm(),
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        carried=factor_service.for_form(user, secret),
        picture=_picture(factor_service.address_for_app(user, secret)),
        must_set_up=factor_service.must_set_up(user),
    )


def _picture(address: str) -> str:
    import segno  # noqa: PLC0415 - only this page draws one

    # Dark on white whatever the page's colours are: cameras need it so.
    return segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


@bp.post("/second-factor/app")
@fresh
def set_app() -> ResponseReturnValue:
    """Take an app as second factor once it shows the right code."""
    user = present_user()
    secret = factor_service.from_form(user, request.form.get("carried", ""))
    if secret is None:
        flash(gettext("That took too long. Here is a new picture."))
        return redirect(url_for("own_account.second_factor"))
    form = CodeForm(request.form)
    had_one = factor_service.has_second_factor(user)
    if not form.validate() or not factor_service.set_app(user, secret, form.code.data or ""):
        form.code.errors = form.code.errors or [
            gettext("The app shows another code now. Is the clock of the telephone right?")
        ]
        return _factor_page(secret, form), 422
    return _added(had_one=had_one)


def _added(*, had_one: bool) -> ResponseReturnValue:
    user = present_user()
    service.end_sign_ins(user)
    notice_service.tell(user, "factor-added")
    if had_one and factor_service.codes_left(user):
        db.session.commit()
        flash(gettext("The second factor is set up."))
        return redirect(url_for("own_account.show"))
    return _new_codes()


def _new_codes() -> ResponseReturnValue:
    codes = factor_service.new_recovery_codes(present_user())
    db.session.commit()
    return render_template("accounts/codes.html", codes=codes)


@bp.post("/second-factor/app/remove")
@fresh
def remove_app() -> ResponseReturnValue:
    """Take the app away."""
    user = present_user()
    factor_service.remove_app(user)
    notice_service.tell(user, "factor-removed")
    db.session.commit()
    return redirect(url_for("own_account.show") + "#second-factor")


@bp.post("/recovery-codes")
@fresh
def make_codes() -> ResponseReturnValue:
    """Make new recovery codes and show them once."""
    user = present_user()
    if not factor_service.has_second_factor(user):
        abort(409)
    notice_service.tell(user, "codes")
    return _new_codes()


# --- Passkeys -----------------------------------------------------------------------------------------------------------


@bp.post("/passkeys/options")
@fresh
def passkey_options() -> ResponseReturnValue:
    """Give the browser what it needs to make a passkey."""
    options = passkey_service.registration_options(present_user())
    db.session.commit()
    return current_app.response_class(options, mimetype="application/json")


@bp.post("/passkeys")
@fresh
def add_passkey() -> ResponseReturnValue:
    """Keep a passkey that the browser has made."""
    user = present_user()
    form = PasskeyNameForm(request.form)
    had_one = factor_service.has_second_factor(user)
    is_kept = form.validate() and passkey_service.register(user, credential_in_form(), form.name.data or "")
    if not is_kept:
        db.session.commit()
        flash(gettext("The passkey could not be checked. Please try again."))
        return redirect(url_for("own_account.second_factor"))
    return _added(had_one=had_one)


@bp.post("/passkeys/<int:passkey_id>/remove")
@fresh
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Take a passkey away."""
    user = present_user()
    factor_service.remove_passkey(row_or_404(Passkey, passkey_id, user_id=user.id))
    notice_service.tell(user, "factor-removed")
    db.session.commit()
    return redirect(url_for("own_account.show") + "#second-factor")


@bp.post("/outside/<int:identity_id>/remove")
@fresh
def disconnect(identity_id: int) -> ResponseReturnValue:
    """Disconnect the account from a city's own service; another way in must be left."""
    user = present_user()
    identity = row_or_404(OutsideIdentity, identity_id, user_id=user.id)
    others = [one for one in outside_service.identities_of(user) if one.id != identity.id]
    if not (user.password_hash or others or factor_service.passkeys_of(user)):
        flash(gettext("This is the only way into your account. Please set a password or a passkey first."))
    else:
        db.session.delete(identity)
        db.session.commit()
    return redirect(url_for("own_account.show") + "#outside")


# --- Showing that it is you ------------------------------------------------------------------------------------------------


@bp.post("/prove")
def prove() -> ResponseReturnValue:
    """Take the password once more and go on to the page that asked for it."""
    target = own_path(request.form.get("next")) or url_for("home.index")
    if not confirmed(request.form.get(CONFIRMING, "")):
        return confirm_page(target, fault=gettext("This is not your password.")), 403
    return redirect(target)


@bp.post("/confirm")
def confirm() -> ResponseReturnValue:
    """Take the proof by a passkey; the page goes on with what was wanted."""
    user = present_user()
    owner = passkey_service.owner_of(credential_in_form())
    is_right = owner is not None and owner.id == user.id
    if is_right:
        sign_in_service.prove(user)
    db.session.commit()
    return ("", 204) if is_right else abort(403)
