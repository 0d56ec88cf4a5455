"""The press summary as a PDF, and as pictures of its pages while it is written."""

from roundtable import documents, storage
from roundtable.documents import Assets, page
from roundtable.errors import Refusal, sentence
from roundtable.press.content import Content

NO_FILE = sentence(
    "The file of a picture is missing on this server. Please remove the picture and upload it again."
)


def press_pdf(content: Content, language: str, assets: Assets, *, mark: str = "", banner: str = "") -> bytes:
    """Return the PDF of one language; the same content gives the same bytes.

    `banner` stands on top of it and `mark` across every page, as long as it is not to be used.

    Raises:
        Refusal: if the document cannot be made.
    """
    return documents.render(press_html(content, language, mark=mark, banner=banner), assets)


def press_pages(content: Content, language: str, assets: Assets, *, mark: str) -> list[bytes]:
    """Return the pages of the draft as PNG pictures.

    Raises:
        Refusal: if the document cannot be made.
    """
    return documents.render_pages(press_html(content, language, mark=mark, banner=mark), assets)


def press_html(content: Content, language: str, *, mark: str = "", banner: str = "") -> str:
    """Return the HTML of which the PDF is made."""
    return page("documents/press.html", language, content=content, mark=mark, banner=banner)


def assets_of(content: Content) -> Assets:
    """Return the pictures of a text, as `press_html` refers to them.

    Raises:
        Refusal: if one is missing, as after a restore without the files.
    """
    try:
        return {
            f"picture{place}": (storage.read(picture.key), "image/jpeg")
            for place, picture in enumerate(content.pictures, 1)
        }
    except FileNotFoundError as error:
        raise Refusal(NO_FILE) from error
