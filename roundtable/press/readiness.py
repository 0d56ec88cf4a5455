"""What has to stand before a summary can be published, and hints that a good press text follows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from roundtable.db import Texts
from roundtable.errors import Refusal, sentence

NO_LANGUAGE = sentence(
    "Nothing can be published yet: please write headline, lead and one paragraph in one language at least."
)
HALF_WRITTEN = sentence(
    "In %(language)s something is missing: headline, lead and one paragraph belong together."
)
NOT_CLEARED = sentence(
    "The quote of %(city)s is not released by its office in these words (%(languages)s). Please ask for it, "
    "or remove the quote."
)
NO_CREDIT = sentence("A picture has no credit. Please enter who took or drew it.")
NO_RIGHTS = sentence("A picture has no note on its rights. Please say who may use it, and for what.")
NO_CAPTION = sentence("A picture has no caption or no text alternative in %(language)s.")

HEADLINE_CHARACTERS = 110
LEAD_WORDS = 50
SENTENCE_WORDS = 25
WORDS_PER_MINUTE = 200
PRINT_WIDTH = 1600
"""Figures of press practice: agencies cut headlines at 90 to 110 characters; editors' handbooks commonly name
the others for a lead, a sentence and silent reading. 1600 pixels print 14 cm wide at 300 dpi."""


@dataclass(frozen=True)
class PictureGiven:
    """What publishing asks about a picture."""

    credit: str
    rights: str
    captions: Texts
    alternatives: Texts


@dataclass(frozen=True)
class Readiness:
    """What publishing asks about a summary. `uncleared` has the city and the languages of such a quote."""

    languages: Sequence[str]
    headline: Texts
    lead: Texts
    paragraphs: Sequence[Texts]
    pictures: Sequence[PictureGiven]
    uncleared: Sequence[tuple[str, Sequence[str]]]


def ready_languages(summary: Readiness) -> list[str]:
    """Return the languages that can be published, in the conference's order.

    A language in which nothing is written does not hold up the others; one that is half written
    does, for somebody meant to finish it.

    Raises:
        Refusal: naming what is missing.
    """
    ready = []
    for language in summary.languages:
        has_paragraph = any(texts.get(language) for texts in summary.paragraphs)
        parts = [bool(summary.headline.get(language)), bool(summary.lead.get(language)), has_paragraph]
        if not any(parts):
            continue
        if not all(parts):
            raise Refusal(HALF_WRITTEN, language=language.upper())
        if any(
            not (one.captions.get(language) and one.alternatives.get(language)) for one in summary.pictures
        ):
            raise Refusal(NO_CAPTION, language=language.upper())
        ready.append(language)
    if not ready:
        raise Refusal(NO_LANGUAGE)
    for picture in summary.pictures:
        if not picture.credit:
            raise Refusal(NO_CREDIT)
        if not picture.rights:
            raise Refusal(NO_RIGHTS)
    for city, languages in summary.uncleared:
        raise Refusal(NOT_CLEARED, city=city, languages=", ".join(code.upper() for code in languages))
    return ready


class Hint(StrEnum):
    """What could read better. None of them keeps a text from being published."""

    LONG_HEADLINE = "long-headline"
    LONG_LEAD = "long-lead"
    LONG_SENTENCES = "long-sentences"
    NO_QUOTE = "no-quote"
    NO_PICTURE = "no-picture"
    SMALL_PICTURE = "small-picture"


@dataclass(frozen=True)
class Reading:
    """How long a text is, and what could read better; `minutes` at 200 words a minute, at least one."""

    words: int
    minutes: int
    headline_characters: int
    lead_words: int
    long_sentences: int
    hints: list[Hint]


def reading(
    headline: str, lead: str, paragraphs: Sequence[str], *, has_quote: bool, picture_widths: Sequence[int]
) -> Reading:
    """Measure a text in one language and return what could read better; widths are in pixels, for printing."""
    words = _count(" ".join([lead, *paragraphs]))
    long_sentences = sum(
        _count(one) > SENTENCE_WORDS
        for text in [lead, *paragraphs]
        for one in re.split(r"(?<=[.!?…])\s+", text)
    )
    hints = [
        hint
        for hint, holds in (
            (Hint.LONG_HEADLINE, len(headline) > HEADLINE_CHARACTERS),
            (Hint.LONG_LEAD, _count(lead) > LEAD_WORDS),
            (Hint.LONG_SENTENCES, long_sentences > 0),
            (Hint.NO_QUOTE, not has_quote),
            (Hint.NO_PICTURE, not picture_widths),
            (Hint.SMALL_PICTURE, any(width < PRINT_WIDTH for width in picture_widths)),
        )
        if holds
    ]
    minutes = max(1, round(words / WORDS_PER_MINUTE))
    return Reading(words, minutes, len(headline), _count(lead), long_sentences, hints)


def _count(text: str) -> int:
    return len(re.findall(r"\w+(?:[-'’.]\w+)*", text))
