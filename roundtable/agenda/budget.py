"""The budget of time: what is planned, how it is shared among the countries, and what is left."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """The speaking time of one country's cities, in minutes."""

    country: str
    cities: int
    minutes: int


@dataclass(frozen=True)
class Budget:
    """All in minutes: what the session has, what the items take, and what the speakers have of it.

    `over` is what the items take beyond the session; negative: so much is left.
    """

    available: int
    planned: int
    over: int
    shares: tuple[Share, ...]
    other: int
    """What is planned beside speaking slots: welcome, topics, breaks, the buffer for interpretation."""

    @property
    def speaking(self) -> int:
        return sum(one.minutes for one in self.shares)

    @property
    def scale(self) -> int:
        """The length of the picture: the longer of session and plan."""
        return max(self.available, self.planned, 1)


def budget(available: int, planned: int, over: int, slots: Iterable[tuple[str, int]]) -> Budget:
    """Return the budget; `slots` are (country, minutes) of every speaking slot."""
    minutes: dict[str, int] = {}
    cities: dict[str, int] = {}
    for country, length in slots:
        minutes[country] = minutes.get(country, 0) + length
        cities[country] = cities.get(country, 0) + 1
    shares = tuple(
        Share(country, cities[country], total)
        for country, total in sorted(minutes.items(), key=lambda entry: (-entry[1], entry[0]))
    )
    return Budget(available, planned, over, shares, planned - sum(one.minutes for one in shares))
