"""Forms of circulation: the deadline, an office's remark, the answer to it, an amendment."""

from datetime import datetime

from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import Optional

from roundtable.languages import OWN_NAMES
from roundtable.languages import later as _l
from roundtable.minutes.kinds import RemarkState
from roundtable.web import forms
from roundtable.web.forms import BaseForm, TextsField, TextsForm, choices

REMARK_NAMES = {
    RemarkState.OPEN: _l("waits for an answer"),
    RemarkState.ACCEPTED: _l("accepted"),
    RemarkState.REFUSED: _l("not accepted"),
}


class CirculationForm(BaseForm):
    """Until when offices may correct the minutes, at the session's home, and what silence means."""

    until_day = forms.day(_l("Corrections until (day)"))
    until_hour = forms.hour(_l("Corrections until (hour)"))
    by_silence = BooleanField(
        _l("Adopted if nobody objects by then"),
        description=_l("Otherwise the chair approves the minutes after the deadline."),
    )
    until: datetime | None = None

    def validate_in(self, zone: str) -> bool:
        """Validate, and work the deadline out in the zone."""
        if not self.validate():
            return False
        found = forms.instant_of(self.until_day, self.until_hour, zone, self.until_hour)
        self.until = found[1] if found else None
        return found is not None


class RemarkForm(BaseForm):
    """What an office says about an entry."""

    entry_id = HiddenField("", [Optional()])
    text = forms.text(_l("What is not right, or what should be added?"), most=3000, rows=3)
    proposed = forms.text(_l("How should it read instead?"), most=10_000, rows=3)
    language = SelectField(_l("Language"), choices=choices(OWN_NAMES))

    @property
    def entry(self) -> int | None:
        """The entry that is meant; None is the whole record."""
        text = self.entry_id.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


class RemarkAnswerForm(BaseForm):
    """The answer to a remark."""

    state = RadioField(
        _l("Answer"),
        choices=choices({RemarkState.ACCEPTED: _l("Accept"), RemarkState.REFUSED: _l("Do not accept")}),
        default=RemarkState.ACCEPTED.value,
    )
    answer = forms.line(_l("One sentence to the office"), most=1000)
    takes_words = BooleanField(_l("Take over the proposed words"))


class AmendmentForm(TextsForm):
    """A numbered amendment to a sealed record."""

    new = TextsField(_l("What shall be read instead"), rows=4, most=10_000)
    reasons = TextsField(_l("Why, in one sentence"))
