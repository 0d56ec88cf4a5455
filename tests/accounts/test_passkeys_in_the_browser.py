"""Passkeys in a real browser, with a security key that the browser pretends to have (WebAuthn over CDP)."""

from datetime import timedelta
from typing import Any

import make
import pytest
from browsing import DESK, PASSWORD, PHONE, Served, errors, open_page, sign_in
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import delete, select

from roundtable import clock
from roundtable.accounts.models import Passkey
from roundtable.db import db

pytestmark = pytest.mark.xdist_group("browser")


def with_security_key(page: Page) -> Any:
    """Give the page's browser a security key that is always touched; return the session and its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session, made["authenticatorId"]


def with_passkey(page: Page, served: Served) -> list[str]:
    """Make a passkey on the page of the account; return the recovery codes."""
    page.goto(served.address + "/account/second-factor")
    page.get_by_label("Name of the passkey").fill("Office laptop")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    codes = page.locator("ol.codes code")
    expect(codes).to_have_count(10)
    return codes.all_inner_texts()


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_a_passkey_is_made_and_opens_the_account_without_a_password(
    browser: Browser, served: Served, viewport: ViewportSize
) -> None:
    page = open_page(browser, viewport)
    with_security_key(page)
    sign_in(page, served, "organizer@example.org")

    codes = with_passkey(page, served)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Passkey: Office laptop")).to_be_visible()
    expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Conferences")
    assert len(set(codes)) == 10
    with served.app.app_context():
        passkey = db.session.scalars(select(Passkey)).one()
        assert passkey.used_at == make.NOW
        db.session.remove()
    assert errors.get(page, []) == []


def test_a_passkey_is_the_second_step_after_the_password(browser: Browser, served: Served) -> None:
    page = open_page(browser, DESK)
    with_security_key(page)
    sign_in(page, served, "organizer@example.org")
    codes = with_passkey(page, served)
    page.goto(served.address + "/account")
    page.get_by_role("button", name="Sign out", exact=True).click()

    page.get_by_label("E-mail address").fill("organizer@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Conferences")

    # Without the key a recovery code does as well.
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_label("E-mail address").fill("organizer@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(codes[3])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Conferences")
    assert errors.get(page, []) == []


def test_a_passkey_answers_the_question_who_one_is(browser: Browser, served: Served) -> None:
    page = open_page(browser, DESK)
    with_security_key(page)
    sign_in(page, served, "organizer@example.org")
    with_passkey(page, served)
    page.goto(served.address + "/account")
    later = make.NOW + timedelta(minutes=30)
    clock.set_source(lambda: later)

    page.get_by_role("button", name="New recovery codes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    page.get_by_role("button", name="Use your passkey").click()

    # What was wanted goes on by itself.
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert errors.get(page, []) == []


def test_a_passkey_of_somebody_else_and_a_closed_key_open_nothing(browser: Browser, served: Served) -> None:
    page = open_page(browser, DESK)
    session, key = with_security_key(page)
    sign_in(page, served, "organizer@example.org")
    with_passkey(page, served)
    page.goto(served.address + "/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    with served.app.app_context():
        # The account has lost its passkey; the key in the browser does not know that yet.
        db.session.execute(delete(Passkey))
        db.session.commit()
        db.session.remove()

    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey could not be checked.").first).to_be_visible()

    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasUserVerification": False}},
    )
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That did not work.")).to_be_visible()
