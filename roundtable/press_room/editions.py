"""One language of a publication as plain values: what every representation of it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from roundtable.press.content import Content


@dataclass(frozen=True)
class Edition:
    """One language of a version. `address` is its page; `addresses` are the pages of all languages.

    `pdf` and `pictures` are addresses as well, the pictures' in their order. `first_at` is when the first
    version became public, `visible_at` when this one did.
    """

    slug: str
    number: int
    language: str
    content: Content
    first_at: datetime
    visible_at: datetime
    pdf_sha256: str
    is_signed: bool
    address: str
    addresses: Mapping[str, str]
    pdf: str
    pictures: tuple[str, ...]

    @property
    def name(self) -> str:
        """The beginning of the names of its files."""
        return f"{self.slug}-{self.language}-v{self.number}"
