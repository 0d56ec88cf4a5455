"""Alarms in the reader's language."""

from roundtable.errors import Refusal
from roundtable.languages import refusal_text
from roundtable.watch.alarms import Alarm


def in_words(alarm: Alarm) -> str:
    """Return an alarm's sentence in the current language; days in it are said as the reader says them."""
    return refusal_text(Refusal(alarm.sentence, **alarm.values))
