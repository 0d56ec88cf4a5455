"""Two minute takers at once in real browsers: one goes offline and comes back, the chair follows."""

import re
import time
from collections.abc import Iterator

import make
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, Served, errors, open_page, sign_in
from playwright.sync_api import Browser, Page, expect

from roundtable.accounts import service as accounts
from roundtable.agenda import service as agenda
from roundtable.agenda.kinds import ItemKind
from roundtable.conferences.models import Meeting, Membership
from roundtable.conferences.roles import Role
from roundtable.db import db
from roundtable.minutes.models import EntryVersion
from roundtable.minutes.queries import entries_of, minutes_of

pytestmark = pytest.mark.xdist_group("browser")
expect.set_options(timeout=10_000)  # machines of tests are shared; what must be quick says so itself
LOST = re.compile(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED")


@pytest.fixture(autouse=True)
def _closed(served: Served, browser: Browser) -> Iterator[None]:
    """Close what was opened before the server ends: pages of the desk go on asking."""
    yield
    for context in browser.contexts:
        context.close()
    # Being offline is part of these tests; no other test shall take its messages for faults.
    errors.clear()


def _meeting(served: Served) -> int:
    with served.app.app_context():
        organizer = accounts.user_with("organizer@example.org")
        second = accounts.user_with("press@example.org")
        assert organizer is not None
        assert second is not None
        meeting = make.meeting(make.conference(of=organizer))
        db.session.add(Membership(conference=meeting.conference, user=second, role=Role.MINUTE_TAKER))
        for name, country in (("Köln", "DE"), ("İzmir", "TR"), ("Bremen", "DE")):
            make.participant(meeting.conference, name, country)
        make.item(meeting, 10, ItemKind.WELCOME, "Welcome")
        statements = make.item(meeting, 60, ItemKind.ROUND, "Round")
        agenda.set_round(statements, agenda.speakers_of(meeting), 3)
        db.session.commit()
        key = meeting.id
        db.session.remove()
    return key


def _at_desk(browser: Browser, served: Served, email: str, key: int) -> Page:
    page = open_page(browser, DESK)
    sign_in(page, served, email)
    page.goto(f"{served.address}/meetings/{key}/desk")
    if page.get_by_role("button", name="Open the desk").count():
        page.get_by_role("button", name="Open the desk").click()
    # Keys count once the desk's module has begun its work.
    expect(page.locator("html.live #composer")).to_be_visible()
    return page


def _write(page: Page, kind: str, words: str) -> None:
    page.locator("h1").click()
    page.keyboard.press(kind)
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def _saved(page: Page) -> None:
    expect(page.locator("#desk-status")).to_contain_text("All changes saved")


def _stored(served: Served, key: int) -> list[str]:
    with served.app.app_context():
        meeting = db.session.get(Meeting, key)
        assert meeting is not None
        minutes = minutes_of(meeting)
        assert minutes is not None
        found = [one.texts["en"] for one in entries_of(minutes)]
        db.session.remove()
    return found


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def _faults(page: Page) -> list[str]:
    return [one for one in errors.get(page, []) if not LOST.search(one)]


def test_two_minute_takers_one_offline_for_a_while_lose_nothing(browser: Browser, served: Served) -> None:
    key = _meeting(served)
    ada = _at_desk(browser, served, "organizer@example.org", key)
    pia = _at_desk(browser, served, "press@example.org", key)
    chair = ada.context.new_page()
    chair.goto(f"{served.address}/meetings/{key}/chair")

    ada.get_by_role("button", name="Begin: Round en").click()
    ada.get_by_role("button", name="Next speaker").click()
    expect(chair.get_by_role("heading", level=1)).to_have_text("Köln")
    expect(chair.locator(".chair-next li").first).to_contain_text("İzmir")
    expect(ada.locator("#live-floor .speaker")).to_have_text("Köln")

    # What one writes stands on the other's page within three seconds of being sent.
    _write(ada, "s", "Köln speaks first.")
    _saved(ada)
    begun = time.monotonic()
    expect(pia.locator("#entries article", has_text="Köln speaks first.")).to_be_visible(timeout=3000)
    assert time.monotonic() - begun < 3

    # Pia loses the network, writes on, reloads nothing, and even changes what stands there.
    pia.context.set_offline(True)
    _write(pia, "n", "Written without a network.")
    _write(pia, "d", "Decided without a network.")
    pia.locator("article", has_text="Köln speaks first.").hover()
    pia.locator("article", has_text="Köln speaks first.").get_by_role("link", name="Change").click()
    pia.locator("#words").fill("Köln spoke first, says Pia.")
    pia.locator("#words").press("Enter")
    expect(pia.locator("#desk-status")).to_contain_text("No connection")
    expect(pia.locator("#waiting article")).to_have_count(3)

    # Meanwhile Ada goes on, and changes the same entry.
    ada.get_by_role("button", name="Next speaker").click()
    expect(chair.get_by_role("heading", level=1)).to_have_text("İzmir")
    expect(ada.locator("#live-floor .speaker")).to_have_text("İzmir")
    _write(ada, "s", "İzmir speaks second.")
    ada.locator("article", has_text="Köln speaks first.").hover()
    ada.locator("article", has_text="Köln speaks first.").get_by_role("link", name="Change").click()
    ada.locator("#words").fill("Köln spoke first, says Ada.")
    ada.locator("#words").press("Enter")
    _saved(ada)

    pia.context.set_offline(False)
    conflict = pia.locator(".conflict")
    expect(conflict).to_contain_text("Köln spoke first, says Pia.")
    expect(conflict).to_contain_text("Köln spoke first, says Ada.")
    assert "Köln spoke first, says Ada." in _stored(served, key)
    assert _violations(pia) == []
    conflict.get_by_role("button", name="Keep both").click()
    _saved(pia)
    expect(pia.locator("#waiting > *")).to_have_count(0)

    wanted = {
        "Köln spoke first, says Ada.",
        "Köln spoke first, says Pia.",
        "Written without a network.",
        "Decided without a network.",
        "İzmir speaks second.",
    }
    stored = _stored(served, key)
    assert sorted(stored) == sorted(wanted)
    for page in (ada, pia):
        expect(page.locator("#entries article")).to_have_count(5)
        shown = page.locator("#entries article p").all_inner_texts()
        assert shown == stored
        assert _faults(page) == []
    assert stored.index("Written without a network.") < stored.index("Decided without a network.")


def test_what_is_typed_survives_a_reload_and_a_closed_lid(browser: Browser, served: Served) -> None:
    key = _meeting(served)
    page = _at_desk(browser, served, "organizer@example.org", key)
    page.keyboard.press("n")
    page.keyboard.type("Half a sent")
    _saved(page)

    # The lid closes without a network: nothing more reaches the server.
    page.context.set_offline(True)
    page.keyboard.type("ence, and the rest")
    page.context.set_offline(False)
    page.reload()

    expect(page.locator("#words")).to_have_value("Half a sentence, and the rest")
    page.locator("#words").press("Enter")
    _saved(page)
    assert _stored(served, key) == ["Half a sentence, and the rest"]
    with served.app.app_context():
        assert {one.values["texts"]["en"] for one in db.session.query(EntryVersion)} >= {"Half a sent"}
        db.session.remove()


def test_a_name_after_an_at_sign_chooses_the_speaker(browser: Browser, served: Served) -> None:
    key = _meeting(served)
    page = _at_desk(browser, served, "organizer@example.org", key)

    _write(page, "s", "Nobody has said who speaks")
    expect(page.locator("#desk-status")).to_contain_text("Please choose who speaks.")
    page.locator("#words").focus()
    page.keyboard.press("End")
    page.keyboard.type(" @izm")
    expect(page.locator("#mentions [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    _saved(page)

    expect(page.locator("#entries article strong")).to_have_text("İzmir")
    assert not errors.get(page)


def test_the_desk_is_whole_for_axe_and_on_a_phone(browser: Browser, served: Served) -> None:
    key = _meeting(served)
    page = _at_desk(browser, served, "organizer@example.org", key)
    page.get_by_role("button", name="Begin: Round en").click()
    page.get_by_role("button", name="Next speaker").click()
    expect(page.locator("#live-floor .speaker")).to_have_text("Köln")
    _write(page, "s", "Words.")
    expect(page.locator("#entries article")).to_be_visible()

    assert _violations(page) == []
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    page.goto(f"{served.address}/meetings/{key}/chair")
    assert _violations(page) == []


def test_entries_are_dragged_and_moved_by_keys_from_item_to_item(browser: Browser, served: Served) -> None:
    key = _meeting(served)
    page = _at_desk(browser, served, "organizer@example.org", key)
    for words in ("First.", "Second."):
        _write(page, "n", words)
    _saved(page)
    page.goto(f"{served.address}/meetings/{key}/minutes")
    lists = page.locator(".entries")
    expect(lists.nth(0).locator("article")).to_have_count(2)

    # Dragged into the empty second item.
    page.locator("article", has_text="First.").locator(".handle").hover()
    page.mouse.down()
    with page.expect_navigation():
        lists.nth(1).locator(".empty").hover()
        page.mouse.up()
    expect(page.locator(".entries").nth(1).locator("article")).to_have_text(re.compile("First"))

    # And by keys: down at the end of its list, it goes on into the next.
    page.locator("article", has_text="Second.").locator(".handle").focus()
    with page.expect_navigation():
        page.keyboard.press("ArrowDown")
    expect(page.locator(".entries").nth(1).locator("article").first).to_have_text(re.compile("Second"))
    assert _stored(served, key) == ["Second.", "First."]
    assert not errors.get(page)
