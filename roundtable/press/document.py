"""The press summary as a PDF."""

from roundtable import documents, storage
from roundtable.documents import page
from roundtable.press.content import Content


def press_pdf(content: Content, picture: bytes | None, language: str, *, is_preview: bool = False) -> bytes:
    """Return the PDF of one language; the same content gives the same bytes.

    Raises:
        Refusal: if the document cannot be made.
    """
    html = press_html(content, language, is_preview=is_preview)
    return documents.render(html, {"picture": (picture, "image/jpeg")} if picture else {})


def press_html(content: Content, language: str, *, is_preview: bool = False) -> str:
    """Return the HTML of which the PDF is made."""
    return page("documents/press.html", language, content=content, is_preview=is_preview)


def picture_bytes(key: str) -> bytes | None:
    """Return the stored picture, if there is one."""
    return storage.read(key) if key else None
