"""Forms of the record."""

from typing import Any

from flask_babel import gettext
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from roundtable.db import Texts
from roundtable.languages import OWN_NAMES
from roundtable.languages import later as _l
from roundtable.minutes.entry_service import Written
from roundtable.minutes.kinds import ActionState, Adoption, EntryKind, Presence
from roundtable.minutes.record import Votes
from roundtable.web import forms
from roundtable.web.forms import BaseForm, TextsField, TextsForm, choices

KIND_NAMES = {
    EntryKind.STATEMENT: _l("Statement"),
    EntryKind.DECISION: _l("Decision"),
    EntryKind.ACTION: _l("Action item"),
    EntryKind.NOTE: _l("Note"),
}
PRESENCE_NAMES = {
    Presence.PRESENT: _l("present"),
    Presence.REPRESENTED: _l("represented"),
    Presence.APOLOGIES: _l("apologies"),
    Presence.ABSENT: _l("absent"),
}
ADOPTION_NAMES = {Adoption.CONSENSUS: _l("by consensus"), Adoption.VOTE: _l("by vote")}
ACTION_NAMES = {
    ActionState.OPEN: _l("open"),
    ActionState.IN_PROGRESS: _l("in progress"),
    ActionState.DONE: _l("done"),
    ActionState.DROPPED: _l("dropped"),
}
Choices = dict[str, str]
"""Value -> name, in the order in which they are offered."""


def _votes(label: str) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, 10_000)], render_kw={"min": 0, "max": 10_000})


class EntryForm(TextsForm):
    """An entry of the record. Speaker and owner count for their kinds only."""

    kind = SelectField(_l("Kind of entry"), choices=choices(KIND_NAMES))
    item_id = SelectField(_l("Agenda item"), coerce=str, validate_choice=True)
    language = SelectField(_l("Original language"), choices=choices(OWN_NAMES))
    texts = TextsField(_l("Text"), rows=3, most=10_000)
    speaker_id = SelectField(_l("Speaker"), coerce=str, default="")
    off_record = BooleanField(
        _l("Off the record"), description=_l("Never reaches the press desk or other offices.")
    )
    owner_id = SelectField(_l("Who does it"), coerce=str, default="")
    due_on = forms.day(_l("Until"), required=False)
    adoption = SelectField(
        _l("How it was taken"), choices=choices(ADOPTION_NAMES), default=Adoption.CONSENSUS.value
    )
    votes_for = _votes(_l("Votes for"))
    votes_against = _votes(_l("Votes against"))
    abstentions = _votes(_l("Abstentions"))
    confirmed = SelectMultipleField(_l("Translations that still hold"), validate_choice=False)
    version = IntegerField("", [Optional()], widget=HiddenInput())

    def offer(self, items: Choices, participants: Choices) -> "EntryForm":
        """Say which agenda items and participants there are."""
        self.item_id.choices = choices({**items, "": gettext("without an item")})
        self.speaker_id.choices = self.owner_id.choices = choices({"": "—", **participants})
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for what the kind needs, and for the words in the original language."""
        if not super().validate(extra_validators):
            return False
        if self.kind.data == EntryKind.STATEMENT.value and not self.speaker_id.data:
            self.speaker_id.errors = [gettext("Please choose who speaks.")]
        if self.kind.data == EntryKind.ACTION.value and not self.owner_id.data:
            self.owner_id.errors = [gettext("Please choose who does it.")]
        is_vote = self.kind.data == EntryKind.DECISION.value and self.adoption.data == Adoption.VOTE.value
        if is_vote and self.votes_for.data is None:
            self.votes_for.errors = [gettext("Please enter the votes for the decision.")]
        if self.language.data not in self.texts.data:
            message = gettext("Please write the text in its original language.")
            self.texts.errors = [message]
            self.texts.language_errors = {self.language.data: message}
        return not self.errors

    def written(self) -> Written:
        """Return the entry."""
        return Written(
            kind=EntryKind(self.kind.data),
            language=self.language.data,
            texts=Texts(self.texts.data),
            item_id=_number(self.item_id.data),
            speaker_id=_number(self.speaker_id.data),
            on_record=not self.off_record.data,
            owner_id=_number(self.owner_id.data),
            due_on=self.due_on.data,
            adoption=Adoption(self.adoption.data),
            votes=self._result(),
            confirmed=frozenset(self.confirmed.data or ()) & set(self.text_languages),
        )

    def _result(self) -> Votes | None:
        if self.votes_for.data is None:
            return None
        return Votes(self.votes_for.data, self.votes_against.data or 0, self.abstentions.data or 0)


def _number(text: str | None) -> int | None:
    return int(text) if text else None


class ApprovalForm(BaseForm):
    """The act of approval."""

    approved_by = forms.line(
        _l("Approved by the chair"), hint=_l("Name and office, as the record shall say.")
    )
