"""Forms of the room."""

from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext
from wtforms import Form, IntegerField, RadioField, StringField
from wtforms.fields import Field
from wtforms.validators import NumberRange, Optional, ValidationError

from roundtable.languages import later as _l
from roundtable.video.kinds import OPENS_MINUTES, RoomKind
from roundtable.video.providers import PROVIDERS
from roundtable.web.forms import REQUIRED, AtMost, BaseForm, choices
from roundtable.words import tidy


def _safe_link(_form: Form, field: Field) -> None:
    """Check that a link leads to an https page: nothing else may stand behind a button for mayors."""
    try:
        parts = urlsplit(field.data or "")
        is_safe = (
            parts.scheme == "https" and bool(parts.hostname) and not parts.username and " " not in field.data
        )
    except ValueError:
        is_safe = False
    if not is_safe:
        raise ValidationError(gettext("Please enter a link that begins with https://."))


class RoomForm(BaseForm):
    """Where a meeting takes place, and when its door opens."""

    kind = RadioField(
        _l("Where"),
        choices=choices(
            {RoomKind.LINK: _l("Plain link"), **{kind: one.name for kind, one in PROVIDERS.items()}}
        ),
        default=RoomKind.LINK.value,
    )
    link = StringField(
        _l("Link to the room"),
        [Optional(), AtMost(2000), _safe_link],
        filters=[tidy],
        description=_l(
            "For a plain link, the room itself. For a server, what guests are offered if it does not answer."
        ),
        render_kw={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"},
    )
    opens_minutes = IntegerField(
        _l("The door opens so many minutes before the start"),
        [REQUIRED, NumberRange(0, 240)],
        default=OPENS_MINUTES,
        render_kw={"min": 0, "max": 240},
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the link where the room is one."""
        super().validate(extra_validators)
        if self.kind.data == RoomKind.LINK.value and not self.link.data and not self.link.errors:
            self.link.errors = [gettext("Please enter the link to the room.")]
        return not self.errors
