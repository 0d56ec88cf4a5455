"""Response headers: what the browser may load, remember and tell others."""

import base64
import gzip
import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask, Response, current_app, request

from roundtable.web.access import has_secret_address

CONTENT_SECURITY_POLICY = "; ".join(  # noqa: FLY002 - a policy a line is what a reader checks
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class _Styles(HTMLParser):
    """Collects the styles of a document, as a browser reads them: in attributes and in elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_inside = tag == "style"
        self.found |= {value: None for name, value in attrs if name == "style" and value}

    def handle_endtag(self, tag: str) -> None:
        self._is_inside = self._is_inside and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.found[data] = None


def allowed_styles(html: str) -> str:
    """Return the sources of `style-src` that allow exactly the inline styles of this document, by their hashes.

    Letters carry their styles inline, for mail programs know nothing else (CSP Level 3, section 8.3).
    """
    styles = _Styles()
    styles.feed(html)
    hashes = (base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles.found)
    sources = " ".join(f"'sha256-{one}'" for one in hashes)
    return f"'unsafe-hashes' {sources}" if sources else "'none'"


def _set(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Referrer-Policy", "no-referrer" if has_secret_address() else "same-origin")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    # What a view has not called public is nobody else's.
    response.headers.setdefault("Cache-Control", "no-store")
    if not response.headers["Cache-Control"].startswith("public"):
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response


@lru_cache(maxsize=256)
def _hash_of(file: str, _changed: float) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]


def _name_version(endpoint: str, values: dict[str, object]) -> None:
    """Put a hash of its content into a static file's address, so that it can be kept for ever."""
    if endpoint == "static" and "v" not in values and current_app.static_folder:
        file = f"{current_app.static_folder}/{values['filename']}"
        with suppress(OSError):
            values["v"] = _hash_of(file, os.stat(file).st_mtime)  # noqa: PTH116 - every page asks four times


@lru_cache(maxsize=64)
def _packed(file: str, _changed: float) -> bytes:
    return gzip.compress(Path(file).read_bytes(), mtime=0)


def _keep_static(response: Response) -> Response:
    """Let static files be kept, and pack the style sheet: a phone waits for it."""
    if request.endpoint != "static" or response.status_code not in {200, 304}:
        return response
    days = 365 if "v" in request.args else 0
    response.headers["Cache-Control"] = f"public, max-age={days * 86400}" + (", immutable" if days else "")
    response.vary.add("Accept-Encoding")
    if (
        response.status_code == 200
        and response.mimetype == "text/css"
        and request.accept_encodings.quality("gzip")
    ):
        _pack(response)
    return response


def _pack(response: Response) -> None:
    file = Path(current_app.static_folder or "") / (request.view_args or {})["filename"]
    etag, _ = response.get_etag()
    response.close()
    response.direct_passthrough = False
    response.set_data(_packed(str(file), file.stat().st_mtime))
    response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{etag}-gzip")


def init_app(app: Flask) -> None:
    """Set the headers on every answer."""
    # The last registered runs first: static files say how long they keep before the rest is set.
    app.after_request(_set)
    app.after_request(_keep_static)
    app.url_defaults(_name_version)
