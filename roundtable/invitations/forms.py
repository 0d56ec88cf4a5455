"""The answer, as an office gives it on its page or an organizer takes it by telephone."""

from typing import Any

from flask_babel import gettext
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import Optional

from roundtable.invitations.answers import ANSWER_NAMES
from roundtable.invitations.models import GivenAnswer, Invitation, Needs
from roundtable.invitations.rsvp import Answer
from roundtable.languages import OWN_NAMES
from roundtable.languages import later as _l
from roundtable.web import forms
from roundtable.web.forms import BaseForm, choices

PICTURES = {
    "": _l("no answer yet"),
    "yes": _l("Yes, pictures may be taken and published"),
    "no": _l("No, please no pictures"),
}
OTHER = {"": _l("please choose"), **OWN_NAMES, "other": _l("another language")}


class AnswerForm(BaseForm):
    """One question with four answers, and a further one only where it is needed."""

    answer = RadioField(_l("Your answer"), choices=choices(ANSWER_NAMES))
    deputy_name = forms.line(_l("Name of the deputy"), required=False)
    deputy_office = forms.line(_l("Function of the deputy"), required=False)
    deputy_email = forms.email(
        _l("E-mail address of the deputy"), required=False, hint=_l("The deputy gets an own letter and link.")
    )
    deputy_language = forms.language(_l("Language of the deputy"))
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
        """Ask for an answer, and for what belongs to it."""
        self.deputy_language.validators = [Optional()]
        self.deputy_language.validate_choice = bool(self.deputy_language.data)
        if not self.answer.data:
            super().validate(extra_validators)
            self.answer.errors = [gettext("Please choose one of the answers.")]
            return False
        if not super().validate(extra_validators):
            return False
        if self.answer.data == Answer.DELEGATED.value:
            return self._names_deputy()
        if self.answer.data == Answer.TENTATIVE.value and self.sure_by.data is None:
            self.sure_by.errors = [gettext("Please name a day by which you will know.")]
            return False
        return True

    def _names_deputy(self) -> bool:
        if not self.deputy_name.data:
            self.deputy_name.errors = [gettext("Please enter the name of the deputy.")]
        if not self.deputy_email.data:
            self.deputy_email.errors = [
                gettext("Please enter the deputy’s address: the access to the session goes there.")
            ]
        return not (self.deputy_name.errors or self.deputy_email.errors)

    def given(self) -> GivenAnswer:
        """Return the answer."""
        return GivenAnswer(
            answer=Answer(self.answer.data),
            note=self.note.data or "",
            sure_by=self.sure_by.data,
            deputy_name=self.deputy_name.data or "",
            deputy_office=self.deputy_office.data or "",
            deputy_email=self.deputy_email.data or "",
            deputy_language=self.deputy_language.data or "",
        )


class TelephoneForm(AnswerForm):
    """An answer that came by telephone; a deputy's address may be found out later."""

    said_by = forms.line(_l("Who said so on the telephone?"))

    def _names_deputy(self) -> bool:
        if not self.deputy_name.data:
            self.deputy_name.errors = [gettext("Please enter the name of the deputy.")]
        return not self.deputy_name.errors


class NeedsForm(BaseForm):
    """What the organizers must know of who takes the seat."""

    speaks = SelectField(_l("Will speak"), choices=choices(OTHER))
    listens_to = SelectField(_l("Wants to hear interpretation into"), choices=choices(OTHER))
    topic = forms.line(_l("Topic of the statement"), required=False, most=300)
    pictures = SelectField(_l("Pictures of the session"), choices=choices(PICTURES))

    @classmethod
    def of(cls, invitation: Invitation) -> "NeedsForm":
        """Return the form with what is known."""
        known = {None: "", True: "yes", False: "no"}
        form = cls(obj=invitation)
        form.pictures.data = known[invitation.pictures_allowed]
        return form

    def needs(self) -> Needs:
        """Return what was said."""
        return Needs(
            speaks=self.speaks.data or "",
            listens_to=self.listens_to.data or "",
            topic=self.topic.data or "",
            pictures_allowed={"yes": True, "no": False}.get(self.pictures.data or ""),
        )


class LinkAgainForm(BaseForm):
    """Whoever has lost the personal link."""

    email = forms.email(_l("Your office’s e-mail address"))


class RefusalForm(BaseForm):
    """Why a deputy is not accepted."""

    reason = forms.text(_l("Reason, as the office will read it"), required=True, most=1000, rows=3)


class CorrectionForm(BaseForm):
    """The right address for a letter that did not arrive."""

    email = forms.email(_l("Right e-mail address"))


class WordingForm(BaseForm):
    """How a letter shall be worded."""

    subject = forms.line(_l("Subject"), most=300)
    body = forms.text(_l("Text"), required=True, most=4000, rows=18)
    version = HiddenField()

    @property
    def version_number(self) -> int:
        """The version of the words that were changed; a broken one matches none."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
