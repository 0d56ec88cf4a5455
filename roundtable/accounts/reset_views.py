"""Pages for whoever has forgotten the password, and behind the links of such letters and of invitations."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from roundtable.accounts import codes, door_service, join_service, notice_service, service
from roundtable.accounts.access import let_in, present_user
from roundtable.accounts.forms import CodeForm, ForgottenForm, JoinForm, NewPasswordForm
from roundtable.accounts.models import AccountDoor, DoorKind, Method
from roundtable.addresses import key
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.languages import current_language, prefer, refusal_text
from roundtable.web.access import open_page, secret_address
from roundtable.web.guards import limiter

bp = Blueprint("doors", __name__)
_CODE = "new_password_code"


def _address_in_form() -> str:
    return "forgotten:" + key(request.form.get("email", ""))[:254]


@bp.get("/forgotten")
@open_page
def ask() -> ResponseReturnValue:
    """Show the form for a new password."""
    return render_template("accounts/forgotten.html", form=ForgottenForm())


@bp.post("/forgotten")
@open_page
@limiter.limit("5 per hour", key_func=_address_in_form)
@limiter.limit("60 per hour")
def take() -> ResponseReturnValue:
    """Note the wish; whether the address has an account shows neither here nor in how long it takes."""
    form = ForgottenForm(request.form)
    if not form.validate():
        return render_template("accounts/forgotten.html", form=form), 422
    code = door_service.new_code()
    door_service.ask_for_new_password(form.email.data or "", code, current_language())
    db.session.commit()
    session[_CODE] = code
    return redirect(url_for("doors.asked"))


@bp.get("/forgotten/asked")
@open_page
def asked() -> ResponseReturnValue:
    """Say what happens now, and show the code that another browser will want."""
    code = session.get(_CODE)
    if not code:
        return redirect(url_for("doors.ask"))
    return render_template("accounts/asked.html", code=f"{code[:4]} {code[4:]}")


# --- Behind the link ---------------------------------------------------------------------------------------------


def _door_or_404(token: str) -> AccountDoor:
    door = door_service.door_of(token)
    if door is None:
        abort(404)
    prefer(door.language)
    return door


def _page(
    door: AccountDoor, token: str, form: NewPasswordForm | JoinForm, code_form: CodeForm | None = None
) -> str:
    if door.kind is DoorKind.NEW_PASSWORD:
        return render_template(
            "accounts/new_password.html",
            form=form,
            code_form=code_form or CodeForm(),
            token=token,
            wants_code=not _is_same_browser(door),
        )
    user = service.user_with(door.email)
    return render_template(
        "accounts/join.html",
        form=form,
        door=door,
        token=token,
        title=join_service.title_of(door),
        has_account=user is not None,
        services=current_app.config["ROUNDTABLE"].sign_in_services,
        is_signed_in=current_user.is_authenticated and present_user() == user,
    )


def _is_same_browser(door: AccountDoor) -> bool:
    return codes.hashed(str(session.get(_CODE, ""))) == door.code_hash


@bp.get("/door/<token>")
@secret_address
def show(token: str) -> ResponseReturnValue:
    """Show what the link opens; opening the page does nothing yet, mail programs do that too."""
    door = _door_or_404(token)
    form = NewPasswordForm() if door.kind is DoorKind.NEW_PASSWORD else JoinForm()
    return _page(door, token, form)


@bp.post("/door/<token>/password")
@secret_address
@limiter.limit("20 per minute")
def set_password(token: str) -> ResponseReturnValue:
    """Give the account the new password; nobody is signed in by it, and a second factor stays.

    A letter that was forwarded opens nothing: another browser has to show the code as well.
    """
    door = _door_or_404(token)
    if door.kind is not DoorKind.NEW_PASSWORD or door.user is None:
        abort(404)
    form, code_form = NewPasswordForm(request.form), CodeForm(request.form)
    if not _is_same_browser(door):
        if not code_form.validate():
            return _page(door, token, form, code_form), 422
        if not door_service.accepts_code(door, code_form.code.data or ""):
            db.session.commit()
            code_form.code.errors = [
                gettext("This is not the code that was shown in the browser in which you asked.")
            ]
            return (_page(door, token, form, code_form), 422) if door.used_at is None else abort(404)
    if not form.validate():
        return _page(door, token, form, code_form), 422
    if not door_service.take(door):
        abort(404)
    try:
        service.set_password(door.user, form.password.data or "")
    except Refusal as refusal:
        db.session.rollback()  # the door stays open
        form.password.errors = [refusal_text(refusal)]
        return _page(door, token, form, code_form), 422
    service.end_sign_ins(door.user, also_present=True)
    notice_service.tell(door.user, "password")
    db.session.commit()
    session.pop(_CODE, None)
    flash(gettext("The new password holds. Please sign in with it."))
    return redirect(url_for("accounts.sign_in"))


@bp.post("/door/<token>/join")
@secret_address
@limiter.limit("20 per minute")
def join(token: str) -> ResponseReturnValue:
    """Follow an invitation: make the account, or enter with the one that has the invited address."""
    door = _door_or_404(token)
    if door.kind is not DoorKind.INVITATION:
        abort(404)
    existing = service.user_with(door.email)
    if existing is not None:
        # An address that has an account is never taken over: only who is signed in with it may enter.
        if not current_user.is_authenticated or present_user() != existing:
            return redirect(url_for("accounts.sign_in", next=url_for("doors.show", token=token)))
        target = join_service.join(door, existing)
        db.session.commit()
        return redirect(target)
    form = JoinForm(request.form)
    try:
        if not form.validate():
            return _page(door, token, form), 422
        user = service.add_user(
            door.email, form.name.data or "", form.password.data or "", current_language()
        )
    except Refusal as refusal:
        db.session.rollback()
        form.password.errors = [refusal_text(refusal)]
        return _page(_door_or_404(token), token, form), 422
    # Whoever invites colleagues into one conference does not hand out the right to create others.
    user.may_create_conferences = door.conference_id is None
    db.session.flush()
    target = join_service.join(door, user)
    let_in(user, Method.PASSWORD)
    db.session.commit()
    return redirect(target)
