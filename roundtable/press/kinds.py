"""The kinds of parts in a press summary, and the states of quotes and publications."""

from enum import StrEnum


class BlockKind(StrEnum):
    """What a part of a press summary is. The first three stand once each, in front of the others."""

    HEADLINE = "headline"
    LEAD = "lead"
    FACTS = "facts"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    PICTURE = "picture"
    BOX = "box"

    @property
    def is_fixed(self) -> bool:
        """Whether every summary has exactly one of it, which cannot be moved or removed."""
        return self in {BlockKind.HEADLINE, BlockKind.LEAD, BlockKind.FACTS}


class ClearanceState(StrEnum):
    """Where the release of a quote stands. A change of the words makes an open request obsolete."""

    ASKED = "asked"
    RELEASED = "released"
    CHANGED = "changed"
    REFUSED = "refused"
    OBSOLETE = "obsolete"

    @property
    def releases(self) -> bool:
        """Whether the office has released words: those it was shown, or those it wrote itself."""
        return self in {ClearanceState.RELEASED, ClearanceState.CHANGED}


class QuoteStanding(StrEnum):
    """What the press desk says about a quote: its newest request, seen against the words as they are now."""

    NOT_ASKED = "not-asked"
    ASKED = "asked"
    RELEASED = "released"
    REFUSED = "refused"
    CHANGED_SINCE = "changed-since"


class PictureShape(StrEnum):
    """How a picture is cut: as it is, or to a shape around its focal point."""

    WHOLE = "whole"
    CLASSIC = "classic"
    WIDE = "wide"
    SQUARE = "square"

    @property
    def ratio(self) -> tuple[int, int] | None:
        """Width to height; None where nothing is cut."""
        return {
            PictureShape.WHOLE: None,
            PictureShape.CLASSIC: (3, 2),
            PictureShape.WIDE: (16, 9),
            PictureShape.SQUARE: (1, 1),
        }[self]


class PublicationStage(StrEnum):
    """A version is proposed until it is released; where no second pair of eyes is asked for, at once."""

    PROPOSED = "proposed"
    RELEASED = "released"
