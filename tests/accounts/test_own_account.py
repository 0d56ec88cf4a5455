"""The page of one's own account: sign-ins, the password, and being asked once more."""

from datetime import timedelta

import make
import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient
from flask import Flask
from sqlalchemy import select

from roundtable import clock
from roundtable.accounts import passwords, service
from roundtable.accounts.models import SignIn, User
from roundtable.audit.models import AuditEntry
from roundtable.db import db
from roundtable.errors import Refusal

NEW = "another very long password"


def second_browser(app: Flask) -> OwnClient:
    made = app.test_client()
    assert isinstance(made, OwnClient)
    return made.sign_in(make.user())


def later(**ago: float) -> None:
    instant = make.NOW + timedelta(**ago)
    clock.set_source(lambda: instant)


def test_all_sign_ins_stand_on_the_page_and_one_can_be_ended(app: Flask, organizer: OwnClient) -> None:
    other = app.test_client()
    assert isinstance(other, OwnClient)
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0"
    other.post(
        "/sign-in",
        data={"email": "organizer@example.org", "password": make.PASSWORD},
        headers={"User-Agent": agent},
    )
    page = organizer.get("/account").text
    name = page.split('name="which" value="')[1].split('"')[0]

    assert "Firefox · Windows" in page
    assert "127.0.0.0/24" in page
    organizer.post("/account/sign-ins/end", data={"which": name})

    assert other.get("/").status_code == 302
    assert organizer.get("/").status_code == 200


def test_everywhere_else_is_one_click(app: Flask, organizer: OwnClient) -> None:
    others = [second_browser(app) for _ in range(2)]

    organizer.post("/account/sign-ins/end", data={"which": "others"})

    assert [one.get("/").status_code for one in others] == [302, 302]
    assert organizer.get("/").status_code == 200


def test_nobody_ends_the_sign_in_of_somebody_else(app: Flask, organizer: OwnClient) -> None:
    stranger = app.test_client()
    assert isinstance(stranger, OwnClient)
    stranger.sign_in(make.user("stranger@example.org"))
    foreign = db.session.scalars(select(SignIn).where(SignIn.user == make.user("stranger@example.org"))).one()

    response = organizer.post("/account/sign-ins/end", data={"which": foreign.key_hash[:16]})

    assert response.status_code == 404
    assert stranger.get("/").status_code == 200


def test_a_sign_in_that_is_not_used_for_twelve_hours_ends(organizer: OwnClient) -> None:
    organizer.is_in_use = False
    later(hours=11)
    assert organizer.get("/").status_code == 200
    later(hours=22)
    assert organizer.get("/").status_code == 200
    later(hours=34)

    assert organizer.get("/").status_code == 302


def test_a_new_password_ends_the_other_sign_ins_and_is_told_by_mail(app: Flask, organizer: OwnClient) -> None:
    other = second_browser(app)

    organizer.post("/account/password", data={"password": NEW})

    assert other.get("/").status_code == 302
    assert organizer.get("/").status_code == 200
    assert make.outbox()[-1].kind == "account-notice"
    db.session.expire_all()
    assert passwords.matches(make.user().password_hash, NEW)


def test_after_half_an_hour_one_is_asked_and_goes_on_with_what_was_typed(
    organizer: OwnClient,
) -> None:
    organizer.is_in_use = False
    later(minutes=30)

    asked = organizer.post("/account/password", data={"password": NEW})
    wrong = organizer.post("/account/password", data={"password": NEW, "confirm_password": "wrong"})
    db.session.expire_all()
    still = passwords.matches(make.user().password_hash, make.PASSWORD)
    done = organizer.post("/account/password", data={"password": NEW, "confirm_password": make.PASSWORD})

    assert asked.status_code == 403
    assert f'name="password" value="{NEW}"' in asked.text
    assert wrong.status_code == 403
    assert "This is not your password." in wrong.text
    assert still
    assert done.status_code == 302
    db.session.expire_all()
    assert passwords.matches(make.user().password_hash, NEW)
    assert "confirmation-refused" in db.session.scalars(select(AuditEntry.act)).all()


