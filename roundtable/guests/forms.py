"""Forms of the guest list."""

from flask_babel import gettext
from wtforms import BooleanField, FileField, SelectField, StringField
from wtforms.validators import ValidationError

from roundtable.guests.csv_import import countries
from roundtable.guests.roles import OrderRule, ParticipantRole
from roundtable.guests.service import ContactRights
from roundtable.languages import later as _l
from roundtable.web import forms
from roundtable.web.forms import REQUIRED, BaseForm, TextsField, TextsForm, choices
from roundtable.words import tidy

ROLE_NAMES = {
    ParticipantRole.CHAIR: _l("chair"),
    ParticipantRole.SPEAKER: _l("speaker"),
    ParticipantRole.OBSERVER: _l("observer"),
}
ENCODING_NAMES = {
    "": _l("recognise by itself"),
    "utf-8": "UTF-8",
    "windows-1254": _l("Windows-1254 (Turkish)"),
    "windows-1252": _l("Windows-1252 (Western European)"),
    "utf-16": "UTF-16",
}
ORDER_NAMES = {
    OrderRule.ALPHABETICAL: _l("alphabetical, chairs first"),
    OrderRule.ALTERNATING: _l("alternating countries, chairs first"),
}


class ParticipantForm(TextsForm):
    """A city's mayor at this conference."""

    city = TextsField(_l("City"), most=120)
    country = StringField(
        _l("Country"),
        [REQUIRED],
        filters=[lambda text: tidy(text).upper()],
        description=_l("The two-letter code, such as TR or DE."),
        render_kw={"maxlength": 2, "size": 4, "autocapitalize": "characters"},
    )
    zone = forms.zone(_l("Time zone of the city"))
    person = forms.line(_l("Name of the mayor"), required=False)
    offices = TextsField(_l("Office, as it shall be written"), required=False)
    role = SelectField(
        _l("Role at the table"), choices=choices(ROLE_NAMES), default=ParticipantRole.SPEAKER.value
    )

    def validate_country(self, field: StringField) -> None:
        """Check the code."""
        if field.data not in countries():
            raise ValidationError(
                gettext(
                    "“%(value)s” is not a country. Please write a code such as TR or DE.", value=field.data
                )
            )


class ContactForm(BaseForm):
    """A mailbox that acts for the participant."""

    name = forms.line(_l("Name of the contact"), hint=_l("A person or an office, such as “Private office”."))
    email = forms.email(_l("E-mail address of the contact"))
    language = forms.language(_l("Language of letters and pages"))
    gets_invitation = BooleanField(_l("Gets the invitation and all letters about it"), default=True)
    may_answer = BooleanField(_l("May answer for the city"), default=True)
    gets_reminders = BooleanField(_l("Gets reminders"), default=True)
    gets_join_link = BooleanField(_l("Gets the access to the session"), default=True)
    clears_quotes = BooleanField(_l("Releases quotes for the press"), default=True)

    @property
    def right_fields(self) -> list[BooleanField]:
        """The fields that say what the contact may do and gets."""
        return [
            self.gets_invitation,
            self.may_answer,
            self.gets_reminders,
            self.gets_join_link,
            self.clears_quotes,
        ]

    def rights(self) -> ContactRights:
        """Return what the contact may do and gets."""
        return ContactRights(**{field.short_name: bool(field.data) for field in self.right_fields})


class ImportForm(BaseForm):
    """A guest list as a file."""

    file = FileField(_l("Guest list (CSV)"), render_kw={"accept": ".csv,.txt,text/csv"})
    encoding = SelectField(_l("Encoding"), choices=choices(ENCODING_NAMES), default="")


class OrderForm(BaseForm):
    """A rule for the protocol order."""

    rule = SelectField(_l("Order of the seats"), choices=choices(ORDER_NAMES))
