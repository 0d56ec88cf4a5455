"""What interpreters must do: from which language into which, and for how many."""

from collections import Counter
from collections.abc import Iterable


def directions(needs: Iterable[tuple[str, str]]) -> list[tuple[str, str, int]]:
    """Return (from, into, listeners) for every direction that is needed, the most listeners first.

    `needs` are (speaks, listens to) as language codes. A direction is needed where somebody speaks a
    language and somebody else listens to another; who has not said so counts for nothing.
    """
    known = list(needs)
    spoken = {speaks for speaks, _ in known if speaks}
    heard = Counter(listens for _, listens in known if listens)
    found = [
        (source, target, count) for target, count in heard.items() for source in spoken if source != target
    ]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1]))
