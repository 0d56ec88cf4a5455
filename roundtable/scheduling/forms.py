"""Forms of finding the hour."""

from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from roundtable.languages import later as _l
from roundtable.scheduling.answer_service import Reply
from roundtable.scheduling.choices import Choice
from roundtable.scheduling.proposals import MOST_DAYS
from roundtable.scheduling.service import SearchPlan
from roundtable.web import forms
from roundtable.web.forms import REQUIRED, BaseForm, TextsField, TextsForm


class SearchForm(TextsForm):
    """What hour is looked for, and until when the offices answer."""

    titles = TextsField(_l("Title of the session"))
    first_day = forms.day(_l("From"))
    last_day = forms.day(_l("Until"))
    duration_minutes = IntegerField(
        _l("Duration in minutes"),
        [REQUIRED, NumberRange(5, 1440, _l("Please enter 5 to 1440 minutes."))],
        render_kw={"min": 5, "max": 1440, "inputmode": "numeric"},
    )
    zone = forms.zone(_l("Time zone of the session"))
    close_day = forms.day(_l("Offices answer until"))
    close_hour = forms.hour(_l("at"))
    reminder_days = IntegerField(
        _l("Remind who is silent: days before that"),
        [Optional(), NumberRange(1, 30, _l("Please enter 1 to 30, or nothing."))],
        render_kw={"min": 1, "max": 30, "inputmode": "numeric"},
    )

    answers_close_at: datetime | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, then the range and the deadline."""
        if not super().validate(extra_validators):
            return False
        first, last = self._days()
        if last < first:
            self.last_day.errors = [gettext("The last day comes before the first one.")]
            return False
        if (last - first).days >= MOST_DAYS:
            self.last_day.errors = [gettext("Please look at %(most)d days at most.", most=MOST_DAYS)]
            return False
        closes = forms.instant_of(self.close_day, self.close_hour, str(self.zone.data), self.close_hour)
        if closes is None:
            return False
        self.answers_close_at = closes[1]
        return True

    def _days(self) -> tuple[date, date]:
        first, last = self.first_day.data, self.last_day.data
        assert first is not None
        assert last is not None
        return first, last

    def plan(self) -> SearchPlan:
        """Return what was entered."""
        assert self.answers_close_at is not None
        first, last = self._days()
        return SearchPlan(
            titles=self.titles.data,
            zone=self.zone.data or "",
            duration_minutes=self.duration_minutes.data or 0,
            first_day=first,
            last_day=last,
            answers_close_at=self.answers_close_at,
            reminder_days=self.reminder_days.data,
        )


class OptionForm(BaseForm):
    """An hour of the organizer's own choice."""

    day = forms.day(_l("Date"))
    hour = forms.hour(_l("Start"))

    def wall_time(self) -> datetime:
        """Return what was entered, once it is valid."""
        day, hour = self.day.data, self.hour.data
        assert day is not None
        assert hour is not None
        return datetime.combine(day, hour)


class ReplyForm(BaseForm):
    """What an office adds to its choices: a note, and a date that would suit better."""

    proposed_on = forms.day(_l("This date would suit better"), required=False)
    note = forms.text(
        _l("Note to the organizers"), most=1000, rows=2, hint=_l("Only the organizers read this note.")
    )

    def reply(self, typed: MultiDict[str, str]) -> Reply:
        """Return what the office says; its choices are called `option-ID`."""
        chosen: date | None = self.proposed_on.data
        return Reply(
            choices=choices_in(typed),
            none_suits="none" in typed,
            note=self.note.data or "",
            proposed_on=chosen,
        )


class TelephoneReplyForm(ReplyForm):
    """The same, as somebody said it on the telephone."""

    said_by = forms.line(_l("Who said so on the telephone?"))


def choices_in(typed: MultiDict[str, str]) -> dict[int, Choice]:
    """Return the choices that were made, by option; what is no choice of ours is left out."""
    known = {one.value for one in Choice}
    found = {}
    for name, value in typed.items():
        number = name.removeprefix("option-")
        if number != name and number.isascii() and number.isdigit() and value in known:
            found[int(number)] = Choice(value)
    return found
