"""What an office says to a quote."""

from wtforms import HiddenField, SelectField

from roundtable.languages import later as _l
from roundtable.press.kinds import ClearanceState
from roundtable.web import forms
from roundtable.web.forms import TextsField, TextsForm, choices

STATE_NAMES = {
    ClearanceState.ASKED: _l("waits for your answer"),
    ClearanceState.RELEASED: _l("released"),
    ClearanceState.CHANGED: _l("released with your change"),
    ClearanceState.REFUSED: _l("refused"),
    ClearanceState.OBSOLETE: _l("is being worded anew"),
}
_GIVEN = {
    ClearanceState.RELEASED: _l("released"),
    ClearanceState.CHANGED: _l("released with this change"),
    ClearanceState.REFUSED: _l("refused"),
}


class ReleaseForm(TextsForm):
    """The answer: the button says which; `texts` are the words where the office changes them."""

    answer = SelectField("", choices=choices(_GIVEN))
    texts = TextsField(_l("Your wording"), rows=4, most=2000, required=False)
    note = forms.text(_l("A word to the press desk"), most=1000, rows=2)
    mark = HiddenField()
