"""Forms of conferences, bodies, members and meetings."""

from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext
from wtforms import BooleanField, EmailField, FileField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from roundtable.conferences.roles import BodyRole, DeputyRule, Role
from roundtable.languages import OWN_NAMES
from roundtable.languages import later as _l
from roundtable.web import forms
from roundtable.web.forms import REQUIRED, BaseForm, TextsField, TextsForm, choices

ROLE_NAMES = {
    Role.ORGANIZER: _l("organizer"),
    Role.MINUTE_TAKER: _l("minute taker"),
    Role.PRESS_OFFICER: _l("press officer"),
    Role.OBSERVER: _l("observer"),
}
BODY_ROLE_NAMES = {
    BodyRole.HOST: _l("host"),
    BodyRole.CO_ORGANIZER: _l("co-organizer"),
    BodyRole.SUPPORTER: _l("supporter"),
}


DEPUTY_RULE_NAMES = {
    DeputyRule.ALLOWED: _l("Offices may send a deputy"),
    DeputyRule.NEEDS_APPROVAL: _l("Offices may propose a deputy; you accept or refuse"),
    DeputyRule.NOT_ALLOWED: _l("Only the mayors themselves"),
}


class ConferenceForm(TextsForm):
    """What a conference says about itself."""

    titles = TextsField(_l("Title"))
    languages = SelectMultipleField(
        _l("Languages"),
        choices=choices(OWN_NAMES),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=_l("Letters, pages and documents are made in these languages."),
    )
    home_zone = forms.zone(_l("Home time zone"))
    contact_name = forms.line(
        _l("Contact person"), hint=_l("Offices write to this person and call this person.")
    )
    contact_email = forms.email(_l("E-mail address of the contact person"))
    contact_phone = forms.line(_l("Telephone of the contact person"), required=False, most=60)
    sender_names = TextsField(
        _l("Sender of the letters"),
        required=False,
        description=_l("Without an entry the first body gives its name."),
    )
    sender_email = forms.email(
        _l("Sender’s address"),
        required=False,
        hint=_l(
            "Without an entry the program’s own. It must lie in the same domain, and stays once somebody has been "
            "invited: calendars know a session by it."
        ),
    )
    letters_per_minute = IntegerField(
        _l("At most so many letters a minute"),
        [Optional(), NumberRange(1, 10_000, _l("Please enter 1 to 10000, or nothing."))],
        render_kw={"min": 1, "max": 10_000, "inputmode": "numeric"},
        description=_l("For mail servers that set a limit; without an entry as fast as it goes."),
    )
    second_pair_of_eyes = BooleanField(
        _l("Press summaries need a second pair of eyes: somebody else than who proposes one releases it.")
    )

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        # The titles may be typed in every language, whichever the conference takes in the end.
        super().__init__(formdata, **{**values, "languages": tuple(OWN_NAMES)})

    def validate_sender_email(self, field: EmailField) -> None:
        """Let letters come only from the domain that vouches for them (SPF, DKIM)."""
        own = current_app.config["ROUNDTABLE"].mail_from.rpartition("@")[2].lower()
        if field.data and field.data.rpartition("@")[2].lower() != own:
            raise ValidationError(gettext("Please use an address that ends in @%(domain)s.", domain=own))

    def validate_languages(self, field: SelectMultipleField) -> None:
        """Ask for a language at least."""
        if not field.data:
            raise ValidationError(gettext("Please choose at least one language."))


class BodyForm(TextsForm):
    """An organisation that hosts or supports the conference."""

    names = TextsField(_l("Name of the body"))
    role = SelectField(_l("Role of the body"), choices=choices(BODY_ROLE_NAMES))
    boilerplates = TextsField(
        _l("Boilerplate: the standing paragraph about the body"), rows=3, most=2000, required=False
    )
    logo = FileField(
        _l("Logo"),
        description=_l("JPEG, PNG or WebP, at most 10 MB; it stands on agendas."),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )


class MemberForm(BaseForm):
    """Whom to invite, and what they do here."""

    email = forms.email(_l("E-mail address"))
    role = SelectField(_l("Role"), choices=choices(ROLE_NAMES))
    language = forms.language(_l("Language of the letter"))


class RoleForm(BaseForm):
    """What a colleague does here."""

    role = SelectField(_l("Role"), choices=choices(ROLE_NAMES))


def _days(label: str) -> IntegerField:
    return IntegerField(
        label,
        [Optional(), NumberRange(1, 90, _l("Please enter 1 to 90, or nothing."))],
        render_kw={"min": 1, "max": 90, "inputmode": "numeric"},
    )


class MeetingForm(TextsForm):
    """When and how a session shall be."""

    titles = TextsField(_l("Title of the session"))
    day = forms.day(_l("Date"))
    hour = forms.hour(_l("Start"))
    zone = forms.zone(_l("Time zone of date and start"))
    duration_minutes = IntegerField(
        _l("Duration in minutes"),
        [REQUIRED, NumberRange(5, 1440, _l("Please enter 5 to 1440 minutes."))],
        render_kw={"min": 5, "max": 1440, "inputmode": "numeric"},
    )
    close_day = forms.day(_l("Answers close on"), required=False)
    close_hour = forms.hour(_l("at"), required=False)
    deputies = SelectField(
        _l("Deputies"), choices=choices(DEPUTY_RULE_NAMES), default=DeputyRule.ALLOWED.value
    )
    reminder_days = _days(_l("Remind who has not answered: days before answers close"))
    last_reminder_days = _days(_l("Last reminder: days before answers close"))
    session_reminder_hours = IntegerField(
        _l("Remind who takes part: hours before the start"),
        [Optional(), NumberRange(1, 336, _l("Please enter 1 to 336, or nothing."))],
        render_kw={"min": 1, "max": 336, "inputmode": "numeric"},
    )

    wall_time: datetime | None = None
    answers_close_at: datetime | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, then the wall times in the chosen zone."""
        if not super().validate(extra_validators):
            return False
        zone = str(self.zone.data)
        start = forms.instant_of(self.day, self.hour, zone, self.hour)
        if start is None:
            return False
        self.wall_time = start[0]
        if not self._reminders_are_in_order():
            return False
        return self._read_deadline(zone, start[1])

    def _reminders_are_in_order(self) -> bool:
        first, last = self.reminder_days.data, self.last_reminder_days.data
        if first and last and last >= first:
            self.last_reminder_days.errors = [gettext("The last reminder comes after the first one.")]
            return False
        return True

    def _read_deadline(self, zone: str, starts_at: datetime) -> bool:
        if not self.close_day.data and not self.close_hour.data:
            return True
        if not self.close_day.data or not self.close_hour.data:
            self.close_day.errors = [gettext("Please enter both the day and the hour, or neither.")]
            return False
        closes = forms.instant_of(self.close_day, self.close_hour, zone, self.close_hour)
        if closes is None:
            return False
        if closes[1] > starts_at:
            self.close_day.errors = [gettext("Answers must close before the session begins.")]
            return False
        self.answers_close_at = closes[1]
        return True
