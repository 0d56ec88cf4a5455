"""What a kind of letter is, and the words that all of them share."""

from dataclasses import dataclass

from roundtable.errors import sentence

_ALWAYS = frozenset({"who", "title", "conference", "contact", "phone"})
GREETING = sentence("Dear Sir or Madam,")


@dataclass(frozen=True)
class LetterKind:
    """One kind of letter: its name for organizers, its own words, and what it may not go without."""

    key: str
    name: str
    subject: str
    body: tuple[str, ...]
    required: frozenset[str]
    more: frozenset[str] = frozenset()
    button: str = sentence("To your page")

    @property
    def allowed(self) -> frozenset[str]:
        """The placeholders that mean something in this kind."""
        return _ALWAYS | self.required | self.more
