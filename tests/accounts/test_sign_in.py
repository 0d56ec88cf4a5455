from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie

import make
import pytest
from conftest import OwnClient
from flask import Flask
from sqlalchemy import select

from roundtable import clock
from roundtable.accounts import passwords, service
from roundtable.accounts.models import SignIn
from roundtable.accounts.sign_in_service import LONGEST_SIGN_IN
from roundtable.db import db
from roundtable.errors import Refusal


def test_the_right_password_opens_the_conferences(client: OwnClient) -> None:
    make.user()
    db.session.commit()

    response = client.post("/sign-in", data={"email": " ORGANIZER@example.org ", "password": make.PASSWORD})

    assert response.status_code == 302
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [("organizer@example.org", "wrong"), ("nobody@example.org", make.PASSWORD)]
)
def test_a_wrong_pair_is_refused_in_the_same_words_and_keeps_the_address(
    client: OwnClient, email: str, password: str
) -> None:
    make.user()
    db.session.commit()

    response = client.post("/sign-in", data={"email": email, "password": password})

    assert response.status_code == 422
    assert "E-mail address and password do not belong together." in response.text
    assert f'value="{email}"' in response.text


def test_after_signing_in_one_is_where_one_wanted_to_be(client: OwnClient) -> None:
    conference = make.conference()
    db.session.commit()
    wanted = f"/conferences/{conference.id}"

    asked = client.get(wanted)
    response = client.post(
        "/sign-in", data={"email": "organizer@example.org", "password": make.PASSWORD, "next": wanted}
    )

    assert asked.headers["Location"] == f"/sign-in?next=/conferences/{conference.id}"
    assert response.headers["Location"] == wanted


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"])
def test_signing_in_never_leads_to_another_site(client: OwnClient, target: str) -> None:
    make.user()
    db.session.commit()

    response = client.post(
        "/sign-in", data={"email": "organizer@example.org", "password": make.PASSWORD, "next": target}
    )

    assert response.headers["Location"] == "/"


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, organizer: OwnClient) -> None:
    cookie = organizer.get_cookie("roundtable")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("roundtable", cookie.value)
    assert thief.get("/").status_code == 200

    organizer.post("/sign-out")

    assert thief.get("/").status_code == 302
    assert db.session.scalars(select(SignIn)).all() == []


def test_a_sign_in_ends_after_seven_days(organizer: OwnClient) -> None:
    clock.set_source(lambda: make.NOW + timedelta(days=7))

    assert organizer.get("/").status_code == 302


def test_a_disabled_account_is_out_at_once(organizer: OwnClient) -> None:
    make.user().is_enabled = False
    db.session.commit()

    assert organizer.get("/").status_code == 302


def test_guessing_is_slowed_down(client: OwnClient) -> None:
    codes = [
        client.post("/sign-in", data={"email": "a@example.org", "password": str(n)}).status_code
        for n in range(12)
    ]

    assert codes[:10] == [422] * 10
    assert codes[10:] == [429] * 2


def test_the_cookie_is_for_this_site_and_no_script(client: OwnClient) -> None:
    make.user()
    db.session.commit()

    response = client.post("/sign-in", data={"email": "organizer@example.org", "password": make.PASSWORD})

    (cookie,) = [line for line in response.headers.getlist("Set-Cookie") if line.startswith("roundtable=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_cookie_lasts_as_long_as_a_sign_in_may_and_pages_do_not_give_it_anew(client: OwnClient) -> None:
    make.user()
    db.session.commit()

    answer = client.post("/sign-in", data={"email": "organizer@example.org", "password": make.PASSWORD})
    client.get("/account")  # the token of its forms goes into the cookie

    (cookie,) = [
        SimpleCookie(line)["roundtable"]
        for line in answer.headers.getlist("Set-Cookie")
        if "roundtable=" in line
    ]
    lasts = parsedate_to_datetime(cookie["expires"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < lasts <= LONGEST_SIGN_IN
    assert "Set-Cookie" not in client.get("/account").headers


@pytest.mark.parametrize("weak", ["short", "x" * 1001, "passwordpassword", "roundtable2026"])
def test_a_weak_password_is_refused(app: Flask, weak: str) -> None:
    with pytest.raises(Refusal):
        passwords.check_new(weak)


def test_an_address_has_one_account_however_it_is_written(app: Flask) -> None:
    make.user()

    with pytest.raises(Refusal, match="already an account"):
        service.add_user("Organizer@Example.org", "Second", make.PASSWORD, "en")


def test_the_program_hashes_with_argon2id_at_the_librarys_strength() -> None:
    from argon2 import PasswordHasher

    assert PasswordHasher().hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
