"""New passwords and invitations: links in letters that open once, and nothing for whoever else gets them."""

import re
from datetime import timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask
from sqlalchemy import select

from roundtable import clock
from roundtable.accounts import jobs, passwords
from roundtable.accounts.models import AccountDoor, SignIn, User
from roundtable.conferences.models import Membership
from roundtable.conferences.roles import Role
from roundtable.db import db
from roundtable.mail.delivery import people_for
from roundtable.mail.filling import PLACEHOLDER, fill
from roundtable.mail.models import Letter

NEW = "another very long password"


def letters() -> list[Letter]:
    jobs.answer_reset_requests()
    return make.outbox()


def path_in(letter: Letter) -> str:
    """Return the path of the link that the letter carries when it leaves."""
    found = re.search(r"http://localhost(/door/\S+)", fill(letter, people_for([letter])).text)
    assert found is not None
    return found[1]


def other_browser(app: Flask) -> OwnClient:
    made = app.test_client()
    assert isinstance(made, OwnClient)
    return made


def asked(client: OwnClient, email: str = "organizer@example.org") -> str:
    """Ask for a new password; return the code that the page shows."""
    client.post("/forgotten", data={"email": email})
    found = re.search(r'class="code">([^<]+)<', client.get("/forgotten/asked").text)
    assert found is not None
    return found[1]


# --- A new password ----------------------------------------------------------------------------------------------


def test_a_new_password_by_letter_in_the_same_browser(client: OwnClient) -> None:
    user = make.user()
    db.session.commit()
    asked(client)
    path = path_in(letters()[-1])

    assert client.get(path).status_code == 200
    done = client.post(f"{path}/password", data={"password": NEW})

    assert done.headers["Location"] == "/sign-in"
    assert client.get("/").status_code == 302  # the link signs nobody in
    db.session.expire_all()
    assert passwords.matches(user.password_hash, NEW)
    assert "password of your account was changed" in make.outbox()[-1].text


def test_a_forwarded_letter_opens_nothing_without_the_code(app: Flask, client: OwnClient) -> None:
    user = make.user()
    db.session.commit()
    code = asked(client)
    path = path_in(letters()[-1])
    thief = other_browser(app)

    page = thief.get(path).text
    without = thief.post(f"{path}/password", data={"password": NEW})
    wrong = thief.post(f"{path}/password", data={"password": NEW, "code": "aaaa bbbb"})

    assert "code" in page
    assert code.replace(" ", "") not in page + letters()[-1].text
    assert (without.status_code, wrong.status_code) == (422, 422)
    db.session.expire_all()
    assert passwords.matches(user.password_hash, make.PASSWORD)
    right = thief.post(f"{path}/password", data={"password": NEW, "code": code.upper()})
    assert right.status_code == 302


def test_after_five_wrong_codes_the_door_is_shut(app: Flask, client: OwnClient) -> None:
    make.user()
    db.session.commit()
    code = asked(client)
    path = path_in(letters()[-1])
    thief = other_browser(app)

    answers = [
        thief.post(f"{path}/password", data={"password": NEW, "code": "aaaa bbbb"}).status_code
        for _ in range(5)
    ]

    assert answers == [422, 422, 422, 422, 404]
    assert client.get(path).status_code == 404
    assert thief.post(f"{path}/password", data={"password": NEW, "code": code}).status_code == 404


def test_asking_is_the_same_for_every_address(client: OwnClient) -> None:
    make.user()
    db.session.commit()

    known = client.post("/forgotten", data={"email": "organizer@example.org"})
    unknown = client.post("/forgotten", data={"email": "nobody@example.org"})

    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert make.outbox() == []  # written later, by a job
    assert [one.recipient_email for one in letters()] == ["organizer@example.org"]


def test_whoever_asks_by_another_host_gets_a_letter_with_our_address(app: Flask, client: OwnClient) -> None:
    make.user()
    db.session.commit()

    refused = client.post(
        "/forgotten", data={"email": "organizer@example.org"}, headers={"Host": "evil.example"}
    )
    client.post(
        "/forgotten",
        data={"email": "organizer@example.org"},
        headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    )

    assert refused.status_code == 400
    text = fill(letters()[-1], people_for(letters())).text
    assert "evil" not in text
    assert "http://localhost/door/" in text


def test_the_letter_that_is_stored_opens_nothing(client: OwnClient) -> None:
    make.user()
    db.session.commit()
    asked(client)
    letter = letters()[-1]

    assert "/door/" not in letter.text + letter.html
    assert PLACEHOLDER in letter.text


@pytest.mark.parametrize("how", ["used", "old", "newer", "disabled"])
def test_a_door_opens_once_for_an_hour_and_only_the_newest(client: OwnClient, how: str) -> None:
    user = make.user()
    db.session.commit()
    asked(client)
    path = path_in(letters()[-1])
    if how == "used":
        client.post(f"{path}/password", data={"password": NEW})
    elif how == "old":
        clock.set_source(lambda: make.NOW + timedelta(hours=1))
    elif how == "newer":
        asked(client)
        letters()
    else:
        from roundtable.accounts import service

        service.set_enabled(user, is_enabled=False)
        db.session.commit()

    page = client.get(path)
    changed = client.post(f"{path}/password", data={"password": "yet another password, longer"})

    assert (page.status_code, changed.status_code) == (404, 404)
    assert "does not open anything any more" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_new_password_ends_every_sign_in_and_keeps_the_second_factor(
    app: Flask, organizer: OwnClient
) -> None:
    user = make.user()
    user.totp_secret = "kept"
    db.session.commit()
    browser = other_browser(app)
    asked(browser)

    browser.post(f"{path_in(letters()[-1])}/password", data={"password": NEW})

    assert organizer.get("/").status_code == 302
    assert db.session.scalars(select(SignIn)).all() == []
    again = browser.post("/sign-in", data={"email": user.email, "password": NEW})
    assert again.headers["Location"] == "/sign-in/second-step"


