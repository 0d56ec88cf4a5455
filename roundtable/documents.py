"""PDF documents by WeasyPrint, in processes of their own, without network and without files.

Rendering happens in two worker processes: a crafted or endless layout ends with the process, the
web process never loads WeasyPrint, and one font configuration per process keeps memory flat.
"""

import atexit
import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from flask import render_template

from roundtable import fonts
from roundtable.errors import Refusal, sentence
from roundtable.languages import speaking

TIME_LIMIT_SECONDS = 30
DOCUMENTS_PER_PROCESS = 200
PROCESSES = 2

TOO_LONG = sentence(
    "The document could not be made within %(seconds)d seconds. Please shorten its longest texts."
)
FAILED = sentence(
    "The document could not be made on this server. Please tell its administrator: "
    "“roundtable check-config” names what is missing."
)

Assets = dict[str, tuple[bytes, str]]
"""What a document may show: name -> (bytes, media type), referred to as `asset:name`."""


class _Pool:
    """The two rendering processes, started at the first document."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None

    def executor(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ProcessPoolExecutor(
                    PROCESSES,
                    mp_context=multiprocessing.get_context("forkserver"),
                    initializer=_prepare,
                    max_tasks_per_child=DOCUMENTS_PER_PROCESS,
                )
                atexit.register(self.stop)
            return self._executor

    def stop(self, *, by_force: bool = False) -> None:
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is None:
            return
        processes = list((getattr(executor, "_processes", None) or {}).values())
        executor.shutdown(wait=not by_force, cancel_futures=True)
        if by_force:
            for process in processes:
                process.kill()


_pool = _Pool()


def page(template: str, language: str, **values: object) -> str:
    """Return the HTML of a document in the language, ready for `render`."""
    with speaking(language):
        return render_template(template, faces=fonts.FACES, language=language, **values)


def render(html: str, assets: Assets | None = None) -> bytes:
    """Return the PDF of a whole HTML document, tagged for accessibility (PDF/UA-1).

    The document sees nothing but `assets` and the program's own fonts (`font:NAME`); every other
    address ends the rendering. The same input gives the same bytes.

    Raises:
        Refusal: if it takes longer than 30 seconds or cannot be made here.
    """
    for attempt in (1, 2):
        future = _pool.executor().submit(_render, html, assets or {})
        try:
            return future.result(timeout=TIME_LIMIT_SECONDS)
        except TimeoutError as error:
            _pool.stop(by_force=True)
            raise Refusal(TOO_LONG, seconds=TIME_LIMIT_SECONDS) from error
        except BrokenProcessPool as error:
            # Killed from outside (memory), or the libraries are missing; try once more anew.
            _pool.stop(by_force=True)
            if attempt == 2:
                raise Refusal(FAILED) from error
        except RenderingError as error:
            raise Refusal(FAILED) from error
    raise AssertionError


class RenderingError(Exception):
    """WeasyPrint could not make the document; the text says why, for the log."""


# --- Inside the rendering process ------------------------------------------------------------------

_font_configuration: Any = None


def _prepare() -> None:
    global _font_configuration  # noqa: PLW0603 - one per process, never shared by threads
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - never in the web process

    _font_configuration = FontConfiguration()


def _render(html: str, assets: Assets) -> bytes:
    from weasyprint import HTML  # noqa: PLC0415 - never in the web process
    from weasyprint.urls import (  # noqa: PLC0415
        FatalURLFetchingError,
        URLFetcher,
        URLFetcherResponse,
    )

    class Sealed(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
        """Gives the document its own assets and fonts; any other address is fatal."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False)

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 - WeasyPrint's signature
            kind, _, name = url.partition(":")
            face = fonts.named(name) if kind == "font" else None
            if face is not None:
                content = fonts.whole_file(face).read_bytes()
                return URLFetcherResponse(url, content, {"Content-Type": "font/ttf"})
            if kind == "asset" and name in assets:
                content, media_type = assets[name]
                return URLFetcherResponse(url, content, {"Content-Type": media_type})
            raise FatalURLFetchingError(url)

    try:
        document = HTML(string=html, url_fetcher=Sealed(), base_url="asset:")
        pdf = document.write_pdf(font_config=_font_configuration, pdf_variant="pdf/ua-1")
    except (Exception, FatalURLFetchingError) as error:  # noqa: BLE001 - whatever it was, it ends here
        # Its own exceptions do not all survive the way back to the web process.
        raise RenderingError(f"{type(error).__name__}: {error}"[:500]) from None
    assert isinstance(pdf, bytes)
    return pdf
