"""Forms of the distribution lists."""

from roundtable.languages import later as _l
from roundtable.web import forms
from roundtable.web.forms import BaseForm


class ListForm(BaseForm):
    """A new list."""

    name = forms.line(_l("Name of the list"))


class NewsroomsForm(BaseForm):
    """Newsrooms, one to a line."""

    newsrooms = forms.text(
        _l("Newsrooms, one to a line"),
        required=True,
        most=200_000,
        rows=6,
        hint=_l("Such as: Daily News <news@example.org>"),
    )
    language = forms.language(_l("Language of their letters"))
