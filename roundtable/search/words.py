"""Words as they are searched for: the same for İzmir, izmir and IZMIR, for Köln and koln."""

import re
from unicodedata import category

from roundtable.order import search_key

MOST = 8


def folded(text: str) -> str:
    """Return the words of a text, folded, with single blanks between them."""
    return " ".join(search_key(word) for word in re.findall(r"[^\W_]+", text))


def marked(words: str, conference_id: int) -> list[str]:
    """Return folded words as the index holds them: each with its conference before it.

    A word that everybody uses stands in every conference. So marked, it is looked up in those only that are asked for.
    """
    return [f"c{conference_id}z{word}" for word in words.split()]


def wanted(typed: str) -> list[str]:
    """Return the folded words that somebody looks for, each once, at most eight."""
    # To PostgreSQL a raised 2 is no part of a word: alone it would leave the mark, with which everything begins.
    found = [word for word in folded(typed).split() if any(category(one) != "No" for one in word)]
    return list(dict.fromkeys(found))[:MOST]


def around(text: str, words: list[str], length: int = 220) -> str:
    """Return the part of a text in which a word first stands, cut at blanks."""
    if len(text) <= length:
        return text
    at = 0
    for match in re.finditer(r"\w+", text):
        if any(search_key(match.group()).startswith(word) for word in words):
            at = match.start()
            break
    start = max(0, at - length // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    piece = text[start : start + length].rsplit(" ", 1)[0]
    return ("… " if start else "") + piece + (" …" if start + len(piece) < len(text) else "")
