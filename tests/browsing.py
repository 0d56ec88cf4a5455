"""A real browser on a real server, with letters over real SMTP: what the browser tests share."""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import icalendar
import make
import pytest
import waitress
from conftest import Postman, content_of, free_port, settings_for
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright
from prepared import copy_migrated
from waitress import wasyncore

from roundtable import clock, create_app
from roundtable.accounts import service as accounts
from roundtable.db import db
from roundtable.mail.delivery import deliver_due

CHROMIUM = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: ViewportSize = {"width": 360, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 900}
PASSWORD = "a good long password"


def chromium() -> str:
    """Return the browser of this machine.

    Without one the tests are skipped, but never in CI: there `script/test` has installed it.
    """
    named = os.environ.get("ROUNDTABLE_TEST_CHROMIUM", "")
    found = next((path for path in (named, *CHROMIUM) if path and shutil.which(path)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium, though script/test installs it")
        pytest.skip("no Chromium on this machine; ./script/test installs it where it may")
    return shutil.which(found) or found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield (opened := playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS)))
        opened.close()


@dataclass
class Served:
    """A running program and its address; `app` is a way to the same database."""

    app: Flask
    address: str

    def at(self, instant: datetime) -> None:
        """Let it be another time."""
        clock.set_source(lambda: instant)

    def deliver(self) -> None:
        """Let every letter that waits leave."""
        with self.app.app_context():
            deliver_due()
            db.session.remove()


def with_people(app: Flask) -> None:
    """Give the program an organizer and a press officer."""
    with app.app_context():
        accounts.add_user("organizer@example.org", "Ada Organizer", PASSWORD, "en")
        accounts.add_user("press@example.org", "Pia Press", PASSWORD, "en")
        db.session.commit()
        db.session.remove()


@contextmanager
def serving(app: Flask, port: int) -> Iterator[None]:
    """Serve the program on the loopback."""
    server = waitress.create_server(app, host="127.0.0.1", port=port, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield
    close_browsers()
    # What is under way is finished first. Then the loop closes its connections itself: closed by another thread,
    # it can wait for an answer that nobody takes any more, and ask for it without a pause until the process ends.
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(partial(_end, server))
    thread.join(20)
    assert not thread.is_alive()


def _end(server: waitress.server.BaseWSGIServer) -> None:
    for channel in list(server.active_channels.values()):
        channel.handle_close()  # with the files that it has not given out yet
    wasyncore.close_all(server._map)


@contextmanager
def program(folder: Path, uri: str, mail_server: str) -> Iterator[Served]:
    """Serve a program with this database on the loopback; it is make.NOW."""
    port = free_port()
    address = f"http://localhost:{port}"
    app = create_app(
        settings_for(folder, public_url=address, smtp_url=mail_server, port=port, database_uri=uri, threads=8)
    )
    clock.set_source(lambda: make.NOW)
    with serving(app, port):
        yield Served(app, address)
    clock.set_source(None)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def served(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    postman: tuple[Postman, str],
    first_kind: str,
) -> Iterator[Served]:
    """An empty program with an organizer and a press officer, serving on the loopback."""
    uri = copy_migrated(tmp_path_factory, tmp_path, first_kind)
    with program(tmp_path, uri, postman[1]) as served:
        with_people(served.app)
        yield served


def open_page(browser: Browser, viewport: ViewportSize, language: str = "en-GB", **more: Any) -> Page:
    """Return a page whose faults are noted in `errors`."""
    context = browser.new_context(viewport=viewport, locale=language, **more)
    _contexts.append(context)
    context.set_default_timeout(10_000)
    page = context.new_page()
    # A page that logs an error in the console (a blocked script, a missing file) is faulty.
    page.on("console", lambda message: note_error(page, message.type, message.text))
    page.on("pageerror", lambda error: note_error(page, "error", str(error)))
    return page


errors: dict[Page, list[str]] = {}
_contexts: list[BrowserContext] = []


def close_browsers() -> None:
    """Close what a test has opened: a server waits for connections that a browser keeps alive."""
    while _contexts:
        _contexts.pop().close()


def note_error(page: Page, kind: str, text: str) -> None:
    # Pages that refuse something are meant to answer 409 or 422.
    if kind == "error" and not re.search(r"status of (403|404|409|422)", text):
        errors.setdefault(page, []).append(text)


def sign_in(page: Page, served: Served, email: str) -> None:
    """Sign somebody in, by the form."""
    page.goto(served.address + "/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Conferences")


def letters_in(served: Served, postman: Postman) -> list[EmailMessage]:
    """Deliver what waits and return the letters that arrived, parsed by the standard library."""
    served.deliver()
    found = []
    for envelope in postman.arrived:
        message = message_from_bytes(content_of(envelope), policy=policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    postman.arrived.clear()
    return found


def letter_to(letters: list[EmailMessage], address: str) -> EmailMessage:
    """Return the one letter to an address."""
    (found,) = [one for one in letters if address in str(one["To"])]
    return found


def text_of(letter: EmailMessage) -> str:
    """Return the plain text of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def event_in(letter: EmailMessage) -> tuple[str, Any]:
    """Return the method and the event of a letter's calendar part."""
    (part,) = [one for one in letter.walk() if one.get_content_type() == "text/calendar"]
    calendar = icalendar.Calendar.from_ical(bytes(part.get_payload(decode=True)))
    assert isinstance(calendar, icalendar.Calendar)
    assert calendar["METHOD"] == part.get_param("method")
    (event,) = calendar.events
    return str(calendar["METHOD"]), event
