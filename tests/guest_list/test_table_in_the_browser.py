"""The guest list in a real browser: typed like a spreadsheet, sorted as ICU sorts."""

import make
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, Served, errors, open_page, sign_in
from playwright.sync_api import Browser, expect

from roundtable.accounts import service as accounts
from roundtable.db import db
from roundtable.guests.models import Participant
from roundtable.order import sort_key

pytestmark = pytest.mark.xdist_group("browser")

NAMES = [
    "Adana", "Ağrı", "Aydın", "Çanakkale", "Çorum", "Cizre", "Diyarbakır", "Düzce", "Düsseldorf", "Dusburg", "Elazığ",
    "Iğdır", "Isparta", "İstanbul", "İzmir", "Kilis", "Kırıkkale", "Köln", "Kocaeli", "Muğla", "Muş", "München",
    "Ordu", "Osmaniye", "Österreich", "Oldenburg", "Sivas", "Şanlıurfa", "Şırnak", "Solingen", "Tübingen", "Tunceli",
    "Uşak", "Ulm", "Ünye", "Van", "Zonguldak", "Zürich", "Weißenfels", "Weiden", "Halle (Saale)", "Hâkkari",
]  # fmt: skip


def _list(served: Served) -> int:
    with served.app.app_context():
        organizer = accounts.user_with("organizer@example.org")
        assert organizer is not None
        conference = make.conference(of=organizer)
        for name in ("Ankara", "Bursa", "Çorum"):
            make.contact(make.participant(conference, name))
        db.session.commit()
        number = conference.id
        db.session.remove()
    return number


@pytest.mark.parametrize("language", ["tr", "de"])
def test_names_sort_as_icu_sorts_them(browser: Browser, language: str) -> None:
    page = browser.new_page()
    by_icu = page.evaluate(
        "([names, language]) => names.toSorted(new Intl.Collator(language).compare)", [NAMES, language]
    )
    page.close()

    assert sorted(NAMES, key=lambda name: sort_key(name, language)) == by_icu


def test_cells_are_typed_as_in_a_spreadsheet(browser: Browser, served: Served) -> None:
    number = _list(served)
    page = open_page(browser, DESK)
    sign_in(page, served, "organizer@example.org")
    page.goto(f"{served.address}/conferences/{number}/guests")
    rows = page.locator("tbody tr")

    # Click, type, Enter: saved, and the cell below is ready; Enter and typing again goes on.
    rows.nth(0).locator('[data-cell="person"]').click()
    page.keyboard.type("Ayşe Yılmaz")
    page.keyboard.press("Enter")
    expect(rows.nth(0).locator('[data-cell="person"]')).to_have_text("Ayşe Yılmaz")
    expect(rows.nth(1).locator('[data-cell="person"]')).to_be_focused()
    page.keyboard.press("F2")
    page.keyboard.type("Mehmet Kaya")
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Mayor of Bursa")
    page.keyboard.press("Tab")
    page.keyboard.press("c")  # the role is a choice: its first letter picks it
    page.keyboard.press("Enter")
    expect(rows.nth(1).locator('[data-cell="role"]')).to_have_text("chair")

    # Escape gives up; a wrong value stays with its reason.
    rows.nth(2).locator('[data-cell="person"]').click()
    page.keyboard.type("never")
    page.keyboard.press("Escape")
    rows.nth(2).locator('[data-cell="email"]').click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("nonsense")
    page.keyboard.press("Enter")
    expect(rows.nth(2).locator(".fault")).to_have_text("“nonsense” is not a mail address.")
    expect(rows.nth(2).locator("input")).to_have_value("nonsense")

    assert Axe().run(page).violations_count == 0
    page.reload()
    expect(rows.nth(1).locator('[data-cell="office"]')).to_have_text("Mayor of Bursa")
    with served.app.app_context():
        people = [one.person for one in db.session.query(Participant).order_by(Participant.precedence)]
        db.session.remove()
    assert people == ["Ayşe Yılmaz", "Mehmet Kaya", ""]
    assert not errors
