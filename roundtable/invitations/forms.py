"""The answer, as an office gives it on its page or an organizer takes it by telephone."""

from typing import Any

from flask_babel import gettext
from wtforms import RadioField

from roundtable.invitations.answers import ANSWER_NAMES
from roundtable.invitations.models import GivenAnswer
from roundtable.invitations.rsvp import Answer
from roundtable.languages import later as _l
from roundtable.web import forms
from roundtable.web.forms import BaseForm, choices


class AnswerForm(BaseForm):
    """One question with four answers, and a further one only where it is needed."""

    answer = RadioField(_l("Your answer"), choices=choices(ANSWER_NAMES))
    deputy_name = forms.line(_l("Name of the deputy"), required=False)
    deputy_office = forms.line(_l("Function of the deputy"), required=False)
    deputy_email = forms.email(_l("E-mail address of the deputy"), required=False)
    sure_by = forms.day(_l("We will know by"), required=False)
    note = forms.text(
        _l("Note to the organizers"), most=1000, rows=2, hint=_l("Only the organizers read this note.")
    )

    def without_deputies(self) -> "AnswerForm":
        """Leave the deputy out, for sessions that take none."""
        offered: list[Any] = list(self.answer.choices or [])
        self.answer.choices = [choice for choice in offered if choice.value != Answer.DELEGATED.value]
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for an answer, and for the deputy's name where one is sent."""
        if not self.answer.data:
            super().validate(extra_validators)
            self.answer.errors = [gettext("Please choose one of the answers.")]
            return False
        if not super().validate(extra_validators):
            return False
        if self.answer.data == Answer.DELEGATED.value and not self.deputy_name.data:
            self.deputy_name.errors = [gettext("Please enter the name of the deputy.")]
            return False
        return True

    def given(self) -> GivenAnswer:
        """Return the answer."""
        return GivenAnswer(
            answer=Answer(self.answer.data),
            note=self.note.data or "",
            sure_by=self.sure_by.data,
            deputy_name=self.deputy_name.data or "",
            deputy_office=self.deputy_office.data or "",
            deputy_email=self.deputy_email.data or "",
        )


class TelephoneForm(AnswerForm):
    """An answer that came by telephone."""

    said_by = forms.line(_l("Who said so on the telephone?"))
