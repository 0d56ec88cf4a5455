"""The base of all forms: tidy texts, messages in the reader's language, texts in several languages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from wtforms import DateField, EmailField, Form, SelectField, StringField, TextAreaField, TimeField
from wtforms import i18n as wtforms_i18n
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Optional, StopValidation, ValidationError

from roundtable import times
from roundtable.addresses import checked
from roundtable.db import Texts
from roundtable.errors import Refusal
from roundtable.languages import OWN_NAMES, current_language, refusal_text
from roundtable.languages import later as _l
from roundtable.words import tidy, tidy_lines

LINE = 200
TEXT = 10_000


@cache
def _own_messages(language: str) -> object:
    # WTForms looks among its files each time that a form is made.
    return wtforms_i18n.get_translations([language])


class BaseForm(Form):
    """A form whose own messages speak the reader's language."""

    class Meta:
        """WTForms' own messages (a date that is none, a choice that is not offered)."""

        def get_translations(self, _form: Form) -> object:
            return _own_messages(current_language())

    @property
    def first_errors(self) -> list[tuple[Field, str]]:
        """Each faulty field with its first error, for the summary on top of the page."""
        return [(field, _first(field.errors)) for field in self if field.errors]


def _first(errors: Any) -> str:
    entry = errors[0] if isinstance(errors, list | tuple) else next(iter(errors.values()))
    return entry if isinstance(entry, str) else _first(entry) if isinstance(entry, list) else str(entry)


REQUIRED = InputRequired(_l("Please fill in this field."))


def line(label: str, *, required: bool = True, most: int = LINE, hint: str = "", **more: Any) -> StringField:
    """Return a field for one line of text."""
    return StringField(
        label,
        [REQUIRED if required else Optional(), AtMost(most)],
        filters=[tidy],
        description=hint,
        **more,
    )


def text(
    label: str, *, required: bool = False, most: int = TEXT, hint: str = "", rows: int = 4
) -> TextAreaField:
    """Return a field for several lines of text."""
    return TextAreaField(
        label,
        [REQUIRED if required else Optional(), AtMost(most)],
        filters=[tidy_lines],
        description=hint,
        render_kw={"rows": rows},
    )


def email(label: str, *, required: bool = True, hint: str = "") -> EmailField:
    """Return a field for one mail address; it holds the normal form of the address."""
    return EmailField(
        label,
        [REQUIRED if required else Optional(), AtMost(254), valid_address],
        filters=[tidy],
        description=hint,
        render_kw={"autocomplete": "email"},
    )


class AtMost:
    """Refuses texts that are longer than the database keeps."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, _form: Form, field: Field) -> None:
        if field.data and len(field.data) > self.most:
            raise ValidationError(gettext("Please use at most %(count)d characters.", count=self.most))


def valid_address(_form: Form, field: Field) -> None:
    """Check a mail address and keep its normal form."""
    if not field.data:
        return
    address = checked(field.data)
    if address is None:
        raise StopValidation(gettext("Please enter one mail address, such as office@example.org."))
    field.data = address


def known_zone(_form: Form, field: Field) -> None:
    """Check the name of a time zone."""
    try:
        times.zone_named(field.data or "")
    except Refusal as refusal:
        raise ValidationError(refusal_text(refusal)) from refusal


def zone(label: str, *, required: bool = True) -> StringField:
    """Return a field for a time zone, with proposals as one types."""
    return StringField(
        label,
        [REQUIRED if required else Optional(), known_zone],
        filters=[tidy],
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
        description=_l("A place such as Europe/Berlin or Europe/Istanbul."),
    )


def day(label: str, *, required: bool = True) -> DateField:
    """Return a field for a date."""
    return DateField(label, [REQUIRED if required else Optional()])


def hour(label: str, *, required: bool = True) -> TimeField:
    """Return a field for a time of day."""
    return TimeField(label, [REQUIRED if required else Optional()])


def choices(names: Mapping[Any, Any]) -> list[Any]:
    """Return what a choice among these offers: value -> name, in their order."""
    return [SelectChoice(str(value), name) for value, name in names.items()]


def language(label: str) -> SelectField:
    """Return a choice among the program's languages."""
    return SelectField(label, choices=choices(OWN_NAMES))


def instant_of(
    day_field: Field, hour_field: Field, zone_name: str, errors_to: Field
) -> tuple[datetime, datetime] | None:
    """Return (wall time, instant) of a date and a time field in the zone.

    A wall time that does not exist or comes twice is reported at `errors_to`, and None is returned.
    """
    chosen_day, chosen_hour = day_field.data, hour_field.data
    if not isinstance(chosen_day, date) or not isinstance(chosen_hour, time):
        return None
    wall_time = datetime.combine(chosen_day, chosen_hour)
    try:
        return wall_time, times.instant(wall_time, ZoneInfo(zone_name))
    except Refusal as refusal:
        errors_to.errors = [*errors_to.errors, refusal_text(refusal)]
        return None


class TextsField(Field):
    """One text in each of the conference's languages; its data is a `Texts`.

    The inputs are called NAME-LANGUAGE. `languages` is set by the form when it is made.
    """

    def __init__(
        self,
        label: str = "",
        validators: Any = (),
        *,
        most: int = LINE,
        rows: int = 0,
        required: bool = True,
        suggestions: str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **more)
        self.suggestions = suggestions  # the lists of proposals on the page are called NAME-LANGUAGE
        self.most = most
        self.rows = rows
        self.is_required = required
        self.languages: Sequence[str] = ()
        self.language_errors: dict[str, str] = {}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002
        clean = tidy_lines if self.rows else tidy
        self.object_data = data
        if formdata:
            self.data = Texts(
                {code: clean(formdata.get(f"{self.name}-{code}", "")) for code in self.languages}
            )
        else:
            self.data = Texts(data if isinstance(data, dict) else {})

    def words(self, code: str) -> str:
        """Return what stands in the input of the language."""
        return str(self.data.get(code, "")) if self.data else ""

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        self.language_errors = {}
        for code in self.languages:
            if len(self.words(code)) > self.most:
                self.language_errors[code] = gettext(
                    "Please use at most %(count)d characters.", count=self.most
                )
        if self.is_required and not self.data and self.languages:
            self.language_errors[self.languages[0]] = gettext("Please fill in at least one language.")
        if self.language_errors:
            raise StopValidation(next(iter(self.language_errors.values())))


class TextsForm(BaseForm):
    """A form with texts in the languages of one conference."""

    def __init__(
        self, formdata: Any = None, *, languages: Sequence[str], obj: Any = None, **values: Any
    ) -> None:
        self.text_languages = tuple(languages)
        super().__init__(formdata, obj=obj, **values)

    def process(self, formdata: Any = None, obj: Any = None, *more: Any, **values: Any) -> None:
        for field in self:
            if isinstance(field, TextsField):
                field.languages = self.text_languages
        super().process(formdata, obj, *more, **values)
