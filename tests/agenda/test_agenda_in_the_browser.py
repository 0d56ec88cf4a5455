"""Building an agenda by clicks, by dragging and by keyboard."""

import time

import make
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, Served, errors, open_page, sign_in
from playwright.sync_api import Browser, Page, expect

from roundtable.accounts import service as accounts
from roundtable.db import db

pytestmark = pytest.mark.xdist_group("browser")


def _meeting(served: Served, cities: int = 20) -> int:
    with served.app.app_context():
        organizer = accounts.user_with("organizer@example.org")
        assert organizer is not None
        meeting = make.meeting(make.conference(of=organizer))
        for number in range(cities):
            make.participant(meeting.conference, f"City {number:02}", "TR" if number % 5 < 3 else "DE")
        db.session.commit()
        key = meeting.id
        db.session.remove()
    return key


def _order(page: Page, rows: str) -> list[str]:
    expect(page.locator(rows)).to_have_count(4)  # a page comes in pieces
    return page.locator(rows).evaluate_all("rows => rows.map(row => row.id)")  # type: ignore[no-any-return]


def test_twenty_slots_are_arranged_in_under_a_minute_of_clicks(browser: Browser, served: Served) -> None:
    key = _meeting(served)
    page = open_page(browser, DESK)
    sign_in(page, served, "organizer@example.org")
    page.goto(f"{served.address}/meetings/{key}/agenda")

    begun = time.monotonic()
    page.get_by_role("button", name="Begin with it").click()
    page.get_by_label("Rule").select_option("alternating")
    page.get_by_role("button", name="Show the order").click()
    page.get_by_role("button", name="Take this order").click()
    page.get_by_role("link", name="See and release").click()
    page.get_by_label("Nobody").check()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("The guests know this agenda: version 1")).to_be_visible()
    taken = time.monotonic() - begun

    expect(page.locator(".slots tbody tr")).to_have_count(20)
    assert taken < 60
    assert Axe().run(page).violations_count == 0
    assert not errors


def test_dragging_and_the_keyboard_give_the_same_order(browser: Browser, served: Served) -> None:
    key = _meeting(served, 4)
    page = open_page(browser, DESK)
    sign_in(page, served, "organizer@example.org")
    page.goto(f"{served.address}/meetings/{key}/agenda")
    page.get_by_role("button", name="Begin with it").click()
    rows = ".running-order tbody tr"
    first = _order(page, rows)
    wanted = [first[1], first[2], first[0], first[3]]

    # By keyboard: two steps down; the times follow after a reload, and the focus stays.
    begins = page.locator(f"#{first[0]} .home-hour")
    expect(begins).to_have_text("13:00")
    page.locator(f"#{first[0]} .handle").focus()
    with page.expect_navigation():
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    by_keyboard = _order(page, rows)
    expect(page.locator(f"#{first[0]} .handle")).to_be_focused()
    expect(begins).not_to_have_text("13:00")

    # Back again, then the same by dragging.
    with page.expect_navigation():
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
    assert _order(page, rows) == first
    page.locator(f"#{first[3]}").scroll_into_view_if_needed()
    grip = page.locator(f"#{first[0]} .handle").bounding_box()
    target = page.locator(f"#{first[2]}").bounding_box()
    assert grip is not None
    assert target is not None
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + target["height"] - 4, steps=8)
    with page.expect_navigation():
        page.mouse.up()

    assert by_keyboard == _order(page, rows) == wanted
    page.reload()
    assert _order(page, rows) == wanted
    assert not errors
