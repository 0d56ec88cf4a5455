"""Pages for administrators: who has an account. They show nothing of any conference."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable.accounts import door_service, factor_service, invitation_letters, notice_service, service
from roundtable.accounts.access import administrator_or_404, fresh
from roundtable.accounts.forms import AccountActForm, InviteForm
from roundtable.accounts.models import AccountDoor, DoorKind, User
from roundtable.db import db
from roundtable.web.access import row_or_404
from roundtable.web.numbers import key_of

bp = Blueprint("administration", __name__, url_prefix="/administration")


@bp.get("/accounts")
def accounts() -> ResponseReturnValue:
    """List the accounts and the open invitations."""
    administrator_or_404()
    return _page(InviteForm())


def _page(form: InviteForm) -> str:
    words = request.args.get("q", "").strip()[:100]
    found = service.users_like(words, request.args.get("after", type=key_of))
    users = found[: service.PAGE]
    return render_template(
        "accounts/administration.html",
        users=users,
        words=words,
        more=users[-1].id if len(found) > service.PAGE else None,
        with_factor=factor_service.with_second_factor([user.id for user in users]),
        invitations=door_service.open_invitations(None),
        form=form,
    )


@bp.post("/accounts/invite")
@fresh
def invite() -> ResponseReturnValue:
    """Invite somebody to have an account; the answer is the same for whoever has one."""
    user = administrator_or_404()
    form = InviteForm(request.form)
    if not form.validate():
        return _page(form), 422
    door = door_service.invite(form.email.data or "", language=form.language.data, by=user.name)
    invitation_letters.post(door)
    db.session.commit()
    flash(gettext("The invitation is on its way."))
    return redirect(url_for("administration.accounts"))


@bp.post("/accounts/invitations/<int:door_id>/end")
@fresh
def end_invitation(door_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    administrator_or_404()
    door = row_or_404(AccountDoor, door_id, kind=DoorKind.INVITATION, conference_id=None)
    door_service.take(door)
    db.session.commit()
    return redirect(url_for("administration.accounts"))


def _no_factors(user: User) -> None:
    factor_service.remove_all(user)
    notice_service.tell(user, "factor-removed")


def _administrator(user: User) -> None:
    service.set_administrator(user, is_administrator=True)
    notice_service.tell(user, "administrator")


_ACTS: dict[str, Callable[[User], object]] = {
    "disable": lambda user: service.set_enabled(user, is_enabled=False),
    "enable": lambda user: service.set_enabled(user, is_enabled=True),
    "make-administrator": _administrator,
    "no-administrator": lambda user: service.set_administrator(user, is_administrator=False),
    "may-create": lambda user: setattr(user, "may_create_conferences", True),
    "may-not-create": lambda user: setattr(user, "may_create_conferences", False),
    "sign-out": lambda user: service.end_sign_ins(user, also_present=True),
    "remove-factors": _no_factors,
}


@bp.post("/accounts/<int:user_id>")
@fresh
def change(user_id: int) -> ResponseReturnValue:
    """Do something with an account."""
    administrator_or_404()
    user = row_or_404(User, user_id)
    form = AccountActForm(request.form)
    if not form.validate():
        return _page(InviteForm()), 422
    _ACTS[str(form.act.data)](user)
    db.session.commit()
    flash(gettext("Done."))
    return redirect(url_for("administration.accounts"))
