"""Translations of an entry: which of them were made from an original that has moved on since."""

import hashlib
from collections.abc import Collection

from roundtable.db import Texts


def mark(words: str) -> str:
    """Return a short name of the very words: a changed letter changes it."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def rebased(
    before: Texts, based_on: Texts, texts: Texts, language: str, *, confirmed: Collection[str] = ()
) -> Texts:
    """Return for each translation in `texts` the mark of the original that it was made from.

    A translation that is new, was changed, or whose writer says that it still holds, is made from the
    present original; every other keeps its mark. `before` and `based_on` are those stored so far.
    """
    now = mark(texts.get(language, ""))
    marks = {}
    for code, words in texts.items():
        if code == language:
            continue
        is_untouched = before.get(code) == words and code in based_on and code not in confirmed
        marks[code] = based_on[code] if is_untouched else now
    return Texts(marks)


def stale(texts: Texts, based_on: Texts, language: str) -> tuple[str, ...]:
    """Return the languages whose translation was made from another original than the present one."""
    now = mark(texts.get(language, ""))
    return tuple(code for code in texts if code != language and based_on.get(code, now) != now)
