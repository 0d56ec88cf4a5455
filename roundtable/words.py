"""Cleaning what people type: one normal form, and nothing invisible that could mislead a reader."""

import re
import unicodedata

# C0 and C1 controls but tab and line feed; line and paragraph separators; bidi overrides and
# isolates; zero-width no-break space; non-characters and lone surrogates.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def tidy_lines(text: str | None) -> str:
    """Return the text in NFC, without control characters; lines end in a line feed."""
    cleaned = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROLS.sub("", cleaned)).strip()


def tidy(text: str | None) -> str:
    """Return the text as one tidy line."""
    return " ".join(tidy_lines(text).split())


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text: blank lines part them, single line feeds stay inside."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def shortened(text: str, length: int) -> str:
    """Return the text, cut at a word with an ellipsis where it is longer than `length` characters."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"
