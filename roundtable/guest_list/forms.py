"""Forms of the guest list."""

from typing import Any

from flask_babel import gettext
from wtforms import BooleanField, FileField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from roundtable.guests.catalogue import countries
from roundtable.guests.roles import OrderRule, ParticipantRole
from roundtable.guests.service import CityInWords, ContactRights
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


COLUMN_LABELS = {
    "city": _l("City"),
    "country": _l("Country"),
    "state": _l("State"),
    "zone": _l("Time zone"),
    "office": _l("Office"),
    "person": _l("Mayor"),
    "contact": _l("Contact"),
    "email": _l("E-mail address"),
    "language": _l("Language"),
    "role": _l("Role"),
    "since": _l("In office since"),
}
MISSING_NAMES = {
    "contact": _l("no contact"),
    "person": _l("no name of the mayor"),
    "office": _l("office not in every language"),
    "state": _l("no German state"),
    "names": _l("city name not in every language"),
    "since": _l("no day of taking office"),
}


class ParticipantForm(TextsForm):
    """A city's mayor at this conference."""

    city = TextsField(_l("City"), most=120, suggestions="cities")
    country = StringField(
        _l("Country"),
        [Optional()],
        filters=[lambda text: tidy(text).upper()],
        description=_l("The two-letter code, such as TR or DE; known cities fill it in by themselves."),
        render_kw={"maxlength": 2, "size": 4, "autocapitalize": "characters"},
    )
    state = StringField(
        _l("State"),
        [Optional(), forms.AtMost(8)],
        filters=[lambda text: tidy(text).upper()],
        description=_l("In Germany, for its public holidays: a code such as NW."),
        render_kw={"maxlength": 8, "size": 6, "autocapitalize": "characters"},
    )
    zone = forms.zone(_l("Time zone of the city"), required=False)
    person = forms.line(_l("Name of the mayor"), required=False)
    offices = TextsField(_l("Office, as it shall be written"), required=False)
    role = SelectField(
        _l("Role at the table"), choices=choices(ROLE_NAMES), default=ParticipantRole.SPEAKER.value
    )

    in_office_since = forms.day(_l("In office since"), required=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """Fill in what the catalogue knows of the city, then check."""
        if self.city.data is None or not super().validate(extra_validators):
            return False
        typed = self.typed()
        if not typed.country:
            self.country.errors = [str(REQUIRED.message)]
        elif not typed.zone:
            self.zone.errors = [str(REQUIRED.message)]
        return not (self.country.errors or self.zone.errors)

    def typed(self) -> CityInWords:
        """Return the city with what the catalogue adds to it."""
        return CityInWords(
            self.city.data, self.country.data or "", self.zone.data or "", self.state.data or ""
        ).completed()

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

    file = FileField(_l("Guest list (CSV or Excel)"), render_kw={"accept": ".csv,.txt,.xlsx,text/csv"})
    encoding = SelectField(_l("Encoding of a CSV file"), choices=choices(ENCODING_NAMES), default="")


class OrderForm(BaseForm):
    """A rule for the protocol order."""

    rule = SelectField(_l("Order of the seats"), choices=choices(ORDER_NAMES))
