"""When a quote is free: exactly the words that its office has released, and silence is never consent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from roundtable.db import Texts
from roundtable.minutes.record import content_hash
from roundtable.press.kinds import ClearanceState, QuoteStanding


class Request(Protocol):
    """What these rules read of a request for release."""

    @property
    def state(self) -> ClearanceState: ...
    @property
    def released(self) -> Texts: ...


def released_words(requests: Sequence[Request]) -> Texts:
    """Return the words that are free, per language: those of the newest answer, if it releases any.

    `requests` are all requests about one quote, the oldest first. An open request takes nothing away
    from an earlier release; a refusal takes everything.
    """
    for request in reversed(requests):
        if request.state.releases:
            return request.released
        if request.state is ClearanceState.REFUSED:
            return Texts()
    return Texts()


def unreleased(texts: Mapping[str, str], released: Mapping[str, str]) -> list[str]:
    """Return the languages whose words differ, be it by one letter, from those that were released."""
    return [language for language, words in texts.items() if released.get(language) != words]


def standing(texts: Mapping[str, str], requests: Sequence[Request]) -> QuoteStanding:
    """Return what holds for a quote with these words."""
    if texts and not unreleased(texts, released_words(requests)):
        return QuoteStanding.RELEASED
    if not requests:
        return QuoteStanding.NOT_ASKED
    if requests[-1].state is ClearanceState.ASKED:
        return QuoteStanding.ASKED
    if requests[-1].state is ClearanceState.REFUSED:
        return QuoteStanding.REFUSED
    return QuoteStanding.CHANGED_SINCE


@dataclass(frozen=True)
class Answered:
    """What an answer releases: the words, per language, and whether the office has changed any."""

    texts: Texts
    released: Texts
    is_changed: bool


def answered(asked: Texts, answer: Texts, original: str) -> Answered:
    """Return what the office's answer makes of the words that it was asked about.

    `answer` holds the words that the office wrote; a language it left out keeps what was asked. Where the
    original has changed, a translation that the office has not touched no longer says the same: it
    is not released with it, and has to be asked for again.
    """
    texts = Texts({**asked, **answer})
    changed = {language for language in texts if texts[language] != asked.get(language)}
    follows = original not in changed
    released = {
        language: words
        for language, words in texts.items()
        if follows or language in changed or language == original
    }
    return Answered(texts, Texts(released), bool(changed))


def words_mark(texts: Mapping[str, str]) -> str:
    """Return a name of these very words in all languages: one changed letter changes it."""
    return content_hash(dict(texts))
