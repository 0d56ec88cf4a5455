"""Protocol order: whose name and seat comes first."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

# The alphabets where they leave the plain Latin order. Sources: TDK "Türk alfabesi" (29 letters);
# DIN 5007-1 for German, where ä, ö, ü and ß sort as a, o, u and ss.
_TURKISH = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
_GERMAN_AS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_TURKISH_LOWER = str.maketrans({"I": "ı", "İ": "i"})


def sort_key(text: str, language: str) -> tuple[tuple[int, ...], str]:
    """Return the key by which a reader of the language expects names to be sorted.

    Letters that an alphabet does not have sort with their base letter; ties are broken by the
    text itself, so the order is total.
    """
    text = unicodedata.normalize("NFC", text)
    if language == "tr":
        lowered = text.translate(_TURKISH_LOWER).lower().replace("ß", "ss")
        return tuple(_turkish_place(letter) for letter in lowered), text
    lowered = text.replace("İ", "I").lower().translate(_GERMAN_AS)
    return tuple(_latin_place(letter) for letter in lowered), text


def _turkish_place(letter: str) -> int:
    place = _TURKISH.find(letter)
    if place < 0:
        place = _TURKISH.find(_base(letter))
    # Blanks, hyphens and digits come before all letters.
    return ord(letter) - 0x10000 if place < 0 else place


def _latin_place(letter: str) -> int:
    # In CLDR's root order the dotless i is a letter of its own, right after i.
    return 2 * ord("i") + 1 if letter == "ı" else 2 * ord(_base(letter))


def _base(letter: str) -> str:
    """The letter without its marks."""
    return unicodedata.normalize("NFD", letter)[0]


def search_key(text: str) -> str:
    """Fold a name for comparison: İ, I, ı and i are one letter, marks and case do not count."""
    folded = unicodedata.normalize("NFD", text.replace("ı", "i").replace("İ", "i").casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter)).strip()


def alternating(rows: Sequence[T], group_of: Callable[[T], str]) -> list[T]:
    """Interleave the groups in proportion to their sizes, keeping the order inside each group.

    Twelve of one country and eight of the other cannot alternate strictly; each group is spread
    evenly over the whole length instead. The group of the first row (the host's) begins.
    """
    groups: dict[str, list[T]] = {}
    for row in rows:
        groups.setdefault(group_of(row), []).append(row)
    spread = [
        ((place + 0.5) / len(members), rank, member)
        for rank, members in enumerate(groups.values())
        for place, member in enumerate(members)
    ]
    ordered = sorted(spread, key=lambda entry: entry[:2])
    if rows:
        # The host's country begins even where its first share would come later.
        first = next(index for index, entry in enumerate(ordered) if entry[2] is rows[0])
        ordered.insert(0, ordered.pop(first))
    return [member for _, _, member in ordered]


def moved(rows: Iterable[T], row: T, by: int) -> list[T]:
    """Return the rows with one of them moved up (negative) or down, as far as there is room."""
    result = list(rows)
    place = result.index(row)
    result.pop(place)
    result.insert(max(0, min(len(result), place + by)), row)
    return result


def fewest_moves(before: Sequence[T], after: Sequence[T]) -> set[T]:
    """Return the fewest members whose move makes the one order of the other.

    Those are all but a longest row that both have in common. Both hold the same members, each once.
    """
    place = {member: index for index, member in enumerate(before)}
    lengths: list[int] = []
    behind: list[int] = []
    for at, member in enumerate(after):
        fitting = [one for one in range(at) if place[after[one]] < place[member]]
        best = max(fitting, key=lambda one: lengths[one], default=-1)
        lengths.append(lengths[best] + 1 if best >= 0 else 1)
        behind.append(best)
    kept = set()
    at = max(range(len(after)), key=lambda one: lengths[one], default=-1)
    while at >= 0:
        kept.add(after[at])
        at = behind[at]
    return set(after) - kept
