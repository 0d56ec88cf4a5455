"""The way of a meeting: six steps from the date to the press summary."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """The steps, in their order."""

    DATE = "date"
    AGENDA = "agenda"
    INVITATIONS = "invitations"
    MEETING = "meeting"
    MINUTES = "minutes"
    PRESS = "press"


@dataclass(frozen=True)
class Mark:
    """A step with its state: `done`, `now` or `open`."""

    step: Step
    state: str


def way(
    *, has_agenda: bool, is_invited: bool, is_over: bool, is_approved: bool, is_published: bool
) -> list[Mark]:
    """Return the steps with their states. The date stands from the beginning; the first step that is
    not done is the present one, and what was done out of turn still counts as done.
    """  # noqa: D205 - one thought
    done = {
        Step.DATE: True,
        Step.AGENDA: has_agenda,
        Step.INVITATIONS: is_invited,
        Step.MEETING: is_over,
        Step.MINUTES: is_approved,
        Step.PRESS: is_published,
    }
    present = next((step for step in Step if not done[step]), None)
    return [Mark(step, "done" if done[step] else "now" if step is present else "open") for step in Step]
