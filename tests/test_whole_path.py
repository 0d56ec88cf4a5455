"""The whole path once, in a real browser, with letters over real SMTP, up to the PDF that is read."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import (
    DESK,
    PHONE,
    Served,
    errors,
    event_in,
    letter_to,
    letters_in,
    open_page,
    serving,
    sign_in,
    text_of,
)
from conftest import Postman, free_port, settings_for
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect
from prepared import copy_told
from pypdf import PdfReader
from sqlalchemy import update

from roundtable import create_app
from roundtable.accounts import service as accounts
from roundtable.accounts.models import User
from roundtable.conferences.models import Conference
from roundtable.conferences.roles import Role
from roundtable.conferences.service import add_member
from roundtable.db import db
from roundtable.demo import story
from roundtable.mail.delivery import deliver_due
from roundtable.mail.models import Letter, LetterState

pytestmark = pytest.mark.xdist_group("browser")


def test_from_a_new_conference_to_the_pdf_press_summary(
    browser: Browser, served: Served, postman: tuple[Postman, str], tmp_path: Path
) -> None:
    walk(browser, served, postman, tmp_path)


def walk(browser: Browser, served: Served, postman: tuple[Postman, str], tmp_path: Path) -> None:
    """Walk the whole path, on whatever serves the program (see several/test_arrangement.py)."""
    desk = open_page(browser, DESK)
    sign_in(desk, served, "organizer@example.org")

    # 1. A conference, its bodies, and a session at a wall time in a zone.
    desk.get_by_role("link", name="New conference").click()
    desk.locator("#titles-en").fill("Sister Cities Conference")
    desk.locator("#titles-tr").fill("Kardeş Şehirler Konferansı")
    desk.locator("#titles-de").fill("Städtepartnerschaftskonferenz")
    desk.get_by_label("Home time zone").fill("Europe/Istanbul")
    desk.get_by_role("button", name="Save").click()
    desk.get_by_text("Add a body").click()
    desk.locator("#names-en").fill("Union of Cities")
    desk.locator("#names-tr").fill("Kentler Birliği")
    desk.get_by_role("group", name="Boilerplate").locator("#boilerplates-en").fill(
        "The union speaks for cities."
    )
    desk.get_by_role("button", name="Add", exact=True).first.click()
    expect(desk.get_by_text("Union of Cities").first).to_be_visible()
    with served.app.app_context():
        conference = db.session.query(Conference).one()
        add_member(conference, accounts.user_with("press@example.org"), Role.PRESS_OFFICER)  # type: ignore[arg-type]
        db.session.commit()
        db.session.remove()
    desk.get_by_role("link", name="New session").click()
    desk.locator("#titles-en").fill("Round Table")
    desk.locator("#titles-tr").fill("Yuvarlak Masa")
    desk.locator("#titles-de").fill("Runder Tisch")
    desk.locator("#day").fill("2026-09-04")
    desk.locator("#hour").fill("13:00")
    desk.locator("#close_day").fill("2026-09-03")
    desk.locator("#close_hour").fill("18:00")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".when")).to_contain_text("13:00 Istanbul")
    board = desk.url

    # 2. One city by hand, the others by a list as a Turkish Excel writes it.
    desk.get_by_role("link", name="People").click()
    desk.get_by_role("link", name="Add a city").click()
    desk.locator("#city-en").fill("Cologne")
    desk.locator("#city-de").fill("Köln")
    desk.locator("#country").fill("DE")
    desk.get_by_label("Time zone of the city").fill("Europe/Berlin")
    desk.locator("#offices-de").fill("Oberbürgermeister der Stadt Köln")
    desk.get_by_label("Name of the contact").fill("Büro OB")
    desk.get_by_label("E-mail address of the contact").fill("buero@koeln.example.org")
    desk.get_by_label("Language of letters and pages").select_option("de")
    desk.get_by_role("button", name="Save").click()
    rows = "şehir;ülke;makam;e-posta\nİzmir;TR;İzmir Büyükşehir Belediye Başkanı;ofis@izmir.example.org\n"
    listed = tmp_path / "liste.csv"
    listed.write_bytes((rows + "Iğdır;TR;Belediye Başkanı;ofis@igdir.example.org\n").encode("windows-1254"))
    desk.get_by_role("link", name="Import a list").click()
    desk.get_by_label("Guest list (CSV or Excel)").set_input_files(str(listed))
    desk.get_by_role("button", name="Show what would be imported").click()
    expect(desk.get_by_text("Read as Windows-1254 (Turkish).")).to_be_visible()
    expect(desk.get_by_text("2 new cities")).to_be_visible()
    desk.get_by_role("button", name="Import all of it").click()
    expect(desk.get_by_text("3 cities on the guest list")).to_be_visible()

    # 3. The agenda with a statement round, every zone beside it, and as a PDF.
    desk.goto(board + "/agenda")
    for title, kind, field, minutes in (
        ("Welcome", "welcome", "Duration in minutes", "10"),
        ("Statements", "round", "Minutes per speaker", "5"),
    ):
        desk.locator("#titles-en").fill(title)
        desk.get_by_label("Kind of item").select_option(kind)
        desk.get_by_label(field).fill(minutes)
        desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.get_by_role("row", name="13:10 12:10 15 min Statements")).to_be_visible()
    agenda = PdfReader(io.BytesIO(desk.request.get(board + "/agenda.pdf?lang=de").body()))
    assert "Köln" in agenda.pages[0].extract_text()
    desk.get_by_role("link", name="See and release").click()
    desk.get_by_role("button", name="Release").click()
    expect(desk.get_by_text("The guests know this agenda: version 1")).to_be_visible()

    # 4. Invitations: seen first, then one letter for each contact over SMTP.
    desk.goto(board)
    desk.get_by_role("link", name="See and send the invitations").click()
    expect(desk.get_by_text("3 letters, each to one address.")).to_be_visible()
    desk.get_by_role("button", name="Send 3 letters").click()
    expect(desk.get_by_text("3 letters are on their way.")).to_be_visible()
    letters = letters_in(served, postman[0])
    assert len(letters) == 3
    invitation = letter_to(letters, "ofis@izmir.example.org")
    assert str(invitation["Subject"]).startswith("Davet: Yuvarlak Masa, ")
    assert "Union of Cities" in str(invitation["From"]) or "Kentler Birliği" in str(invitation["From"])
    assert not [part for part in invitation.walk() if part.get_content_type() == "text/calendar"]
    link = re.search(r"http://localhost:\d+/g/\S+", text_of(invitation))
    assert link is not None

    # 5. The office answers on a phone, in Turkish; then changes its mind and back again.
    phone = open_page(browser, PHONE, "tr-TR", has_touch=True, is_mobile=True)
    phone.goto(link.group(0))
    expect(phone.get_by_role("heading", level=1)).to_have_text("Yuvarlak Masa")
    expect(phone.get_by_text("İzmir Büyükşehir Belediye Başkanı adına yanıtlıyorsunuz.")).to_be_in_viewport()
    expect(phone.get_by_text("Son yanıt zamanı")).to_be_in_viewport()
    expect(phone.get_by_label("Vekilin adı")).to_be_hidden()
    phone.get_by_text("Vekil gönderiyor").click()
    phone.get_by_label("Vekilin adı").fill("Ali Kaya")
    phone.get_by_label("Vekilin e-posta adresi").fill("kaya@izmir.example.org")
    phone.get_by_role("button", name="Yanıtı gönder").click()
    expect(phone.get_by_text("Temsil eden: Ali Kaya.")).to_be_visible()
    deputys_letter = letter_to(letters_in(served, postman[0]), "kaya@izmir.example.org")
    deputys_link = re.search(r"http://localhost:\d+/g/\S+", text_of(deputys_letter))
    assert deputys_link is not None
    assert event_in(deputys_letter)[1]["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    deputys_phone = open_page(browser, PHONE, "tr-TR", has_touch=True, is_mobile=True)
    deputys_phone.goto(deputys_link.group(0))
    expect(deputys_phone.get_by_text("Şu makamı temsil ediyorsunuz")).to_be_visible()
    phone.get_by_role("link", name="Yanıtı değiştir").click()
    phone.get_by_text("Katılıyor", exact=True).click()
    phone.get_by_role("button", name="Yanıtı gönder").click()
    expect(phone.get_by_text("Katılıyor. Yanıtınız için teşekkür ederiz.")).to_be_visible()
    assert deputys_phone.goto(deputys_link.group(0)).status == 404  # type: ignore[union-attr]  # it answers
    desk.goto(board)
    expect(desk.get_by_role("listitem", name="İzmir, coming")).to_be_visible()
    expect(desk.locator(".table-count")).to_contain_text("1 of 3")

    # 6. The calendar entry; a change moves it; nobody else's address is in it.
    confirmations = [one for one in letters_in(served, postman[0]) if "ofis@izmir" in str(one["To"])]
    method, event = event_in(confirmations[-1])
    uid = str(event["UID"])
    assert (method, event["SEQUENCE"], event["ATTENDEE"].params["PARTSTAT"]) == ("REQUEST", 0, "ACCEPTED")
    assert event.start.astimezone(UTC) == datetime(2026, 9, 4, 10, 0, tzinfo=UTC)
    assert b"koeln" not in confirmations[-1].as_bytes()
    downloaded = icalendar.Calendar.from_ical(phone.request.get(link.group(0) + "/calendar.ics").body())
    assert isinstance(downloaded, icalendar.Calendar)
    assert str(downloaded.events[0]["UID"]) == uid
    desk.get_by_role("link", name="Change", exact=True).click()
    desk.locator("#hour").fill("14:00")
    desk.get_by_role("button", name="Save").click()
    desk.get_by_role("link", name="See and send the letters").click()
    desk.get_by_role("button", name="Send 3 letters").click()
    expect(desk.get_by_text("3 letters are on their way.")).to_be_visible()
    moved = letter_to(letters_in(served, postman[0]), "ofis@izmir.example.org")
    method, event = event_in(moved)
    assert (method, str(event["UID"]), event["SEQUENCE"]) == ("REQUEST", uid, 1)
    assert event.start.astimezone(UTC) == datetime(2026, 9, 4, 11, 0, tzinfo=UTC)
    assert "önceki:" in text_of(moved)
    phone.goto(link.group(0))
    phone.get_by_text("Katılıyor", exact=True).click()
    phone.get_by_role("button", name="Yanıtı gönder").click()
    expect(phone.get_by_text("Katılıyor. Yanıtınız için teşekkür ederiz.")).to_be_visible()

    # 7. The record: attendance, a statement on and one off the record, a decision; approval seals it.
    served.at(datetime(2026, 9, 4, 13, 0, tzinfo=UTC))
    sign_in(desk, served, "organizer@example.org")  # days have gone by
    desk.goto(board + "/minutes")
    desk.get_by_role("button", name="Begin the record").click()
    expect(desk.get_by_label("İzmir")).to_have_value("present")
    for words, off_record in (("Biz devam ediyoruz.", False), ("Bütçemiz zor durumda.", True)):
        desk.get_by_label("Kind of entry").select_option("statement")
        desk.get_by_label("Agenda item").select_option(label="Statements")
        desk.get_by_label("Original language").select_option("tr")
        desk.locator("#texts-tr").fill(words)
        desk.get_by_label("Speaker", exact=True).select_option(
            label="İzmir — İzmir Büyükşehir Belediye Başkanı"
        )
        desk.get_by_label("Off the record").set_checked(off_record)
        desk.get_by_role("button", name="Add", exact=True).click()
    desk.get_by_label("Kind of entry").select_option("decision")
    expect(desk.get_by_label("Speaker", exact=True)).to_be_hidden()
    desk.locator("#texts-en").fill("The cities set up a working group.")
    desk.locator("#texts-tr").fill("Kentler bir çalışma grubu kurar.")
    desk.get_by_role("button", name="Add", exact=True).click()
    desk.get_by_role("link", name="Send round, answer, approve").click()
    desk.get_by_label("Approved by the chair").fill("Mayor of İzmir, chair")
    desk.get_by_role("button", name="Approve and seal").click()
    expect(desk.get_by_text("The record is sealed and does not change any more.").first).to_be_visible()
    expect(desk.get_by_role("heading", name="Write an entry")).to_have_count(0)

    # 8. The press officer composes in two languages, clears the quote, publishes.
    press = open_page(browser, DESK)
    sign_in(press, served, "press@example.org")
    press.goto(board + "/press")
    press.get_by_role("button", name="Compose the first draft").click()
    expect(press.locator(".part.paragraph")).not_to_have_count(0)
    press.wait_for_load_state()
    assert "Bütçemiz" not in press.content()
    for code, headline, lead in (
        ("en", "Cities agree on a working group", "On Friday cities of two countries met by video."),
        ("tr", "Kentler çalışma grubunda anlaştı", "Cuma günü iki ülkenin kentleri görüntülü buluştu."),
        ("de", "", ""),
    ):
        press.locator(f".part.headline textarea[lang={code}]").fill(headline)
        press.locator(f".part.lead textarea[lang={code}]").fill(lead)
    for german in press.locator(".part.paragraph textarea[lang=de]").all():
        german.fill("")
    saved = press.locator("#press-status")
    expect(saved).to_have_text("Everything is saved.")
    picture = tmp_path / "picture.png"
    Image.new("RGB", (1200, 700), "teal").save(picture)
    press.get_by_label("Picture (JPEG").set_input_files(str(picture))
    press.get_by_role("button", name="Upload").click()
    figure = press.locator(".part.picture")
    for code, words in (("en", "The hall"), ("tr", "Salon")):
        figure.locator(f"textarea[name=texts-{code}]").fill(words)
        figure.locator(f"textarea[name=alternatives-{code}]").fill(f"{words}, drawn")
    figure.get_by_label("Credit").fill("Jane Painter")
    figure.get_by_label("Rights").fill("Free for the press")
    expect(saved).to_have_text("Everything is saved.")
    press.get_by_role("button", name="Quote İzmir").click()
    press.get_by_role("button", name="Publish").click()
    expect(press.get_by_role("alert")).to_contain_text("The quote of İzmir is not released by its office")
    press.get_by_text("The office has released it by another way").click()
    press.get_by_label("Released by").fill("Private office, by telephone")
    press.get_by_role("button", name="Note the release").click()
    press.get_by_role("button", name="Publish").click()
    press.get_by_role("link", name="Version 1").click()
    expect(press.get_by_role("heading", level=1)).to_have_text("Cities agree on a working group")

    # Anybody reads it, in Turkish, on page and PDF.
    reader = open_page(browser, PHONE, "tr-TR")
    reader.goto(press.url)
    reader.get_by_role("link", name="TR").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Kentler çalışma grubunda anlaştı")
    address = reader.get_by_role("link", name="PDF", exact=True).get_attribute("href")
    pdf = PdfReader(io.BytesIO(reader.request.get(served.address + str(address)).body()))
    text = "\n".join(one.extract_text() for one in pdf.pages)
    for words in (
        "Kentler çalışma grubunda anlaştı",
        "Biz devam ediyoruz.",
        "Kentler bir çalışma grubu kurar.",
    ):
        assert words in text
    assert "Bütçemiz" not in text
    root: Any = pdf.trailer["/Root"]
    assert (root["/Lang"], bool(root["/MarkInfo"]["/Marked"])) == ("tr", True)
    assert "/StructTreeRoot" in root

    # No page has logged an error on the whole way.
    assert errors == {}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, first_kind: str) -> Iterator[Served]:
    """The demonstration, served."""
    port = free_port()
    folder = tmp_path_factory.mktemp("shown")
    address = f"http://localhost:{port}"
    uri = copy_told(tmp_path_factory, folder, first_kind)
    settings = settings_for(
        folder, demonstration=True, smtp_url="", public_url=address, port=port, database_uri=uri
    )
    app = create_app(settings)
    with app.app_context():
        link = story.welcome(address).split()[-1]
        db.session.remove()
    app.config["PERSONAL_LINK"] = link
    app.config["MINUTES_BY_LINK"] = link.replace("/meetings/2", "/meetings/1/minutes")
    with serving(app, port):
        yield Served(app, address)
    with app.app_context():
        db.engine.dispose()


PAGES = (
    "/",
    "/conferences/1",
    "/conferences/1/guests",
    "/conferences/1/guests/import",
    "/meetings/2",
    "/meetings/2/edit",
    "/meetings/2/agenda",
    "/meetings/2/invitations",
    "/meetings/2/invitations/preview/cancellation",
    "/meetings/2/invitations/21",
    "/conferences/1/edit",
    "/conferences/1/guests/4",
    "/conferences/1/letters",
    "/conferences/1/letters/invitation/tr",
    "/link",
    "/meetings/1/minutes",
    "/meetings/1/minutes/circulation",
    "/meetings/2/room",
    "/conferences/1/rooms/bigbluebutton",
    "/conferences/1/actions",
    "/search?q=city",
    "/meetings/1/press",
    "/press/",
    "/press/verify",
    "/conferences/1/press-lists",
    "/conferences/1/press-lists/1",
    "/meetings/1/press/versions/1/send",
    "/press/2020-06-20-metropolitan-mayors-round-table/tr",
    "/mailbox",
    "/polls/1",
    "/account",
    "/account/second-factor",
    "/forgotten",
    "/privacy",
    "/conferences/1/log?table=membership",
    "/conferences/1/data",
    "/administration/accounts",
    "/administration/log",
    "/administration/status",
    "/administration/people",
    "PERSONAL_LINK",
    "MINUTES_BY_LINK",
)
FULL_PAGES = frozenset(
    {
        "/",
        "/conferences/1",
        "/conferences/1/guests",
        "/meetings/2",
        "/meetings/2/agenda",
        "/meetings/1/press",
        "PERSONAL_LINK",
    }
)


@pytest.mark.parametrize(("viewport", "scheme", "language"), [(PHONE, "dark", "tr"), (DESK, "light", "de")])
def test_pages_have_no_barrier_and_no_sideways_scrolling(
    browser: Browser, shown: Served, viewport: ViewportSize, scheme: str, language: str
) -> None:
    page = open_page(browser, viewport, color_scheme=scheme)
    page.goto(shown.address + "/sign-in")
    page.get_by_label("E-mail address").fill("organizer@example.org")
    page.get_by_label("Password").fill(story.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name=language.upper(), exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    with shown.app.app_context():
        # So that the pages of administrators are looked at as well.
        db.session.execute(update(User).values(is_administrator=True))
        db.session.commit()
        db.session.remove()
    faults = []

    for place, path in enumerate(PAGES):
        page.goto(shown.app.config[path] if path.isupper() else shown.address + path)
        # The pages of which there are most kinds of parts in both schemes, the others in one of them each.
        if path in FULL_PAGES or place % 2 == (scheme == "dark"):
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
            faults += [
                f"{path}: {one['id']}: {one['nodes'][0]['html'][:120]}"
                for one in found.response["violations"]
            ]
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            faults.append(f"{path}: {wider} pixels wider than the window")

    assert faults == []


def _organizer(browser: Browser, shown: Served) -> Page:
    page = open_page(browser, DESK)
    page.goto(shown.address + "/sign-in")
    page.get_by_label("E-mail address").fill("organizer@example.org")
    page.get_by_label("Password").fill(story.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def test_the_preview_of_a_letter_follows_the_keys(browser: Browser, shown: Served) -> None:
    page = _organizer(browser, shown)
    page.goto(shown.address + "/conferences/1/letters/invitation/en")
    letter = page.frame_locator("iframe")
    words = letter.get_by_text("We invite Mayor of Istanbul")
    expect(words).to_be_visible()
    # The letter's own inline styles are let through by their hashes, one by one.
    assert words.evaluate("one => getComputedStyle(one).lineHeight") != "normal"

    page.locator("#body").fill("Welcome, {who}!\n\n{when}\n\n{link}")

    expect(letter.get_by_text("Welcome, Mayor of Istanbul")).to_be_visible()
    page.locator("#body").fill("Welcome, {who}!")
    expect(letter.get_by_text("The letter needs these placeholders: {link}, {when}.")).to_be_visible()


def test_the_count_of_leaving_letters_moves_by_itself(browser: Browser, shown: Served) -> None:
    with shown.app.app_context():
        waiting = [one.id for one in db.session.query(Letter).filter_by(topic="meeting/2").limit(3)]
        db.session.execute(update(Letter).where(Letter.id.in_(waiting)).values(state=LetterState.QUEUED))
        db.session.commit()
        db.session.remove()
    page = _organizer(browser, shown)
    page.goto(shown.address + "/meetings/2/invitations")
    expect(page.locator(".counts")).to_contain_text("3 waiting to leave")

    with shown.app.app_context():
        deliver_due()
        db.session.remove()

    expect(page.get_by_text("waiting to leave")).to_be_hidden()
    assert page.locator("progress").evaluate("one => one.value === one.max")


def test_the_guest_page_works_without_javascript_and_by_keyboard(browser: Browser, shown: Served) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="tr-TR")
    page = context.new_page()
    page.goto(shown.app.config["PERSONAL_LINK"])

    page.locator('input[value="declined"]').focus()
    page.keyboard.press("Space")
    page.get_by_label("Düzenleyicilere not").fill("O gün meclis toplantımız var.")
    page.get_by_role("button", name="DE", exact=True).click()
    expect(page.get_by_label("Notiz an die Organisation")).to_have_value("O gün meclis toplantımız var.")
    expect(page.locator('input[value="declined"]')).to_be_checked()
    page.get_by_role("button", name="Antwort senden").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Nimmt nicht teil.")).to_be_visible()
    assert context.cookies() == []


def test_the_first_screen_of_the_guest_page_holds_what_a_secretary_must_know(
    browser: Browser, shown: Served
) -> None:
    page = open_page(browser, PHONE)
    page.goto(shown.app.config["PERSONAL_LINK"] + "?lang=de")
    if page.get_by_role("link", name="Antwort ändern").count():
        page.get_by_role("link", name="Antwort ändern").click()

    for words in (
        "Deutsche Auslandsvertretungen",
        "Zweiter Runder Tisch",
        "Istanbul · ",
        "Bitte antworten Sie bis",
    ):
        expect(page.get_by_text(words).first).to_be_in_viewport()
    expect(page.get_by_text("Oberbürgermeisteramt der Großstadt Bursa").first).to_be_in_viewport()