def test_a_page_that_asks_leads_on_after_the_password(organizer: OwnClient) -> None:
    organizer.is_in_use = False
    later(minutes=30)

    asked = organizer.get("/account/second-factor")
    on = organizer.post(
        "/account/prove", data={"next": "/account/second-factor", "confirm_password": make.PASSWORD}
    )
    away = organizer.post(
        "/account/prove", data={"next": "//evil.example", "confirm_password": make.PASSWORD}
    )

    assert asked.status_code == 403
    assert on.headers["Location"] == "/account/second-factor"
    assert away.headers["Location"] == "/"
    assert organizer.get("/account/second-factor").status_code == 200


def test_guessing_at_the_question_is_slowed_down(organizer: OwnClient) -> None:
    organizer.is_in_use = False
    later(minutes=30)

    codes = [
        organizer.post("/account/password", data={"password": NEW, "confirm_password": "x"}).status_code
        for _ in range(12)
    ]

    assert codes == [403] * 10 + [429] * 2


def test_a_refused_one_learns_when_to_come_back(client: OwnClient) -> None:
    answers = [client.post("/sign-in", data={"email": "a@example.org", "password": "x"}) for _ in range(11)]

    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_name_and_language_are_ones_own(organizer: OwnClient) -> None:
    organizer.post("/account", data={"name": "Ada Başkan", "language": "tr"})

    db.session.expire_all()
    assert (make.user().name, make.user().language) == ("Ada Başkan", "tr")
    assert 'lang="tr"' in organizer.get("/account").text


@pytest.mark.parametrize(
    "weak",
    [
        "Passwort1234!",
        "123456789012",
        "qwertzuiopü+",
        "aaaaaaaaaaaa",
        "organizer@example.org",
        "Ada Organizer 1",
        "roundtable2026",
        "istanbul2020",
    ],
)
def test_what_a_stranger_would_try_first_is_no_password(app: Flask, weak: str) -> None:
    with pytest.raises(Refusal):
        passwords.check_new(weak, ("Ada Organizer", "organizer@example.org"))


@pytest.mark.parametrize("good", ["correct horse battery staple", "çay bahçesinde üç kedi", "x7Kq-92vLp-TTn"])
def test_a_few_words_in_a_row_are_a_good_password(app: Flask, good: str) -> None:
    passwords.check_new(good)


# --- Administrators ----------------------------------------------------------------------------------------------


def administrator(client: OwnClient) -> User:
    chief = make.user("chief@example.org", is_administrator=True, name="Chief")
    db.session.commit()
    client.sign_in(chief)
    return chief


def test_only_administrators_find_the_page_of_accounts(organizer: OwnClient) -> None:
    assert organizer.get("/administration/accounts").status_code == 404
    assert organizer.post("/administration/accounts/1", data={"act": "disable"}).status_code == 404


def test_an_administrator_sees_nothing_of_conferences(client: OwnClient) -> None:
    about = make.meeting()
    administrator(client)

    assert client.get(f"/conferences/{about.conference_id}").status_code == 404
    assert client.get(f"/meetings/{about.id}").status_code == 404
    assert "Conference en" not in client.get("/").text
    assert "Conference en" not in client.get("/administration/accounts").text


