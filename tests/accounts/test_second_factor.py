"""The second factor: an app, recovery codes, what is asked when, and nothing twice."""

from datetime import timedelta

import make
import pyotp
import pytest
from conftest import OwnClient
from flask import Flask
from sqlalchemy import select

from roundtable import clock
from roundtable.accounts import factor_service
from roundtable.accounts.models import RecoveryCode, SignIn, User
from roundtable.conferences.roles import Role
from roundtable.db import db


def with_app(user: User) -> pyotp.TOTP:
    """Give the user an app; return what is on the telephone."""
    secret = factor_service.new_secret()
    app = pyotp.TOTP(secret)
    assert factor_service.set_app(user, secret, app.at(make.NOW - timedelta(seconds=30)))
    db.session.commit()
    return app


def first_step(client: OwnClient, user: User) -> str:
    response = client.post("/sign-in", data={"email": user.email, "password": make.PASSWORD})
    assert response.status_code == 302
    return response.headers["Location"]


def test_the_password_alone_opens_nothing_any_more(client: OwnClient) -> None:
    user = make.user()
    app = with_app(user)

    where = first_step(client, user)

    assert where == "/sign-in/second-step"
    assert client.get("/").status_code == 302
    assert client.get(where).status_code == 200
    assert client.post(where, data={"code": app.at(make.NOW)}).headers["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_code_counts_once_even_in_another_browser(app: Flask, client: OwnClient) -> None:
    user = make.user()
    code = with_app(user).at(make.NOW)
    first_step(client, user)
    client.post("/sign-in/second-step", data={"code": code})

    other = app.test_client()
    assert isinstance(other, OwnClient)
    first_step(other, user)

    assert other.post("/sign-in/second-step", data={"code": code}).status_code == 422
    assert other.get("/").status_code == 302


def test_after_five_wrong_codes_one_begins_anew(client: OwnClient) -> None:
    user = make.user()
    app = with_app(user)
    first_step(client, user)

    answers = [client.post("/sign-in/second-step", data={"code": "000000"}) for _ in range(5)]

    assert [one.status_code for one in answers] == [422, 422, 422, 422, 302]
    assert client.post("/sign-in/second-step", data={"code": app.at(make.NOW)}).status_code == 302
    assert client.get("/").status_code == 302
    assert db.session.scalars(select(SignIn)).all() == []


def test_the_first_step_waits_for_the_second_for_ten_minutes(client: OwnClient) -> None:
    user = make.user()
    app = with_app(user)
    first_step(client, user)
    later = make.NOW + timedelta(minutes=10)
    clock.set_source(lambda: later)

    client.post("/sign-in/second-step", data={"code": app.at(later)})

    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("seconds", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False), (3600, False)]
)
def test_the_neighbours_of_the_present_code_count_too(app: Flask, seconds: int, *, is_right: bool) -> None:
    user = make.user()
    secret = factor_service.new_secret()
    code = pyotp.TOTP(secret).at(make.NOW + timedelta(seconds=seconds))

    assert factor_service.set_app(user, secret, code) is is_right


def test_the_secret_is_unreadable_in_the_database(app: Flask) -> None:
    user = make.user()
    telephone = with_app(user)

    assert telephone.secret not in user.totp_secret
    assert factor_service.takes_app_code(user, telephone.at(make.NOW))


def test_recovery_codes_count_once_each_and_in_any_spelling(client: OwnClient) -> None:
    user = make.user()
    with_app(user)
    codes = factor_service.new_recovery_codes(user)
    db.session.commit()

    first_step(client, user)
    client.post("/sign-in/second-step", data={"code": f" {codes[0].upper().replace('-', ' ')} "})

    assert client.get("/").status_code == 200
    assert factor_service.codes_left(user) == 9
    assert not factor_service.takes_recovery_code(user, codes[0])
    assert codes[0].replace("-", "") not in str(db.session.scalars(select(RecoveryCode.code_hash)).all())
    assert "recovery code was used" in make.outbox()[-1].text


def test_an_app_is_set_up_on_the_page_of_the_account(organizer: OwnClient) -> None:
    page = organizer.get("/account/second-factor").text
    carried = page.split('name="carried" value="')[1].split('"')[0]
    secret = page.split('class="spelled">')[1].split("<")[0].replace(" ", "")
    address = "/account/second-factor/app"

    wrong = organizer.post(address, data={"carried": carried, "code": "000000"})
    done = organizer.post(address, data={"carried": carried, "code": pyotp.TOTP(secret).at(make.NOW)})

    assert wrong.status_code == 422
    assert secret in wrong.text.replace(" ", "")  # the same picture, so that nobody scans again
    assert done.text.count("<li><code>") == 10
    db.session.expire_all()
    assert factor_service.has_second_factor(make.user())
    assert "second factor was added" in make.outbox()[-1].text


def test_a_secret_that_somebody_else_was_shown_is_not_taken(organizer: OwnClient) -> None:
    secret = factor_service.new_secret()
    foreign = factor_service.for_form(make.user("other@example.org"), secret)
    code = pyotp.TOTP(secret).at(make.NOW)

    for carried in (foreign, "made up", ""):
        response = organizer.post("/account/second-factor/app", data={"carried": carried, "code": code})
        assert response.status_code == 302
    db.session.expire_all()
    assert not factor_service.has_second_factor(make.user())


def test_taking_the_last_factor_away_takes_the_recovery_codes_too(organizer: OwnClient) -> None:
    user = make.user()
    with_app(user)
    factor_service.new_recovery_codes(user)
    db.session.commit()

    organizer.post("/account/second-factor/app/remove")

    db.session.expire_all()
    assert not factor_service.has_second_factor(user)
    assert factor_service.codes_left(user) == 0


@pytest.mark.parametrize(
    ("asked", "is_asked"), [(("organizer",), True), (("press-officer", "administrator"), False), ((), False)]
)
def test_who_must_have_a_second_factor_is_led_there_first(
    app: Flask, organizer: OwnClient, asked: tuple[str, ...], *, is_asked: bool
) -> None:
    from dataclasses import replace

    make.conference(role=Role.ORGANIZER)
    db.session.commit()
    settings = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(settings, second_factor_for=asked)
    try:
        page = organizer.get("/")
        own = organizer.get("/account/second-factor")
    finally:
        app.config["ROUNDTABLE"] = settings

    assert (page.status_code == 302) is is_asked
    assert own.status_code == 200
    if is_asked:
        assert page.headers["Location"] == "/account/second-factor"


def test_an_administrator_can_take_a_lost_factor_away_and_the_owner_is_told(client: OwnClient) -> None:
    lost = make.user("lost@example.org")
    with_app(lost)
    chief = make.user("chief@example.org", is_administrator=True)
    db.session.commit()
    client.sign_in(chief)

    client.post(f"/administration/accounts/{lost.id}", data={"act": "remove-factors"})

    db.session.expire_all()
    assert not factor_service.has_second_factor(lost)
    assert (make.outbox()[-1].recipient_email, make.outbox()[-1].kind) == (
        "lost@example.org",
        "account-notice",
    )
