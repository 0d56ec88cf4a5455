"""Default deny, headers, cookies, tokens, hosts: what every page has."""

import base64
import hashlib
import io
import json
import logging
import re

import make
import pytest
from conftest import OwnClient
from flask import Flask

from roundtable.db import db
from roundtable.web.headers import allowed_styles
from roundtable.web.logs import JsonLines, masked

pytestmark = pytest.mark.one_database

OPEN_PAGES = {
    "health.live",
    "health.ready",
    "metrics.show",
    "web.font",
    "web.choose_language",
    "web.robots",
    "privacy.about",
    "accounts.sign_in",
    "accounts.try_sign_in",
    "accounts.second_step",
    "accounts.take_second_step",
    "accounts.passkey_question",
    "accounts.take_passkey",
    "doors.ask",
    "doors.take",
    "doors.asked",
    "doors.show",
    "doors.set_password",
    "doors.join",
    "outside.begin",
    "outside.back",
    "calendars.meeting_file",
    "guest_page.index",
    "guest_page.meeting",
    "guest_page.answer",
    "guest_page.agenda",
    "guest_page.agenda_page",
    "guest_page.unknown",
    "calendars.feed",
    "calendars.organizers_feed",
    "guest_page.note_needs",
    "guest_page.reminders",
    "guest_page.set_reminders",
    "guest_poll.show",
    "guest_poll.answer",
    "links.ask",
    "links.asked",
    "links.take",
    "room.index",
    "room.entry",
    "room.page",
    "room.pdf",
    "room.picture",
    "room.share",
    "room.feed",
    "room.sitemap",
    "files.ninjs_file",
    "files.text",
    "files.docx",
    "files.press_kit",
    "files.verify",
    "files.verified",
    "preview.entry",
    "preview.page",
    "preview.pdf",
    "preview.picture",
    "guest_quotes.show",
    "guest_quotes.answer",
    "newsrooms.leave",
    "newsrooms.set_letters",
    "actions.own",
    "actions.report_own",
    "desk.chair_by_link",
    "desk.chair_change_by_link",
    "desk.chair_live_by_link",
    "guest_minutes.show",
    "guest_minutes.remark",
    "guest_minutes.pdf",
    "guest_minutes.docx",
    "video.come_in",
    "video.door",
}


def test_the_open_pages_are_these_and_no_others(app: Flask) -> None:
    found = {name for name, view in app.view_functions.items() if getattr(view, "is_open_page", False)}

    assert found == OPEN_PAGES


def test_every_other_page_asks_a_stranger_to_sign_in(app: Flask, client: OwnClient) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_PAGES | {"static"}:
            continue
        values = dict.fromkeys(rule.arguments, 1) | (
            {"language": "de"} if "language" in rule.arguments else {}
        )
        address = app.url_map.bind("").build(rule.endpoint, values)
        for method in (rule.methods or set()) - {"OPTIONS"}:
            response = client.post(address) if method == "POST" else client.open(address, method=method)

            assert response.status_code == 302, (method, address)
            assert response.headers["Location"].startswith("/sign-in"), (method, address)


def test_pages_carry_strict_headers(client: OwnClient) -> None:
    headers = client.get("/sign-in").headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_pages_behind_a_link_tell_nobody_where_one_came_from(client: OwnClient) -> None:
    headers = client.get(make.link(make.invitation())).headers

    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers


def test_a_form_without_its_token_is_refused(app: Flask, organizer: OwnClient) -> None:
    response = organizer.open("/sign-out", method="POST", data={"csrf_token": "made up"})

    assert response.status_code == 400
    assert "send the form again" in response.text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_a_post_made_by_another_site_is_refused_even_behind_a_link(
    client: OwnClient, headers: dict[str, str]
) -> None:
    one = make.invitation()

    response = client.post(make.link(one), data={"answer": "declined"}, headers=headers)

    assert response.status_code == 403
    db.session.refresh(one)
    assert one.answer.value == "needs-action"


def test_a_foreign_host_is_refused(client: OwnClient) -> None:
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_not_allowed(client: OwnClient, method: str) -> None:
    assert client.open("/sign-in", method=method).status_code == 405


def test_an_unknown_address_is_a_friendly_404(client: OwnClient) -> None:
    response = client.get("/no/such/page")

    assert response.status_code == 404
    assert "There is nothing at this address" in response.text


def test_logs_hold_no_link_address_or_password() -> None:
    text = "GET /g/abcdefghij of office@ankara.example.org via smtp://user:secret@mail"

    assert masked(text) == "GET /g/*** of ***@*** via smtp://***@mail"


