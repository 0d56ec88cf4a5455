"""What one language of a publication says: plain values, made once and never changed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from roundtable.minutes.record import content_hash
from roundtable.press.kinds import BlockKind, PictureShape


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
    """A picture as it is printed, with the keys of its two stored copies and how it is cut."""

    caption: str
    alternative: str
    credit: str
    rights: str
    key: str
    width: int
    height: int
    print_key: str
    print_width: int
    print_height: int
    focal_x: int = 50
    focal_y: int = 50
    shape: PictureShape = PictureShape.WHOLE

    @property
    def ratio(self) -> tuple[int, int]:
        """Width to height as it is shown."""
        return self.shape.ratio or (self.width, self.height)


@dataclass(frozen=True)
class Part:
    """A paragraph, quote, picture or box, in the order of the page.

    `language` is that of the words where they are in another one than the page.
    """

    kind: BlockKind
    words: str = ""
    language: str = ""
    quote: QuoteShown | None = None
    picture: PictureShown | None = None


@dataclass(frozen=True)
class BodyShown:
    """A body with its boilerplate."""

    name: str
    boilerplate: str


@dataclass(frozen=True)
class Content:
    """All that the page and the PDF of one language show; `cities` are those that were at the table.

    `release` says from when the text is free, `free_at` the same for machines (ISO 8601, UTC).
    """

    headline: str
    lead: str
    parts: list[Part]
    facts: list[str]
    bodies: list[BodyShown]
    contact: list[str]
    release: str
    free_at: str
    languages: list[str]
    number: int
    correction: str = ""
    cities: list[str] = field(default_factory=list)

    @property
    def pictures(self) -> list[PictureShown]:
        """The pictures in their order; the first one stands for the whole text where one is asked for."""
        return [part.picture for part in self.parts if part.picture]

    @property
    def quotes(self) -> list[QuoteShown]:
        return [part.quote for part in self.parts if part.quote]

    @property
    def paragraphs(self) -> list[str]:
        return [part.words for part in self.parts if part.kind is BlockKind.PARAGRAPH]

    def free_from(self, release: str, free_at: str) -> "Content":
        """Return the same text, free from another instant."""
        return replace(self, release=release, free_at=free_at)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the database."""
        return asdict(self)


def from_json(values: dict[str, Any]) -> Content:
    """Return the content that `to_json` wrote."""
    return Content(
        **{
            **values,
            "parts": [_part(part) for part in values["parts"]],
            "bodies": [BodyShown(**body) for body in values["bodies"]],
        }
    )


def _part(values: dict[str, Any]) -> Part:
    quote, picture = values["quote"], values["picture"]
    return Part(
        BlockKind(values["kind"]),
        values["words"],
        values["language"],
        QuoteShown(**quote) if quote else None,
        PictureShown(**{**picture, "shape": PictureShape(picture["shape"])}) if picture else None,
    )


def digest(contents: Mapping[str, Content]) -> str:
    """Return the SHA-256 of a version's words and pictures in all languages, but for its release line."""
    values = {language: content.free_from("", "").to_json() for language, content in contents.items()}
    return content_hash(values)