def test_many_accounts_have_pages_and_are_found_by_name_or_address(
    client: OwnClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE", 3)
    for number, name in enumerate(("Ayşe İnan", "Jörg Groß", "Zoë", "Zoë", "Anna 100%", "Bert")):
        make.user(f"person{number}@town{number}.example.org", name=name)
    administrator(client)

    def names(path: str) -> tuple[list[str], str]:
        page = BeautifulSoup(client.get(f"/administration/accounts{path}").text, "html.parser")
        more = page.find("a", string="More accounts")
        return [one.text for one in page.select("ul.plain-list strong")], str(more["href"]) if more else ""

    found, path = list[str](), "?"
    while path:
        some, path = names(path)
        assert len(some) <= 3
        found += some

    assert len(found) == 7
    assert found.count("Zoë") == 2
    # As a reader of the list expects it, and as people type: capitals and marks do not count, in either language.
    assert found == ["Anna 100%", "Ayşe İnan", "Bert", "Chief", "Jörg Groß", "Zoë", "Zoë"]
    for typed in ("groß", "GROSS", "jorg", "Jörg", "JÖRG"):
        assert names(f"?q={typed}")[0] == ["Jörg Groß"], typed
    for typed in ("İNAN", "inan", "INAN", "ınan", "AYŞE", "ayse"):
        assert names(f"?q={typed}")[0] == ["Ayşe İnan"], typed
    assert names("?q=TOWN4.example")[0] == ["Anna 100%"]
    assert names("?q=%25")[0] == ["Anna 100%"]
    assert names("?q=nobody")[0] == []


def test_a_switched_off_account_is_out_at_once_and_back_when_switched_on(
    app: Flask, client: OwnClient
) -> None:
    browser = second_browser(app)
    administrator(client)
    address = f"/administration/accounts/{make.user().id}"

    client.post(address, data={"act": "disable"})
    out = browser.get("/").status_code
    client.post(address, data={"act": "enable"})

    assert out == 302
    assert browser.get("/").status_code == 302  # the sign-in is gone for good
    browser.sign_in(make.user())


def test_the_last_administrator_stays(client: OwnClient) -> None:
    chief = administrator(client)
    address = f"/administration/accounts/{chief.id}"

    answers = [client.post(address, data={"act": act}).status_code for act in ("disable", "no-administrator")]

    assert answers == [409, 409]
    db.session.expire_all()
    assert chief.is_administrator
    assert chief.is_enabled
    client.post(f"/administration/accounts/{make.user().id}", data={"act": "make-administrator"})
    assert client.post(address, data={"act": "no-administrator"}).status_code == 302


def test_an_administrator_invites_and_takes_back(client: OwnClient) -> None:
    administrator(client)

    client.post("/administration/accounts/invite", data={"email": "new@example.org", "language": "tr"})
    page = client.get("/administration/accounts").text

    assert "new@example.org" in page
    assert make.outbox()[-1].language == "tr"


def test_accounts_are_changed_from_the_command_line_too(app: Flask) -> None:
    from roundtable.cli import main

    user = make.user()
    db.session.commit()

    def run(*words: str) -> int:
        return (
            app.test_cli_runner()
            .invoke(main, ["user", "change", user.email, *words], obj=_script(app))
            .exit_code
        )

    assert run("--administrator") == 0
    assert run("--disable") == 1  # the last administrator
    db.session.expire_all()
    assert user.is_administrator
    service.set_administrator(make.user("b@example.org"), is_administrator=True)
    db.session.commit()
    assert run("--disable") == 0
    db.session.expire_all()
    assert not user.is_enabled


def _script(app: Flask) -> object:
    from flask.cli import ScriptInfo

    return ScriptInfo(create_app=lambda: app)


def test_exports_removals_and_a_changed_sender_ask_once_more(organizer: OwnClient) -> None:
    about = make.conference()
    city = make.participant(about)
    db.session.commit()
    organizer.is_in_use = False
    later(minutes=30)
    base = f"/conferences/{about.id}"
    described = {
        "titles-en": "Conference",
        "languages": "en",
        "home_zone": "Europe/Istanbul",
        "contact_name": "Desk",
        "contact_email": "desk@example.org",
    }

    asked = [
        organizer.get(f"{base}/guests.csv"),
        organizer.get(f"{base}/guests.xlsx"),
        organizer.get(f"{base}/log.jsonl"),
        organizer.post(f"{base}/guests/{city.id}/remove"),
        organizer.post(f"{base}/edit", data={**described, "sender_email": "new@roundtable.example.org"}),
        organizer.post(
            f"{base}/members", data={"email": "a@example.org", "role": "observer", "language": "en"}
        ),
    ]
    plain = organizer.post(f"{base}/edit", data=described)

    assert [one.status_code for one in asked] == [403] * 6
    assert all("Is it you?" in one.text for one in asked)
    assert plain.status_code == 302
    db.session.expire_all()
    assert (about.sender_email, make.outbox()) == ("", [])
    done = organizer.post(
        f"{base}/edit",
        data={**described, "sender_email": "new@roundtable.example.org", "confirm_password": make.PASSWORD},
    )
    assert done.status_code == 302
    db.session.expire_all()
    assert about.sender_email == "new@roundtable.example.org"
