"""Forms of the agenda."""

from typing import Any

from flask_babel import gettext
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from roundtable.agenda.kinds import ItemKind
from roundtable.languages import later as _l
from roundtable.web.forms import TextsField, TextsForm, choices

KIND_NAMES = {
    ItemKind.WELCOME: _l("Welcome"),
    ItemKind.ROUND: _l("Round of statements"),
    ItemKind.TOPIC: _l("Topic"),
    ItemKind.BREAK: _l("Break"),
    ItemKind.CLOSING: _l("Closing"),
}


class ItemForm(TextsForm):
    """An agenda item. In a round the minutes per speaker count, elsewhere the duration."""

    kind = SelectField(_l("Kind of item"), choices=choices(KIND_NAMES))
    titles = TextsField(_l("Title of the item"))
    details = TextsField(_l("Details"), rows=2, most=2000, required=False)
    duration_minutes = IntegerField(
        _l("Duration in minutes"),
        [Optional(), NumberRange(1, 1440, _l("Please enter 1 to 1440 minutes."))],
        render_kw={"min": 1, "max": 1440, "inputmode": "numeric"},
        description=_l("In a round it follows from the minutes of the speakers."),
    )
    minutes_each = IntegerField(
        _l("Minutes per speaker"),
        [Optional(), NumberRange(1, 120, _l("Please enter 1 to 120 minutes."))],
        render_kw={"min": 1, "max": 120, "inputmode": "numeric"},
        description=_l("For a round: every city at the table gets so many."),
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
