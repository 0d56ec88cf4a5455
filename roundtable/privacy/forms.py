"""The forms about data of persons."""

from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from roundtable.languages import later as _l
from roundtable.web.forms import BaseForm, email


class KeepForm(BaseForm):
    """How long a conference keeps what offices typed."""

    keep_months = IntegerField(
        _l("Months after the last session"),
        [Optional(), NumberRange(1, 120, _l("Please enter 1 to 120, or nothing: then it is kept."))],
        render_kw={"min": 1, "max": 120, "inputmode": "numeric"},
    )


class PersonForm(BaseForm):
    """Whose data are meant."""

    email = email(_l("E-mail address of the person"))
