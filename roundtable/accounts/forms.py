"""The sign-in form."""

from wtforms import PasswordField

from roundtable.languages import later as _l
from roundtable.web.forms import REQUIRED, AtMost, BaseForm, line


class SignInForm(BaseForm):
    """Address and password."""

    email = line(_l("E-mail address"), most=254, render_kw={"autocomplete": "username", "inputmode": "email"})
    password = PasswordField(
        _l("Password"), [REQUIRED, AtMost(1000)], render_kw={"autocomplete": "current-password"}
    )
