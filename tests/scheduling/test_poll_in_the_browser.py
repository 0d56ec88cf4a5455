"""From the search to the settled date: an organizer at the desk, an office on a phone, letters over SMTP."""

import re

import make
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, Served, errors, letter_to, letters_in, open_page, sign_in, text_of
from conftest import Postman
from playwright.sync_api import Browser, expect

from roundtable.accounts import service as accounts
from roundtable.conferences.roles import Role
from roundtable.conferences.service import add_member
from roundtable.db import db
from roundtable.guests.roles import ParticipantRole

pytestmark = pytest.mark.xdist_group("browser")


def _conference(served: Served) -> int:
    with served.app.app_context():
        organizer = accounts.user_with("organizer@example.org")
        assert organizer is not None
        conference = make.conference(of=organizer)
        add_member(conference, organizer, Role.ORGANIZER)
        host = make.participant(conference, "İzmir", role=ParticipantRole.CHAIR)
        make.contact(host, "ofis@izmir.example.org", language="tr")
        make.contact(make.participant(conference, "Köln", "DE"), "buero@koeln.example.org", language="de")
        db.session.commit()
        number = conference.id
        db.session.remove()
    return number


def test_a_poll_from_the_proposal_to_the_settled_date(
    browser: Browser, served: Served, postman: tuple[Postman, str]
) -> None:
    number = _conference(served)
    desk = open_page(browser, DESK)
    sign_in(desk, served, "organizer@example.org")

    # The organizer looks for hours over four weeks and takes the best two.
    desk.goto(f"{served.address}/conferences/{number}")
    desk.get_by_role("link", name="Find the hour").click()
    desk.locator("#titles-tr").fill("Yuvarlak Masa")
    desk.locator("#titles-de").fill("Runder Tisch")
    desk.locator("#first_day").fill("2026-10-19")
    desk.locator("#last_day").fill("2026-11-06")
    desk.get_by_role("button", name="Look for hours").click()
    expect(desk.get_by_text("from Sunday, 25 October 2026 the gap")).to_be_visible()
    boxes = desk.locator("input[name=start]")
    assert boxes.count() == 12
    boxes.nth(0).check()
    boxes.nth(1).check()
    desk.get_by_role("button", name="Take the ticked dates").click()
    expect(desk.get_by_role("link", name="See and send the letters")).to_be_visible()
    poll = desk.url.partition("#")[0]
    desk.get_by_role("link", name="See and send the letters").click()
    expect(desk.get_by_text("2 letters, each to one address.")).to_be_visible()
    desk.get_by_role("button", name="Send 2 letters").click()
    expect(desk.get_by_text("2 letters are on their way.")).to_be_visible()

    # The office in İzmir answers on a phone, first half of it, then the rest.
    letter = letter_to(letters_in(served, postman[0]), "ofis@izmir.example.org")
    assert "Hangi tarihler uygun?" in str(letter["Subject"])
    link = re.search(r"http://localhost:\d+/g/\S+", text_of(letter))
    assert link is not None
    phone = open_page(browser, PHONE, "tr-TR", has_touch=True, is_mobile=True)
    phone.goto(link.group(0))
    expect(phone.get_by_role("heading", level=1)).to_have_text("Yuvarlak Masa")
    options = phone.locator("fieldset.option")
    expect(options.first).to_be_in_viewport()
    assert Axe().run(phone).violations_count == 0
    options.nth(0).get_by_text("Evet").tap()
    phone.get_by_role("button", name="Yanıtı gönder").tap()
    expect(phone.get_by_text("1 tarih henüz yanıtsız.")).to_be_visible()
    options.nth(1).get_by_text("Gerekirse").tap()
    phone.get_by_role("button", name="Yanıtı gönder").tap()
    expect(phone.get_by_text("Yanıtınız için teşekkür ederiz.")).to_be_visible()

    # The other one calls; the organizer enters it, and settles the date in one act.
    desk.goto(poll)
    assert Axe().run(desk).violations_count == 0
    desk.get_by_role("link", name="By telephone: Köln").click()
    desk.get_by_label("Who said so on the telephone?").fill("Frau Schmitz")
    desk.locator("fieldset.option").nth(0).get_by_text("Yes").click()
    desk.locator("fieldset.option").nth(1).get_by_text("No").click()
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".ranking li").first).to_contain_text("2 yes")
    desk.locator(".ranking li").first.get_by_role("link").click()
    desk.get_by_role("button", name="Settle the date and tell everybody").click()
    expect(desk.get_by_text("The date is settled; 2 letters are on their way.")).to_be_visible()
    expect(desk.locator(".when")).to_contain_text("19 October 2026")

    settled = letter_to(letters_in(served, postman[0]), "buero@koeln.example.org")
    assert str(settled["Subject"]).startswith("Der Termin steht fest: Runder Tisch, Mo., 19. Okt.")
    phone.reload()
    expect(phone.get_by_text("Tarih kesinleşti.")).to_be_visible()
    assert not errors
