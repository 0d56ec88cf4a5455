"""PDF documents by WeasyPrint, in the worker processes, without network and without files."""

import io
import logging
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from flask import render_template

from roundtable import fonts, tagging, workers
from roundtable.errors import Refusal, sentence
from roundtable.languages import speaking
from roundtable.workers import TIME_LIMIT_SECONDS

TOO_LONG = sentence(
    "The document could not be made within %(seconds)d seconds. Please shorten its longest texts."
)
FAILED = sentence(
    "The document could not be made on this server. Please tell its administrator: "
    "“roundtable check-config” names what is missing."
)

log = logging.getLogger(__name__)
Result = TypeVar("Result")
SCREEN_DPI = 110
MOST_PAGES_SHOWN = 12
Assets = dict[str, tuple[bytes, str]]
"""What a document may show: name -> (bytes, media type), referred to as `asset:name`."""


def page(template: str, language: str, **values: object) -> str:
    """Return the HTML of a document in the language, ready for `render`."""
    with speaking(language):
        return render_template(template, language=language, **values)


def render(html: str, assets: Assets | None = None) -> bytes:
    """Return the PDF of a whole HTML document, accessible (PDF/UA-1) and fit for archives (PDF/A, level A).

    The document sees nothing but `assets` and the program's own fonts (`font:NAME`); every other
    address ends the rendering. The same input gives the same bytes.

    Raises:
        Refusal: if it takes longer than 30 seconds or cannot be made here.
    """
    return _worked(_render, html, assets or {})


def render_pages(html: str, assets: Assets | None = None) -> list[bytes]:
    """Return pictures (PNG) of the first pages of a document, as `render` would lay them out.

    Raises:
        Refusal: if it takes longer than 30 seconds or cannot be made here.
    """
    return _worked(_render_pages, html, assets or {})


def _worked(work: Callable[..., Result], *arguments: object) -> Result:
    try:
        return workers.run(work, *arguments)
    except workers.TookTooLong as error:
        raise Refusal(TOO_LONG, seconds=TIME_LIMIT_SECONDS) from error
    except (workers.Broke, RenderingError, MemoryError) as error:
        log.warning("a document could not be made", extra={"reason": str(error)[:500]})
        raise Refusal(FAILED) from error


class RenderingError(Exception):
    """WeasyPrint could not make the document; the text says why, for the log."""


# --- Inside the rendering process ------------------------------------------------------------------


@cache
def _font_configuration() -> Any:
    """One for each process, never shared by threads: memory stays flat, and faces are read once."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - never in the web process

    return FontConfiguration()


def _render_pages(html: str, assets: Assets) -> list[bytes]:
    """Return pictures of the pages; accessibility is left out, nothing of it is seen."""
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - never in the web process

    document = pypdfium2.PdfDocument(_render(html, assets, for_screen=True))
    pages = []
    for number in range(min(len(document), MOST_PAGES_SHOWN)):
        result = io.BytesIO()
        page = document[number].render(scale=SCREEN_DPI / 72).to_pil()
        page.convert("RGB").save(result, "PNG", compress_level=1)
        pages.append(result.getvalue())
    document.close()
    return pages


@cache
def _sealed() -> Any:
    """Return the class of fetchers that give a document its own assets and fonts; any other address is fatal."""
    from weasyprint.urls import (  # noqa: PLC0415 - never in the web process
        FatalURLFetchingError,
        URLFetcher,
        URLFetcherResponse,
    )

    class Sealed(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
        def __init__(self, assets: Assets) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False)
            self.assets = assets

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 - WeasyPrint's signature
            kind, _, name = url.partition(":")
            face = fonts.named(name) if kind == "font" else None
            if face is not None:
                content = fonts.whole_file(face).read_bytes()
                return URLFetcherResponse(url, content, {"Content-Type": "font/ttf"})
            if kind == "asset" and name in self.assets:
                content, media_type = self.assets[name]
                return URLFetcherResponse(url, content, {"Content-Type": media_type})
            raise FatalURLFetchingError(url)

    return Sealed


@cache
def _faces() -> Any:
    """Return the style sheet that names our fonts, read once: naming them in every document grows without end."""
    from weasyprint import CSS  # noqa: PLC0415 - never in the web process

    return CSS(string=fonts.STYLE, url_fetcher=_sealed()({}), font_config=_font_configuration())


def _render(html: str, assets: Assets, *, for_screen: bool = False) -> bytes:
    from weasyprint import HTML  # noqa: PLC0415 - never in the web process
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    try:
        document = HTML(string=html, url_fetcher=_sealed()(assets), base_url="asset:").render(
            stylesheets=[_faces()], font_config=_font_configuration()
        )
        if for_screen:
            return bytes(document.write_pdf())
        tagging.say_accessible(document.metadata)
        # Archives refuse attachments in PDF/A-2; A-3 is for those.
        variant = "pdf/a-3a" if document.metadata.attachments else "pdf/a-2a"
        with tagging.mending() as finisher:
            pdf = document.write_pdf(finisher=finisher, pdf_variant=variant)
    except (Exception, FatalURLFetchingError) as error:  # noqa: BLE001 - whatever it was, it ends here
        # Its own exceptions do not all survive the way back to the web process.
        raise RenderingError(f"{type(error).__name__}: {error}"[:500]) from None
    assert isinstance(pdf, bytes)
    return pdf
