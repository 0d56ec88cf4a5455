"""When the owner of an action item is reminded."""

from datetime import date, timedelta
from enum import StrEnum

BEFORE = timedelta(days=3)


class Phase(StrEnum):
    """Why a reminder goes out: the day is near, or has passed."""

    NEAR = "near"
    PASSED = "passed"


def phase(due_on: date, today: date) -> Phase | None:
    """Return which reminder is due: one from three days before the day, one from the day after it."""
    if today > due_on:
        return Phase.PASSED
    return Phase.NEAR if today >= due_on - BEFORE else None
