"""Asking a video server: only addresses from the settings, no redirects, not for long, not for much."""

import time
import urllib.error
import urllib.request
from typing import Any

from roundtable.errors import Refusal, sentence

SECONDS = 6.0
BYTES = 1_000_000
NO_ANSWER = sentence("The video server does not answer just now.")
ODD_ANSWER = sentence("The video server answers with error %(code)d.")
TOO_MUCH = sentence("The video server answers with more than it should.")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A video server that sends us elsewhere is not the one of the settings."""

    def redirect_request(self, *_redirect: Any) -> None:
        return None


# No proxy from the environment, no files, no other scheme than the checked address has.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())


def fetch(address: str, *, seconds: float = SECONDS) -> bytes:
    """Return what the server answers.

    Raises:
        Refusal: if it does not answer in time, answers with an error or a redirect, or with too much.
    """
    until = time.monotonic() + seconds
    request = urllib.request.Request(address, headers={"Accept": "*/*"})  # noqa: S310 - checked in config
    try:
        with _opener.open(request, timeout=seconds) as answer:
            return _read(answer, until)
    except urllib.error.HTTPError as error:
        error.close()
        raise Refusal(ODD_ANSWER, code=error.code) from error
    except (OSError, ValueError) as error:
        raise Refusal(NO_ANSWER) from error


def _read(answer: Any, until: float) -> bytes:
    """Read in pieces: a server that drips byte after byte has no more time than one that is silent."""
    content = b""
    while piece := answer.read1(65536):
        content += piece
        if len(content) > BYTES:
            raise Refusal(TOO_MUCH)
        if time.monotonic() > until:
            raise Refusal(NO_ANSWER)
    return content
