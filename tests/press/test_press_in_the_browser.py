"""From the demonstration's record to the press room, in real browsers: composed, cleared, released, corrected."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import feedparser  # type: ignore[import-untyped]
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, Served, errors, letter_to, letters_in, open_page, program, text_of
from conftest import Postman
from playwright.sync_api import Browser, Page, Route, expect
from prepared import copy_unpublished
from sqlalchemy import select

from roundtable import clock
from roundtable.conferences.models import Conference
from roundtable.db import db
from roundtable.demo import story
from roundtable.press.models import PressSummary, Publication

pytestmark = pytest.mark.xdist_group("browser")
expect.set_options(timeout=15_000)
PATH = "/press/2020-06-20-metropolitan-mayors-round-table"


@pytest.fixture
def demonstration(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    postman: tuple[Postman, str],
    first_kind: str,
) -> Iterator[Served]:
    """The demonstration, but for its press summary, which is left to the test."""
    uri = copy_unpublished(tmp_path_factory, tmp_path, first_kind)
    with program(tmp_path, uri, postman[1]) as served:
        with served.app.app_context():
            conference = db.session.scalars(select(Conference)).one()
            conference.second_pair_of_eyes = True
            db.session.commit()
            db.session.remove()
        postman[0].arrived.clear()
        yield served


@pytest.fixture(autouse=True)
def _closed(browser: Browser) -> Iterator[None]:
    yield
    for context in browser.contexts:
        context.close()
    assert {page: found for page, found in errors.items() if found} == {}
    errors.clear()


def _signed_in(browser: Browser, served: Served, who: str) -> Page:
    page = open_page(browser, DESK)
    page.goto(served.address + "/sign-in")
    page.get_by_label("E-mail address").fill(f"{who}@example.org")
    page.get_by_label("Password").fill(story.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Conferences")
    page.goto(f"{served.address}/meetings/1/press")
    return page


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def _status(page: Page, address: str) -> int:
    return page.request.get(address, max_redirects=0).status


def test_from_the_record_to_the_press_room(
    browser: Browser, demonstration: Served, postman: tuple[Postman, str]
) -> None:
    served = demonstration
    officer = _signed_in(browser, served, "press")

    # The first draft stands by itself; the officer sharpens the headline, and the pages beside it follow.
    officer.get_by_role("button", name="Compose the first draft").click()
    pages = officer.locator("[data-pages]")
    expect(pages).to_have_attribute("data-drawn", re.compile(r"\d"))
    headline = officer.locator(".part.headline textarea[lang=en]")
    expect(headline).to_have_value("Metropolitan Mayors’ Round Table: 20 cities at one table")
    drawn = int(pages.get_attribute("data-drawn") or 0)
    headline.fill("Twenty cities, one table")
    expect(officer.locator("#press-status")).to_have_text("Everything is saved.")
    expect(pages).not_to_have_attribute("data-drawn", str(drawn))
    expect(officer.locator(".part.headline .stale:visible")).to_have_count(2)
    for language, words in (("de", "Zwanzig Städte, ein Tisch"), ("tr", "Yirmi kent, bir masa")):
        officer.locator(f".part.headline textarea[lang={language}]").fill(words)
    expect(officer.locator(".part.headline .stale:visible")).to_have_count(0)
    expect(officer.locator("#press-status")).to_have_text("Everything is saved.")
    officer.get_by_role("button", name="Add the picture of the table").click()
    officer.get_by_role("button", name="Quote Cologne").click()
    expect(officer.locator(".part.quote")).to_have_count(1)
    assert _violations(officer) == []

    # Nobody publishes it before its office has released it.
    officer.get_by_role("button", name="Propose for release").click()
    expect(officer.get_by_role("alert")).to_contain_text("The quote of Cologne is not released by its office")
    officer.get_by_label("Answer by").fill("2026-09-10")
    officer.get_by_role("button", name="Ask the office").click()
    expect(officer.locator(".part.quote .tag")).to_have_text("waits for the office")

    # The office, on a phone, changes the words in every language and releases them with that.
    letter = letter_to(letters_in(served, postman[0]), "office@koeln.example.org")
    link = re.search(r"http\S+/g/\S+/quotes", text_of(letter))
    assert link is not None
    office = open_page(browser, PHONE, "de-DE")
    office.goto(link[0])
    assert _violations(office) == []
    assert office.evaluate("document.documentElement.scrollWidth <= innerWidth")
    office.get_by_text("Mit einer Änderung freigeben").click()
    for language in ("en", "de", "tr"):
        box = office.locator(f"textarea[lang={language}]")
        box.fill(box.input_value() + " (geändert)")
    office.get_by_role("button", name="Mit dieser Änderung freigeben").click()
    expect(office.locator(".quote-asked .tag")).to_have_text("mit Ihrer Änderung freigegeben")

    # Proposed under embargo; only the second pair of eyes can release it.
    officer.reload()
    expect(officer.locator(".part.quote .tag")).to_have_text("released")
    officer.get_by_label("Embargo until: day").fill("2026-09-01")
    officer.get_by_label("Embargo until: time").fill("14:00")
    officer.get_by_role("button", name="Propose for release").click()
    expect(officer.locator("#publish")).to_contain_text("Version 1 waits for its release.")
    expect(officer.get_by_role("button", name="Release this version")).to_have_count(0)
    second = _signed_in(browser, served, "organizer")
    second.get_by_role("button", name="Release this version").click()
    expect(second.locator("#publish")).to_contain_text("under embargo")

    # Not a second earlier.
    with served.app.app_context():
        publication = db.session.scalars(select(Publication)).one()
        assert publication.visible_at is not None
        until = publication.visible_at
        db.session.remove()
    reader = open_page(browser, PHONE, "tr-TR")
    files = [f"{served.address}{PATH}{one}" for one in ("/tr", "/tr.pdf", "/1/kit.zip", "/1/picture-1.jpg")]
    clock.set_source(lambda: until - timedelta(seconds=1))
    assert [_status(reader, one) for one in files] == [404] * 4
    feed = f"{served.address}/press/feed.tr.atom"
    assert feedparser.parse(reader.request.get(feed).body()).entries == []
    clock.set_source(lambda: until)
    assert [_status(reader, one) for one in files] == [200] * 4
    assert [one.title for one in feedparser.parse(reader.request.get(feed).body()).entries] == [
        "Yirmi kent, bir masa"
    ]
    kit = zipfile.ZipFile(io.BytesIO(reader.request.get(files[2]).body()))
    assert {name.split("/")[0] for name in kit.namelist()} >= {"de", "en", "tr", "photos", "README.txt"}
    reader.goto(files[0])
    expect(reader.get_by_role("heading", level=1)).to_have_text("Yirmi kent, bir masa")
    expect(reader.locator("blockquote")).to_contain_text("(geändert)")
    assert _violations(reader) == []
    assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # A correction follows: it says what it corrects, and the first version keeps its address.
    officer.reload()
    officer.locator(".part.headline textarea[lang=tr]").fill("Yirmi kent tek masada")
    expect(officer.locator("#press-status")).to_have_text("Everything is saved.")
    for language, words in (
        ("en", "The Turkish headline."),
        ("de", "Die türkische Überschrift."),
        ("tr", "Başlık."),
    ):
        officer.locator(f"#publish input[name=correction-{language}]").fill(words)
    officer.get_by_role("button", name="Propose for release").click()
    expect(officer.locator("#publish")).to_contain_text("Version 2 waits for its release.")
    second.reload()
    second.get_by_role("button", name="Release this version").click()
    expect(second.get_by_role("button", name="Release this version")).to_have_count(0)
    reader.reload()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Yirmi kent tek masada")
    expect(reader.locator(".notice")).to_contain_text("Başlık.")
    assert _status(reader, f"{served.address}{PATH}/1/tr.pdf") == 200


def test_two_officers_in_the_same_part_see_both_texts_and_one_without_network_loses_nothing(
    browser: Browser, demonstration: Served
) -> None:
    served = demonstration
    first = _signed_in(browser, served, "press")
    first.get_by_role("button", name="Compose the first draft").click()
    expect(first.locator(".part.lead textarea[lang=en]")).to_be_visible()
    second = _signed_in(browser, served, "organizer")

    first.locator(".part.lead textarea[lang=en]").fill("The first officer's lead.")
    expect(first.locator("#press-status")).to_have_text("Everything is saved.")
    second.locator(".part.lead textarea[lang=en]").fill("The second officer's lead.")
    theirs = second.locator(".part.lead .theirs")
    expect(theirs).to_contain_text("The first officer's lead.")
    assert _violations(second) == []
    second.get_by_role("button", name="Save my words").click()
    expect(second.locator("#press-status")).to_have_text("Everything is saved.")

    second.context.set_offline(True)
    second.locator(".part.lead textarea[lang=de]").fill("Ohne Netz geschrieben.")
    expect(second.locator("#press-status")).to_contain_text("No connection")
    second.context.set_offline(False)
    expect(second.locator("#press-status")).to_have_text("Everything is saved.")

    with served.app.app_context():
        summary = db.session.scalars(select(PressSummary)).one()
        from roundtable.press.queries import blocks_of

        lead = next(one for one in blocks_of(summary) if one.kind.value == "lead")
        assert lead.texts["en"] == "The second officer's lead."
        assert lead.texts["de"] == "Ohne Netz geschrieben."
        db.session.remove()
    errors.pop(second, None)


def _composing(browser: Browser, demonstration: Served) -> Page:
    """Return the page of a press officer who has just composed the first draft."""
    page = _signed_in(browser, demonstration, "press")
    page.get_by_role("button", name="Compose the first draft").click()
    expect(page.locator(".is-live")).to_be_visible()
    return page


def test_a_button_pressed_in_the_pause_does_not_lose_what_was_typed(
    browser: Browser, demonstration: Served
) -> None:
    page = _composing(browser, demonstration)

    page.locator(".part.lead textarea[lang=en]").fill("Typed just now.")
    page.get_by_role("button", name="Add a paragraph").click()

    expect(page.locator("[data-order] .part")).to_have_count(5)
    expect(page.locator(".part.lead textarea[lang=en]")).to_have_value("Typed just now.")


def test_a_button_pressed_while_something_is_being_saved_waits_for_it(
    browser: Browser, demonstration: Served
) -> None:
    page = _composing(browser, demonstration)
    on_its_way: list[Route] = []
    page.route("**/press/parts/*", lambda route: on_its_way.append(route), times=1)  # noqa: PLW0108 - Playwright marks it

    with page.expect_request(lambda request: request.method == "POST"):
        page.locator(".part.lead textarea[lang=en]").fill("Typed just now.")
    page.get_by_role("button", name="Add a paragraph").click()
    on_its_way[0].continue_()

    expect(page.locator("[data-order] .part")).to_have_count(5)
    expect(page.locator(".part.lead textarea[lang=en]")).to_have_value("Typed just now.")


def test_parts_are_moved_by_keyboard(browser: Browser, demonstration: Served) -> None:
    page = _signed_in(browser, demonstration, "press")
    page.get_by_role("button", name="Compose the first draft").click()
    expect(page.locator("[data-order] .part")).to_have_count(4)
    before = page.locator("[data-order] .part textarea[lang=en]").all_text_contents()

    # The order is sent when it rests; then the page is loaded anew.
    with page.expect_navigation():
        page.locator("[data-order] .part .handle").first.press("ArrowDown")

    after = page.locator("[data-order] .part textarea[lang=en]").all_text_contents()
    assert after[:2] == [before[1], before[0]]
