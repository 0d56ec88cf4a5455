"""The forms of accounts."""

from wtforms import PasswordField, SelectField

from roundtable.languages import later as _l
from roundtable.web.forms import REQUIRED, AtMost, BaseForm, choices, email, language, line

NEW_PASSWORD_HINT = _l("At least 12 characters. A few words in a row are a good one.")


class SignInForm(BaseForm):
    """Address and password."""

    email = line(
        _l("E-mail address"), most=254, render_kw={"autocomplete": "username webauthn", "inputmode": "email"}
    )
    password = PasswordField(
        _l("Password"), [REQUIRED, AtMost(1000)], render_kw={"autocomplete": "current-password"}
    )


class CodeForm(BaseForm):
    """A code of the app, or a recovery code."""

    code = line(
        _l("Code"),
        most=40,
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"},
    )


class ForgottenForm(BaseForm):
    """For which address a new password is wanted."""

    email = email(_l("E-mail address"))


def _new_password(label: str = "") -> PasswordField:
    return PasswordField(
        label or _l("New password"),
        [REQUIRED, AtMost(1000)],
        description=NEW_PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )


class NewPasswordForm(BaseForm):
    """A new password."""

    password = _new_password()


class OwnForm(BaseForm):
    """What an account says about its person."""

    name = line(_l("Name"), render_kw={"autocomplete": "name"})
    language = language(_l("Language of the pages and letters"))


class JoinForm(BaseForm):
    """A new account, by invitation."""

    name = line(_l("Your name, as colleagues read it"), render_kw={"autocomplete": "name"})
    password = _new_password(_l("Password"))


class PasskeyNameForm(BaseForm):
    """What a passkey is called."""

    name = line(_l("Name of the passkey"), required=False, most=100, hint=_l("For example: office laptop"))


class InviteForm(BaseForm):
    """Who shall have an account."""

    email = email(_l("E-mail address"))
    language = language(_l("Language of the letter"))


class AccountActForm(BaseForm):
    """What an administrator does with an account."""

    act = SelectField(
        choices=choices(
            {
                "disable": "",
                "enable": "",
                "make-administrator": "",
                "no-administrator": "",
                "may-create": "",
                "may-not-create": "",
                "sign-out": "",
                "remove-factors": "",
            }
        )
    )
