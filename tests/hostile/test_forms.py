"""Every form of every page, filled with what an attacker would type; then every page and document is read again.

No fault of ours, nothing that was typed stands on a page as markup, and nothing is fetched from the address
that every word names: a listener on loopback waits for it.
"""

import io
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import OwnClient
from databases import KINDS
from flask import Flask
from pypdf import PdfReader
from roles.test_roles import calls
from roles.world import World, address
from sqlalchemy import select

from roundtable.db import db
from roundtable.mail.delivery import people_for
from roundtable.mail.filling import Missing, as_bytes
from roundtable.mail.message import UnsafeLetter
from roundtable.mail.models import Letter

MARK = "roundtable-canary"
DATABASE = KINDS[-1]
"""The stricter one: PostgreSQL refuses texts that SQLite takes."""


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[str, list[str]]]:
    """Listen on loopback and note every request."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_POST = do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


WORDS = {
    "markup": '<{mark}><img src="{url}a.png" onerror="alert(1)"><script src={url}b.js></script>'
    "<link rel=stylesheet href={url}c.css>\"'>{{{{7*7}}}}",
    "links": "javascript:fetch('{url}d') [x]({url}e) ![y]({url}f) {url}g file:///etc/passwd",
    "heads": "x\r\nBcc: evil@example.org\r\n\r\n=?utf-8?q?=0ABcc=3A_evil=40example.org?= \x00\x1b[31m\u202e\u2028",
    "formulas": '=HYPERLINK("{url}h");@SUM(1);+1;-1;\t=1|cmd',
    "long": "ğ" * 20_000,
    "odd": "\ud800 ² ٣ -1 1e9 NaN 99999999999999999999999999 ../../etc/passwd%00 ' OR 1=1 --",
}
READ_AGAIN = {"markup", "links"}
"""Words that could do something in a document; making all of them anew takes a while."""
DOCUMENTS = re.compile(r"\.(pdf|docx|zip|jpg|png|eml|json)$|xlsx$")
ENDS = re.compile("remove|cancel|erase|approve|withdraw|end|release|administration/accounts/")
HARMLESS = {"/sign-out", "/language"}


def filled(form: Tag, words: str) -> dict[str, str]:
    """Return what a form would send with these words in every field that takes words."""
    data: dict[str, str] = {}
    for field in form.find_all(["input", "textarea", "select", "button"]):
        name, kind = str(field.get("name") or ""), str(field.get("type", "text"))
        if not name or name == "csrf_token" or kind == "file":
            continue
        if field.name == "select":
            options = [str(one.get("value", "")) for one in field.find_all("option")]
            data[name] = options[-1] if options else ""
        elif field.name == "button" or kind in {"hidden", "checkbox", "radio", "date", "time", "number"}:
            data.setdefault(name, str(field.get("value", "")))
        else:
            data[name] = words
    return data


def pages(told: World, client: OwnClient, *, documents: bool) -> Iterator[tuple[str, str, bytes]]:
    """Return every page, and document, that somebody can read: address, media type, content."""
    for rule, method in calls(told.app):
        if method != "GET" or (not documents and DOCUMENTS.search(rule.rule)):
            continue
        for values in told.stages.values():
            path = address(told.app, rule, values)
            if path is None:
                continue
            with client.get(path) as answer:
                assert answer.status_code < 500, path
                if answer.status_code == 200:
                    yield path, answer.mimetype or "", answer.data
            if not rule.arguments:
                break


_forms: dict[tuple[int, str], list[tuple[str, Tag]]] = {}
"""The forms of a world, by its folder and who sees them: every test begins with the same world."""


def forms_of(told: World, who: str, client: OwnClient) -> list[tuple[str, Tag]]:
    """Return every form that somebody is shown; those that end something come last, so that some are left."""
    known = _forms.get((id(told), who))
    if known is None:
        known = _forms[id(told), who] = _look_for_forms(told, client)
    return known


def _look_for_forms(told: World, client: OwnClient) -> list[tuple[str, Tag]]:
    found: dict[tuple[str, tuple[str, ...]], Tag] = {}
    for path, media, content in pages(told, client, documents=False):
        if media != "text/html":
            continue
        for form in BeautifulSoup(content, "lxml").find_all("form"):
            target = str(form.get("action") or path)
            if str(form.get("method", "get")).lower() == "post" and target not in HARMLESS:
                found[target, tuple(sorted(filled(form, "")))] = form
    ordered = sorted(found.items(), key=lambda one: (bool(ENDS.search(one[0][0])), one[0]))
    return [(target, form) for (target, _), form in ordered]


def check(path: str, media: str, content: bytes, url: str) -> None:
    """Check that nothing that was typed stands there as more than words."""
    if media == "text/html":
        _check_page(path, content, url)
    elif "xml" in media:
        assert f"<{MARK}".encode() not in content, path
    elif media == "text/csv":
        for cell in re.findall(r'"((?:[^"]|"")*)"', content.decode("utf-8-sig")):
            assert not re.search(r"(^|;)\s*([=+@]|-\D)", cell), (path, cell[:80])
    elif media == "application/pdf":
        _check_pdf(path, content)
    elif media == "text/calendar":
        assert b"\n" not in content.replace(b"\r\n", b""), path


def _check_page(path: str, content: bytes, url: str) -> None:
    # Only pages on which anything of it stands are taken apart: that takes longer than making them.
    if not re.search(
        rb"<roundtable-canary|onerror|javascript:|" + re.escape(url.encode()), content, re.IGNORECASE
    ):
        return
    soup = BeautifulSoup(content, "html.parser")
    assert soup.find(MARK) is None, path
    assert not soup.select("[onerror]"), path
    for tag in soup.find_all(True):
        for name in ("src", "href", "action", "formaction", "data"):
            value = str(tag.get(name, ""))
            assert not value.strip().lower().startswith("javascript:"), (path, str(tag)[:200])
            assert tag.name == "a" or not value.startswith(url), (path, str(tag)[:200])


def _check_pdf(path: str, content: bytes) -> None:
    for page in PdfReader(io.BytesIO(content)).pages:
        annotations: Any = page.get("/Annots") or []
        for one in annotations:
            target = str(one.get_object().get("/A", {}).get("/URI", "")).lower()
            assert not target.startswith(("javascript:", "file:")), path


@pytest.mark.parametrize("kind", WORDS)
def test_every_form_takes_or_refuses_whatever_is_typed(
    world: World, people: dict[str, OwnClient], canary: tuple[str, list[str]], kind: str
) -> None:
    url, asked = canary
    words = WORDS[kind].format(url=url, mark=MARK) if "{" in WORDS[kind] else WORDS[kind]
    sent = 0
    for who in ("organizer", "administrator", "nobody"):
        for target, form in forms_of(world, who, people[who]):
            data = {
                name: value.encode("utf-8", "surrogatepass") for name, value in filled(form, words).items()
            }
            with people[who].post(target, data=data) as answer:
                assert answer.status_code < 500, (who, target)
                if answer.mimetype == "text/html":
                    check(target, "text/html", answer.data, url)
            sent += 1

    assert sent > 80
    for who in ("organizer", "nobody"):
        for path, media, content in pages(world, people[who], documents=kind in READ_AGAIN):
            check(path, media, content, url)
    _check_letters(world.app)
    assert asked == []


def _check_letters(app: Flask) -> None:
    """Write every letter as it would leave: no head but ours, no address but the one it is for."""
    letters = list(db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(150)))
    assert letters
    for letter in letters:
        try:
            content, _ = as_bytes(letter, people_for([letter]), app.config["ROUNDTABLE"])
        except (Missing, UnsafeLetter, ValueError):
            continue
        head = content.partition(b"\r\n\r\n")[0].lower()
        assert b"\r\nbcc:" not in b"\r\n" + head


def test_files_that_are_no_files_are_refused(world: World, people: dict[str, OwnClient]) -> None:
    """What takes a file gets an empty one and wrong ones of all kinds."""
    conference = world.stages["planned"]["conference_id"]
    approved = world.stages["minutes approved"]["meeting_id"]
    body = world.stages["planned"]["body_id"]
    for path, name in (
        (f"/conferences/{conference}/guests/import", "file"),
        (f"/conferences/{conference}/bodies/{body}", "logo"),
        (f"/meetings/{approved}/press/pictures", "picture"),
        ("/press/verify", "file"),
    ):
        for content, called in (
            (b"", "empty.png"),
            (b"GIF89a", "../../x.gif"),
            (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "x.svg"),
            (b"%!PS-Adobe", "x\x00.png"),
            (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "a" * 400 + ".png"),
        ):
            answer = people["organizer"].post(
                path, data={name: (io.BytesIO(content), called)}, content_type="multipart/form-data"
            )
            assert answer.status_code < 500, (path, called[:20])
            answer.close()
