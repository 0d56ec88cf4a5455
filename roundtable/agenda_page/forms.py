"""Forms of the agenda."""

from typing import Any

from flask_babel import gettext
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.service import Content
from roundtable.agenda.speaking import SpeakingRule
from roundtable.agenda_page.release_service import Whom
from roundtable.languages import OWN_NAMES
from roundtable.languages import later as _l
from roundtable.web import forms
from roundtable.web.forms import BaseForm, TextsField, TextsForm, choices

KIND_NAMES = {
    ItemKind.WELCOME: _l("Welcome"),
    ItemKind.ROUND: _l("Round of statements"),
    ItemKind.TOPIC: _l("Topic"),
    ItemKind.BREAK: _l("Break"),
    ItemKind.CLOSING: _l("Closing"),
}
RULE_NAMES = {
    SpeakingRule.HOST_FIRST: _l("host first, then the order of the guest list"),
    SpeakingRule.ALPHABETICAL: _l("alphabetical by city"),
    SpeakingRule.SENIORITY: _l("by seniority in office"),
    SpeakingRule.ALTERNATING: _l("alternating countries, in proportion"),
    SpeakingRule.LOT: _l("drawn by lot"),
    SpeakingRule.BY_HAND: _l("by hand"),
}
WHOM_NAMES = {
    Whom.CONCERNED: _l("Only those whose statement has another time"),
    Whom.EVERYBODY: _l("Everybody who has been invited and has not declined"),
    Whom.NOBODY: _l("Nobody"),
}


def _minutes(label: str, most: int, message: str, hint: str = "", least: int = 1) -> IntegerField:
    return IntegerField(
        label,
        [Optional(), NumberRange(least, most, message)],
        render_kw={"min": least, "max": most, "inputmode": "numeric"},
        description=hint,
    )


class ItemForm(TextsForm):
    """An agenda item. In a round the minutes per speaker count, elsewhere the duration."""

    kind = SelectField(_l("Kind of item"), choices=choices(KIND_NAMES))
    titles = TextsField(_l("Title of the item"))
    details = TextsField(_l("Details"), rows=2, most=2000, required=False)
    duration_minutes = _minutes(
        _l("Duration in minutes"),
        1440,
        _l("Please enter 1 to 1440 minutes."),
        _l("In a round it follows from the minutes of the speakers."),
    )
    minutes_each = _minutes(
        _l("Minutes per speaker"),
        120,
        _l("Please enter 1 to 120 minutes."),
        _l("For a round: every city at the table gets so many."),
    )
    buffer_minutes = _minutes(
        _l("Buffer for interpretation"),
        240,
        _l("Please enter 0 to 240 minutes."),
        _l("For a round: minutes beside those of the speakers."),
        least=0,
    )
    speakers = forms.line(
        _l("Speakers"), required=False, most=300, hint=_l("Names, as guests shall read them.")
    )
    fixed_time = forms.hour(_l("Fixed start"), required=False)
    internal_notes = forms.text(
        _l("Internal notes"), most=4000, rows=2, hint=_l("Only the organizers read these notes.")
    )

    @property
    def is_round(self) -> bool:
        return bool(self.kind.data == ItemKind.ROUND.value)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the minutes that the kind needs."""
        if not super().validate(extra_validators):
            return False
        needed = self.minutes_each if self.is_round else self.duration_minutes
        if needed.data is None:
            needed.errors = [gettext("Please enter the minutes.")]
            return False
        return True

    def content(self) -> Content:
        """Return what was entered."""
        return Content(
            kind=ItemKind(self.kind.data),
            titles=self.titles.data,
            details=self.details.data,
            duration_minutes=self.duration_minutes.data or 0,
            speakers=self.speakers.data or "",
            internal_notes=self.internal_notes.data or "",
            fixed_time=self.fixed_time.data,
        )


class RuleForm(BaseForm):
    """The rule of a round."""

    rule = SelectField(_l("Order of the speakers"), choices=choices(RULE_NAMES))
    language = SelectField(_l("Alphabet of"), choices=choices(OWN_NAMES))


class SlotForm(BaseForm):
    """A speaker's minutes, and whether the place is pinned."""

    minutes = IntegerField(_l("Minutes"), [NumberRange(1, 120, _l("Please enter 1 to 120 minutes."))])


class ReleaseForm(BaseForm):
    """Who is told of a new version."""

    whom = SelectField(_l("Who gets a letter?"), choices=choices(WHOM_NAMES), default=Whom.CONCERNED.value)