def test_a_log_record_is_one_line_of_json_whatever_it_says() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    record = logging.makeLogRecord(
        {"msg": "evil\nline \x1b[31m of a@b.example", "levelname": "INFO", "page": "/g/secrettoken"}
    )

    handler.emit(record)

    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["message"] == "evil\nline \x1b[31m of ***@***"
    assert json.loads(line)["page"] == "/g/***"
    assert "\x1b" not in line


def test_static_files_are_named_by_their_content_and_kept(client: OwnClient) -> None:
    page = client.get("/sign-in").text
    address = re.search(r'href="(/static/roundtable.css\?v=[0-9a-f]{12})"', page)
    assert address is not None

    response = client.get(address.group(1))

    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in response.headers
    response.close()


def test_a_font_is_served_with_turkish_and_german_letters(client: OwnClient) -> None:
    from fontTools.ttLib import TTFont

    with client.get("/fonts/source-sans-400.woff2") as response:
        letters = TTFont(io.BytesIO(response.data)).getBestCmap()
    with client.get("/fonts/source-sans-400-far.woff2") as response:
        neighbours = TTFont(io.BytesIO(response.data)).getBestCmap()

    assert all(ord(letter) in letters for letter in "ğĞıİşŞçÇöÖüÜäÄßẞâîû–„“”’·…")
    assert all(ord(letter) in neighbours for letter in "łŁńśżćęőűčěřšž")
    assert client.get("/fonts/other.woff2").status_code == 404
    assert client.get("/fonts/other-far.woff2").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/meetings/99999999999999999999999",
        "/conferences/2147483648/guests",
        "/meetings/-1",
        "/meetings/1%00",
        "/press/%ff%fe/de",
        "/press/../../etc/passwd",
        "/g/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        "/fonts/..%2f..%2fetc%2fpasswd.woff2",
    ],
)
def test_hostile_addresses_lead_nowhere(organizer: OwnClient, address: str) -> None:
    assert organizer.get(address).status_code == 404


@pytest.mark.parametrize(
    "value", ["\x00", "\ud800", "x" * 100_000, "=1+1", "<b>", "%s%n", "٣", "-1", "9" * 40]
)
def test_hostile_form_values_are_never_a_fault_of_ours(organizer: OwnClient, value: str) -> None:
    meeting = make.table_of(2)
    conference_id, base = meeting.conference_id, f"/meetings/{meeting.id}"
    text = value.encode("utf-8", "surrogatepass")
    fields = (
        "kind",
        "titles-en",
        "duration_minutes",
        "minutes_each",
        "day",
        "hour",
        "zone",
        "city-en",
        "country",
    )
    more = (
        "name",
        "email",
        "language",
        "rule",
        "direction",
        "entry_id",
        "said_by",
        "answer",
        "item_id",
        "version",
    )
    data = dict.fromkeys((*fields, *more, "texts-en", "titles", "content", "encoding", "due_on"), text)

    for address in (
        f"{base}/agenda",
        f"{base}/edit",
        f"{base}/minutes/begin",
        f"{base}/minutes/entries",
        f"{base}/minutes/attendance",
        f"{base}/press/quotes",
        f"/conferences/{conference_id}/guests/new",
        f"/conferences/{conference_id}/guests/order",
        f"/conferences/{conference_id}/guests/import",
        f"/conferences/{conference_id}/guests/import/confirm",
        f"/conferences/{conference_id}/bodies",
        f"/conferences/{conference_id}/members",
        "/conferences/new",
        "/language",
    ):
        assert organizer.post(address, data=dict(data)).status_code < 500, address


def test_a_letter_on_a_page_may_use_the_styles_that_stand_in_it_and_no_others() -> None:
    html = '<style>p { margin: 0 }</style><p style="color: #123">a</p><p style="color: #123; x: &quot;y&quot;">b</p>'

    sources = allowed_styles(html).split()

    written = ["p { margin: 0 }", "color: #123", 'color: #123; x: "y"']
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in written]
    assert sources == ["'unsafe-hashes'", *(f"'sha256-{one}'" for one in hashes)]
    assert allowed_styles("<p>plain</p>") == "'none'"


def test_no_page_lets_inline_styles_or_scripts_through_as_they_come(organizer: OwnClient) -> None:
    about = make.meeting().conference
    db.session.commit()

    response = organizer.get(f"/conferences/{about.id}/letters/invitation/en/preview")

    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]
