"""Who has signed in, whether they have shown lately that it is they, and who looks after accounts."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_user

from roundtable.accounts import factor_service, outside_service, passwords, sign_in_service
from roundtable.accounts.models import Method, User
from roundtable.audit.service import note_at_once
from roundtable.audit.views import ask_once_more
from roundtable.web.guards import count

View = TypeVar("View", bound=Callable[..., Any])
CONFIRMING = "confirm_password"
SECOND_STEP = "second_step"
"""Where the cookie keeps the sign-in that awaits its second factor."""
_CARRIED = 200
"""Fields that the page which asks for the password carries along, at the most."""


def present_user() -> User:
    """Return who has signed in, on pages that only such people reach."""
    return cast("User", current_user._get_current_object())  # noqa: SLF001 - Flask-Login's proxy


def let_in(user: User, method: Method) -> None:
    """Open a sign-in for this browser; whoever calls this commits.

    Nothing of the time before stays: not the form token, not another account's traces.
    """
    sign_in_service.open_sign_in(user, method)
    language = session.get("language")
    session.clear()
    g.pop("csrf_token", None)
    session.permanent = True
    if language:
        session["language"] = language
    login_user(user)


def enter(user: User, method: Method, target: str | None) -> ResponseReturnValue:
    """Let in somebody who has taken the first step, or lead to the second one; whoever calls this commits."""
    if factor_service.has_second_factor(user):
        session[SECOND_STEP] = sign_in_service.open_sign_in(user, method, awaits_second_factor=True)
        return redirect(url_for("accounts.second_step", next=target))
    let_in(user, method)
    return redirect(target or url_for("home.index"))


def administrator_or_404() -> User:
    """Return the present user if they look after accounts; for anybody else there is no such page."""
    user = present_user()
    if not user.is_administrator:
        abort(404)
    return user


def confirmed(password: str) -> bool:
    """Whether the password is the present user's; a right one counts for half an hour.

    Either is written down at once, whatever becomes of the act that follows.

    Raises:
        TooManyRequests: after ten tries within a minute.
    """
    user = present_user()
    count("10 per minute; 60 per hour", f"confirm:{user.id}")
    right = passwords.matches(user.password_hash, password)
    if right:
        sign_in_service.prove_at_once(user)
    else:
        note_at_once("confirmation-refused", f"user/{user.id}")
    return right


def limit_uploads() -> None:
    """Count a picture that somebody uploads: files stay, and nobody shall fill the disk with them.

    Raises:
        TooManyRequests: after sixty within an hour.
    """
    count("60 per hour", f"upload:{present_user().id}")


def fresh(view: View) -> View:
    """Ask for the password, or a passkey, before a dangerous act, unless that was within half an hour.

    What was typed is carried along: after the password the act goes on with it.
    """

    @wraps(view)
    def asking(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        answer = ask_unless_fresh()
        return cast("ResponseReturnValue", view(*args, **kwargs)) if answer is None else answer

    asking.needs_fresh = True  # type: ignore[attr-defined]  # functions carry attributes
    return cast("View", asking)


def ask_unless_fresh() -> ResponseReturnValue | None:
    """Return the page that asks who one is, or None where the act may go on."""
    user = present_user()
    if sign_in_service.is_fresh(user):
        return None
    fault = ""
    given = request.form.get(CONFIRMING)
    if given is not None:
        if confirmed(given):
            return None
        fault = gettext("This is not your password.")
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in {CONFIRMING, "csrf_token"}
    ][:_CARRIED]
    is_read = request.method in {"GET", "HEAD"}
    return confirm_page(request.full_path.rstrip("?"), fields, fault=fault, is_read=is_read), 403


def confirm_page(
    goes_on: str, fields: Sequence[tuple[str, str]] = (), *, fault: str = "", is_read: bool = True
) -> str:
    """Return the page that asks who one is; `goes_on` is where the act is, with its `fields`."""
    ask_once_more()
    user = present_user()
    connected = {one.provider for one in outside_service.identities_of(user)}
    return render_template(
        "accounts/confirm.html",
        user=user,
        fields=fields,
        fault=fault,
        goes_on=goes_on,
        is_read=is_read,
        has_passkeys=bool(factor_service.passkeys_of(user)),
        services=[one for one in current_app.config["ROUNDTABLE"].sign_in_services if one.key in connected],
    )
