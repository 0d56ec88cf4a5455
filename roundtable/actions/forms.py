"""The report on an action item."""

from wtforms import SelectField

from roundtable.languages import later as _l
from roundtable.minutes.forms import ACTION_NAMES
from roundtable.web import forms
from roundtable.web.forms import BaseForm, choices


class ReportForm(BaseForm):
    """How far it is."""

    state = SelectField(_l("State"), choices=choices(ACTION_NAMES))
    text = forms.text(_l("What has been done, or what is in the way?"), most=3000, rows=3)
    due_on = forms.day(_l("New date, if it takes longer"), required=False)