def test_a_weak_new_password_is_refused_and_the_door_stays_open(client: OwnClient) -> None:
    make.user()
    db.session.commit()
    asked(client)
    path = path_in(letters()[-1])

    weak = client.post(f"{path}/password", data={"password": "organizer2026"})

    assert weak.status_code == 422
    assert client.get(path).status_code == 200


def test_asking_again_and_again_is_slowed_down(client: OwnClient) -> None:
    codes = [client.post("/forgotten", data={"email": "a@example.org"}).status_code for _ in range(7)]

    assert codes == [302] * 5 + [429] * 2


# --- Invitations -------------------------------------------------------------------------------------------------


def invited(organizer: OwnClient, email: str, role: str = "press-officer") -> str:
    """Invite somebody into a conference; return the path of the link."""
    conference = make.conference()
    db.session.commit()
    response = organizer.post(
        f"/conferences/{conference.id}/members", data={"email": email, "role": role, "language": "de"}
    )
    assert response.status_code == 302
    return path_in(make.outbox()[-1])


def test_an_invited_colleague_makes_an_account_and_has_the_role(app: Flask, organizer: OwnClient) -> None:
    path = invited(organizer, "press@example.org")
    browser = other_browser(app)

    page = browser.get(path).text
    done = browser.post(f"{path}/join", data={"name": "Petra Presse", "password": NEW})

    assert "Conference de" in page
    assert "press@example.org" in page
    member = db.session.scalars(select(Membership).where(Membership.role == Role.PRESS_OFFICER)).one()
    assert (member.user.email, member.user.name) == ("press@example.org", "Petra Presse")
    assert done.headers["Location"] == f"/conferences/{member.conference_id}"
    assert browser.get(done.headers["Location"]).status_code == 200
    assert not member.user.may_create_conferences
    assert browser.get(path).status_code == 404


def test_inviting_is_the_same_whether_there_is_an_account_or_not(organizer: OwnClient) -> None:
    make.user("known@example.org")
    conference = make.conference()
    db.session.commit()
    address = f"/conferences/{conference.id}/members"

    answers = [
        organizer.post(address, data={"email": email, "role": "observer", "language": "en"})
        for email in ("known@example.org", "unknown@example.org")
    ]

    assert answers[0].status_code == answers[1].status_code == 302
    page = organizer.get(f"/conferences/{conference.id}").text
    assert "known@example.org" in page
    assert "unknown@example.org" in page
    texts = [letter.text.replace("unknown@", "known@") for letter in make.outbox()]
    assert re.sub(r"door-\d+", "", texts[0]) == re.sub(r"door-\d+", "", texts[1])
    assert len(db.session.scalars(select(Membership)).all()) == 1


def test_an_address_with_an_account_is_never_taken_over(app: Flask, organizer: OwnClient) -> None:
    known = make.user("known@example.org")
    path = invited(organizer, "known@example.org")
    thief = other_browser(app)

    taken = thief.post(f"{path}/join", data={"name": "Thief", "password": NEW})

    assert taken.headers["Location"].startswith("/sign-in")
    assert thief.get("/").status_code == 302
    db.session.expire_all()
    assert passwords.matches(known.password_hash, make.PASSWORD)
    thief.sign_in(known)
    assert thief.post(f"{path}/join").headers["Location"].startswith("/conferences/")
    assert (
        db.session.scalars(select(Membership).where(Membership.user == known)).one().role
        is Role.PRESS_OFFICER
    )


def test_another_account_cannot_follow_an_invitation(app: Flask, organizer: OwnClient) -> None:
    make.user("known@example.org")
    other = make.user("other@example.org")
    path = invited(organizer, "known@example.org")
    browser = other_browser(app).sign_in(other)

    browser.post(f"{path}/join")

    assert db.session.scalars(select(Membership).where(Membership.user == other)).all() == []


def test_an_invitation_that_was_taken_back_opens_nothing(organizer: OwnClient) -> None:
    path = invited(organizer, "press@example.org")
    door = db.session.scalars(select(AccountDoor)).one()

    organizer.post(f"/conferences/{door.conference_id}/invitations/{door.id}/end")

    assert organizer.get(path).status_code == 404
    assert "press@example.org" not in organizer.get(f"/conferences/{door.conference_id}").text


def test_an_invitation_ends_after_seven_days(app: Flask, organizer: OwnClient) -> None:
    path = invited(organizer, "press@example.org")
    clock.set_source(lambda: make.NOW + timedelta(days=7))

    assert other_browser(app).get(path).status_code == 404


def test_the_last_organizer_who_is_invited_as_something_else_stays_organizer(organizer: OwnClient) -> None:
    path = invited(organizer, "organizer@example.org", "observer")

    organizer.post(f"{path}/join")

    assert db.session.scalars(select(Membership.role)).all() == [Role.ORGANIZER]


def test_words_of_others_in_the_letter_are_short_and_bare(organizer: OwnClient) -> None:
    make.user().name = "Visit https://evil.example " + "x" * 160
    invited(organizer, "press@example.org")

    letter = make.outbox()[-1]

    assert 'href="https://evil.example' not in letter.html
    assert "x" * 150 not in letter.text


def test_nobody_made_an_account_by_opening_pages(app: Flask, organizer: OwnClient) -> None:
    path = invited(organizer, "press@example.org")
    for _ in range(3):
        other_browser(app).get(path)
        other_browser(app).head(path)

    assert len(db.session.scalars(select(User)).all()) == 1
