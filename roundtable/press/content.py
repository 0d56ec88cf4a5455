"""What one language of a publication says: plain values, made once and never changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from roundtable.db import Texts
from roundtable.errors import Refusal, sentence

NO_LANGUAGE = sentence(
    "Nothing can be published yet: please write headline, lead and body in one language at least."
)
HALF_WRITTEN = sentence("In %(language)s something is missing: headline, lead and body belong together.")
NOT_CLEARED = sentence("The quote of %(city)s is not released by its office. Please release or remove it.")
NO_CREDIT = sentence("The picture has no credit. Please enter who took or drew it.")
NO_CAPTION = sentence("The picture has no caption or no text alternative in %(language)s.")
NOT_APPROVED = sentence(
    "The minutes of this session are not approved yet. The press summary begins with them."
)
NO_CORRECTION = sentence("Please say in one sentence what this version corrects.")


@dataclass(frozen=True)
class QuoteShown:
    """A quote as it is printed. `language` is that of the words; `day` says when it was released."""

    words: str
    language: str
    who: str
    city: str
    day: str


@dataclass(frozen=True)
class PictureShown:
    """The picture of the summary."""

    caption: str
    alternative: str
    credit: str
    width: int
    height: int


@dataclass(frozen=True)
class BodyShown:
    """A body with its boilerplate."""

    name: str
    boilerplate: str


@dataclass(frozen=True)
class Content:
    """All that the page and the PDF of one language show."""

    headline: str
    lead: str
    paragraphs: list[str]
    quotes: list[QuoteShown]
    picture: PictureShown | None
    facts: list[str]
    bodies: list[BodyShown]
    contact: list[str]
    release: str
    languages: list[str]
    number: int
    correction: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the database."""
        return asdict(self)


def from_json(values: dict[str, Any]) -> Content:
    """Return the content that `to_json` wrote."""
    picture = values["picture"]
    return Content(
        **{
            **values,
            "quotes": [QuoteShown(**quote) for quote in values["quotes"]],
            "picture": PictureShown(**picture) if picture else None,
            "bodies": [BodyShown(**body) for body in values["bodies"]],
        }
    )


def words_hash(texts: Texts) -> str:
    """Return the SHA-256 of a quote's words in all languages: one changed letter changes it."""
    canonical = json.dumps(dict(sorted(texts.items())), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Readiness:
    """What publishing asks about a summary."""

    languages: Sequence[str]
    headlines: Texts
    leads: Texts
    bodies: Texts
    has_picture: bool
    credit: str
    captions: Texts
    alternatives: Texts
    uncleared: Sequence[str]
    """The cities whose quotes are not released."""


def ready_languages(summary: Readiness) -> list[str]:
    """Return the languages that can be published, in the conference's order.

    A language in which nothing is written does not hold up the others; one that is half written
    does, for somebody meant to finish it.

    Raises:
        Refusal: naming what is missing.
    """
    ready = []
    for language in summary.languages:
        parts = [bool(texts.get(language)) for texts in (summary.headlines, summary.leads, summary.bodies)]
        if not any(parts):
            continue
        if not all(parts):
            raise Refusal(HALF_WRITTEN, language=language)
        if summary.has_picture and not (
            summary.captions.get(language) and summary.alternatives.get(language)
        ):
            raise Refusal(NO_CAPTION, language=language)
        ready.append(language)
    if not ready:
        raise Refusal(NO_LANGUAGE)
    if summary.has_picture and not summary.credit:
        raise Refusal(NO_CREDIT)
    for city in summary.uncleared:
        raise Refusal(NOT_CLEARED, city=city)
    return ready
