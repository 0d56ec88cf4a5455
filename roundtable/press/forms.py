"""Forms of the press desk."""

from wtforms import FileField, IntegerField
from wtforms.widgets import HiddenInput

from roundtable.languages import later as _l
from roundtable.web import forms
from roundtable.web.forms import REQUIRED, BaseForm, TextsField, TextsForm


class SummaryForm(TextsForm):
    """The texts of a press summary, languages side by side."""

    headlines = TextsField(_l("Headline"), most=160, required=False)
    leads = TextsField(_l("Lead"), rows=3, most=800, required=False)
    bodies = TextsField(_l("Body; a blank line begins a new paragraph"), rows=14, most=20_000, required=False)
    captions = TextsField(_l("Caption of the picture"), most=300, required=False)
    alternatives = TextsField(
        _l("Text alternative: what the picture shows, for those who cannot see it"), most=500, required=False
    )
    credit = forms.line(_l("Credit of the picture"), required=False)
    version = IntegerField("", [REQUIRED], widget=HiddenInput())


class PictureForm(BaseForm):
    """A picture as a file."""

    picture = FileField(
        _l("Picture (JPEG, PNG or WebP, at most 10 MB)"),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )


class QuoteForm(TextsForm):
    """The words of a quote."""

    texts = TextsField(_l("Words of the quote"), rows=3, most=2000)


class ClearanceForm(BaseForm):
    """The release of a quote by the speaker's office."""

    cleared_by = forms.line(_l("Released by"), hint=_l("Who at the office said so, and how."))


class PublishForm(TextsForm):
    """Publishing; a later version says what it corrects."""

    correction = TextsField(_l("What does this version correct?"), most=300, required=False)
