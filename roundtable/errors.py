"""The one error with which a rule says no to a person."""

from typing import Any


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the program
    """A rule says no. The sentence is meant for the reader and says what to do next.

    Pure modules know no language, so a refusal carries the English sentence as it stands in the
    catalogue, with named placeholders; whoever shows it translates it.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        # Worker processes send refusals back: the filled-in text alone would lose the placeholders.
        return _again, (type(self), self.sentence, self.values)


def _again(kind: type[Refusal], sentence: str, values: dict[str, object]) -> Refusal:
    return kind(sentence, **values)


def sentence(text: str) -> str:
    """Mark a sentence for the catalogue where no translation may happen yet."""
    return text
