"""Reading newsrooms that somebody pastes, one to a line."""

from dataclasses import dataclass
from email.utils import parseaddr

from roundtable import addresses
from roundtable.words import tidy, tidy_lines

MOST_LINES = 2000


@dataclass(frozen=True)
class Entered:
    """One newsroom, and the number of its line."""

    name: str
    email: str


@dataclass(frozen=True)
class Read:
    """What was read, each address once, and the lines that are none (numbers from 1)."""

    newsrooms: list[Entered]
    faulty: list[int]


def read(text: str) -> Read:
    """Read lines such as `Daily News <news@example.org>` or a bare address; empty lines are left out."""
    found: dict[str, Entered] = {}
    faulty = []
    for number, line in enumerate(tidy_lines(text).split("\n")[:MOST_LINES], 1):
        if not line.strip():
            continue
        name, address = parseaddr(line.strip().rstrip(",;"))
        email = addresses.checked(address) if address else None
        if email is None:
            faulty.append(number)
            continue
        found.setdefault(addresses.key(email), Entered(tidy(name)[:200] or email, email))
    return Read(list(found.values()), faulty)
