"""Which of the proposed hours suits best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from roundtable.scheduling.choices import Choice


@dataclass(frozen=True)
class Voter:
    """Somebody who is asked: a participant. Without the required ones the meeting makes no sense."""

    id: int
    country: str
    is_required: bool = False


@dataclass(frozen=True)
class Candidate:
    """A proposed hour."""

    id: int
    starts_at: datetime


@dataclass(frozen=True)
class CountryCount:
    """How many of a country said what."""

    yes: int = 0
    if_need_be: int = 0
    no: int = 0
    silent: int = 0


@dataclass(frozen=True)
class Tally:
    """What was said to one hour. `place` is its rank, from 1; equal results share one."""

    candidate: Candidate
    place: int
    yes: int
    if_need_be: int
    no: int
    silent: int
    required_yes: int
    required_if_need_be: int
    required_no: int
    required_silent: int
    by_country: Mapping[str, CountryCount] = field(default_factory=dict)


def ranked(
    candidates: Sequence[Candidate],
    voters: Sequence[Voter],
    answers: Mapping[tuple[int, int], Choice],
) -> list[Tally]:
    """Return the hours, the best first. `answers` is by (candidate, voter); what is missing is silence.

    No hour to which a required person says no stands above one to which none does. Then the required
    ones' yes and if-need-be count, then everybody's yes, then if-need-be; at last the earlier hour.
    So another yes never lowers an hour.
    """
    tallies = [_tally(one, voters, answers) for one in candidates]
    tallies.sort(key=lambda one: (_merit(one), one.candidate.starts_at, one.candidate.id))
    places: dict[tuple[int, ...], int] = {}
    for index, one in enumerate(tallies, start=1):
        places.setdefault(_merit(one), index)
    return [Tally(**{**vars(one), "place": places[_merit(one)]}) for one in tallies]


def _merit(one: Tally) -> tuple[int, ...]:
    """Smaller is better."""
    return (one.required_no, -one.required_yes, -one.required_if_need_be, -one.yes, -one.if_need_be)


def _tally(candidate: Candidate, voters: Sequence[Voter], answers: Mapping[tuple[int, int], Choice]) -> Tally:
    said = [(voter, answers.get((candidate.id, voter.id))) for voter in voters]
    by_country = {
        country: CountryCount(*_counts([choice for voter, choice in said if voter.country == country]))
        for country in dict.fromkeys(voter.country for voter in voters)
    }
    everybody = _counts([choice for _, choice in said])
    required = _counts([choice for voter, choice in said if voter.is_required])
    return Tally(candidate, 0, *everybody, *required, by_country)


def _counts(choices: Sequence[Choice | None]) -> tuple[int, int, int, int]:
    """Return how often yes, if need be, no and nothing was said."""
    return (
        choices.count(Choice.YES),
        choices.count(Choice.IF_NEED_BE),
        choices.count(Choice.NO),
        choices.count(None),
    )
