"""Forms of the press desk."""

from datetime import datetime
from typing import Any

from wtforms import FileField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import NumberRange
from wtforms.widgets import HiddenInput

from roundtable.db import Texts
from roundtable.languages import OWN_NAMES
from roundtable.languages import later as _l
from roundtable.press.block_service import PictureWords, Written
from roundtable.press.kinds import BlockKind, PictureShape, QuoteStanding
from roundtable.press.readiness import Hint
from roundtable.web import forms
from roundtable.web.forms import REQUIRED, BaseForm, TextsField, TextsForm, choices

BLOCK_NAMES = {
    BlockKind.HEADLINE: _l("Headline"),
    BlockKind.LEAD: _l("Lead"),
    BlockKind.FACTS: _l("Facts: one line each"),
    BlockKind.PARAGRAPH: _l("Paragraph"),
    BlockKind.QUOTE: _l("Quote"),
    BlockKind.PICTURE: _l("Picture"),
    BlockKind.BOX: _l("Box: the first line is its title"),
}
SHAPE_NAMES = {
    PictureShape.WHOLE: _l("the whole picture"),
    PictureShape.CLASSIC: _l("cut to 3:2"),
    PictureShape.WIDE: _l("cut to 16:9"),
    PictureShape.SQUARE: _l("cut to a square"),
}
STANDING_NAMES = {
    QuoteStanding.NOT_ASKED: _l("not asked yet"),
    QuoteStanding.ASKED: _l("waits for the office"),
    QuoteStanding.RELEASED: _l("released"),
    QuoteStanding.REFUSED: _l("refused"),
    QuoteStanding.CHANGED_SINCE: _l("changed: has to be released again"),
}
HINTS = {
    Hint.LONG_HEADLINE: _l("The headline has more than 110 characters; agencies cut it."),
    Hint.LONG_LEAD: _l("The lead has more than 50 words. Who, what, when and where are enough."),
    Hint.LONG_SENTENCES: _l("Some sentences have more than 25 words. Two short ones read better."),
    Hint.NO_QUOTE: _l("There is no quote. Newspapers like to print one."),
    Hint.SMALL_PICTURE: _l(
        "A picture is less than 1600 pixels wide: too small for newspapers to print well."
    ),
    Hint.NO_PICTURE: _l("There is no picture. The picture of the table is ready to be added."),
}
MOST = {
    BlockKind.HEADLINE: 200,
    BlockKind.LEAD: 800,
    BlockKind.FACTS: 1000,
    BlockKind.PARAGRAPH: 5000,
    BlockKind.QUOTE: 2000,
    BlockKind.PICTURE: 400,
    BlockKind.BOX: 2000,
}
ROWS = {BlockKind.HEADLINE: 2, BlockKind.LEAD: 4, BlockKind.FACTS: 4, BlockKind.PICTURE: 2}


class BlockForm(TextsForm):
    """The words of one part; for a picture, all that stands with it."""

    texts = TextsField("", rows=4, required=False)
    language = SelectField(_l("Written in"), choices=choices(OWN_NAMES))
    confirmed = SelectMultipleField("", choices=choices(OWN_NAMES))
    version = IntegerField("", [REQUIRED], widget=HiddenInput())
    alternatives = TextsField(
        _l("Text alternative: what the picture shows, for those who cannot see it"), most=500, required=False
    )
    credit = forms.line(_l("Credit: who took or drew it"), required=False)
    rights = forms.line(
        _l("Rights: who may use it, and for what"),
        required=False,
        most=500,
        hint=_l("Printed in the press kit."),
    )
    consent = forms.line(
        _l("Consent of those shown"), required=False, most=500, hint=_l("For the press desk only.")
    )
    shape = SelectField(_l("Shape"), choices=choices(SHAPE_NAMES), default=PictureShape.WHOLE.value)
    focal_x = IntegerField(
        _l("What must stay: per cent from the left"),
        [NumberRange(0, 100)],
        default=50,
        render_kw={"step": 10},
    )
    focal_y = IntegerField(
        _l("What must stay: per cent from above"), [NumberRange(0, 100)], default=50, render_kw={"step": 10}
    )

    def __init__(self, formdata: Any = None, *, kind: BlockKind, **values: Any) -> None:
        self.kind = kind
        super().__init__(formdata, **values)
        self.texts.label.text = BLOCK_NAMES[kind] if kind is not BlockKind.PICTURE else _l("Caption")
        self.texts.most, self.texts.rows = MOST[kind], ROWS.get(kind, 5)
        if kind is not BlockKind.PICTURE:
            for name in ("alternatives", "credit", "rights", "consent", "shape", "focal_x", "focal_y"):
                delattr(self, name)

    def written(self) -> Written:
        """Return what was written."""
        picture = None
        if self.kind is BlockKind.PICTURE:
            picture = PictureWords(
                alternatives=self.alternatives.data or Texts(),
                credit=self.credit.data or "",
                rights=self.rights.data or "",
                consent=self.consent.data or "",
                focal_x=self.focal_x.data if self.focal_x.data is not None else 50,
                focal_y=self.focal_y.data if self.focal_y.data is not None else 50,
                shape=PictureShape(self.shape.data),
            )
        return Written(
            self.texts.data, self.language.data, frozenset(self.confirmed.data or ()), picture=picture
        )


class PictureForm(BaseForm):
    """A picture as a file."""

    picture = FileField(
        _l("Picture (JPEG, PNG, WebP or HEIC, at most 10 MB)"),
        render_kw={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif"},
    )


class AskForm(BaseForm):
    """The request to release a quote: until when an answer is asked for."""

    answer_day = forms.day(_l("Answer by"))


class ToldForm(BaseForm):
    """A release that did not come through the office's page."""

    told = forms.line(_l("Released by"), most=300, hint=_l("Who at the office said so, and how."))


class ProposeForm(TextsForm):
    """A version: what it corrects, and until when it is under embargo."""

    correction = TextsField(_l("What does this version correct?"), most=300, required=False)
    embargo_day = forms.day(_l("Embargo until: day"), required=False)
    embargo_hour = forms.hour(_l("Embargo until: time"), required=False)

    def embargo(self, zone: str) -> datetime | None:
        """Return the instant at which the embargo ends; its faults are noted at the fields."""
        if self.embargo_day.data is None and self.embargo_hour.data is None:
            return None
        if self.embargo_day.data is None or self.embargo_hour.data is None:
            missing = self.embargo_day if self.embargo_day.data is None else self.embargo_hour
            missing.errors = [*missing.errors, str(REQUIRED.message)]
            return None
        found = forms.instant_of(self.embargo_day, self.embargo_hour, zone, self.embargo_hour)
        return found[1] if found else None


class WithdrawForm(TextsForm):
    """Why a press summary is withdrawn."""

    reason = TextsField(_l("Why is it withdrawn?"), most=300)


class PreviewLinkForm(BaseForm):
    """A journalist who may read under embargo."""

    name = forms.line(_l("Name and newsroom"))
    email = forms.email(
        _l("Mail address"), required=False, hint=_l("With an address the link goes there by letter at once.")
    )
    language = forms.language(_l("Language"))
    days = IntegerField(_l("Ends after so many days"), [NumberRange(1, 30)], default=7)
