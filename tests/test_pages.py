"""Every page of the demonstration, as its people see it, in every language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient, settings_for
from flask import Flask
from prepared import copy_told

from roundtable import create_app
from roundtable.db import db
from roundtable.demo import story
from roundtable.web.guards import limiter

FILES = (".atom", ".json", ".jsonl", ".txt", ".zip", ".pdf", ".eml", ".ics", ".csv", ".xlsx", ".docx")
FORMLESS = {"/sign-out", "/language"}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory, first_kind: str) -> Iterator[Flask]:
    """The demonstration, told once for all tests of this file."""
    folder = tmp_path_factory.mktemp("demonstration")
    uri = copy_told(tmp_path_factory, folder, first_kind)
    app = create_app(settings_for(folder, demonstration=True, smtp_url="", database_uri=uri), testing=True)
    app.test_client_class = OwnClient
    with app.app_context():
        assert not story.tell()
    yield app
    with app.app_context():
        db.engine.dispose()


def _signed_in(app: Flask, name: str) -> OwnClient:
    client = app.test_client()
    assert isinstance(client, OwnClient)
    with app.app_context():
        limiter.reset()
        data = {"email": f"{name}@example.org", "password": story.PASSWORD}
        assert client.post("/sign-in", data=data).status_code == 302
    return client


def _check(page: str, address: str) -> set[str]:
    """Check what every page has, and return the addresses that it leads to."""
    soup = BeautifulSoup(page, "lxml")
    assert soup.title is not None
    assert soup.title.get_text(strip=True), address
    assert len(soup.find_all("h1")) == 1, address
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids)), (address, sorted(one for one in ids if ids.count(one) > 1))
    assert not soup.find_all(style=True), address
    # Data for search engines are no script.
    assert {one.get("type") for one in soup.find_all("script", src=False)} <= {"application/ld+json"}, address
    for field in soup.find_all(["input", "select", "textarea"]):
        if field.get("type") in {"hidden", "radio", "checkbox"} and (
            field.get("type") == "hidden" or field.find_parent("label")
        ):
            continue
        labelled = (
            field.get("aria-label")
            or field.find_parent("label")
            or soup.find("label", attrs={"for": str(field.get("id"))})
        )
        assert labelled, (address, str(field))
    for image in soup.find_all("img"):
        assert image.get("alt"), (address, str(image))
    for table in soup.find_all("table"):
        assert table.caption is not None or table.get("role"), address
    return {str(link["href"]).split("#")[0] for link in soup.find_all("a", href=True)}


@pytest.mark.parametrize("name", ["organizer", "minutes", "press", "admin"])
@pytest.mark.parametrize("language", ["en", "de", "tr"])
def test_every_page_that_one_can_reach_is_whole(demonstration: Flask, name: str, language: str) -> None:
    with demonstration.app_context():
        client = _signed_in(demonstration, name)
        client.post("/language", data={"language": language})
        waiting, seen = {"/"}, set()
        while waiting:
            address = waiting.pop()
            seen.add(address)
            if not address.startswith("/") or address.split("?")[0].endswith(FILES):
                continue
            response = client.get(address)
            # A minute taker sees the way's six steps, though not each is hers to enter.
            assert response.status_code in {200, 302, 403}, address
            if response.status_code == 200:
                waiting |= {one for one in _check(response.text, address) if one not in seen}

    assert len(seen) > {"organizer": 80, "admin": 10}.get(name, 20)


def test_every_form_leads_to_a_page_that_takes_it(demonstration: Flask) -> None:
    with demonstration.app_context():
        client = _signed_in(demonstration, "organizer")
        for address in ("/meetings/2", "/meetings/2/agenda", "/conferences/1/guests", "/meetings/1/press"):
            soup = BeautifulSoup(client.get(address).text, "html.parser")
            adapter = demonstration.url_map.bind("")
            for form in soup.find_all("form"):
                target = str(form.get("action") or address).split("?")[0]
                adapter.match(target, method=str(form["method"]).upper())
                if target not in FORMLESS and str(form["method"]).lower() != "get":
                    assert form.find("input", attrs={"name": "csrf_token"}), (address, target)


def test_the_demonstration_has_something_true_on_every_page(demonstration: Flask) -> None:
    with demonstration.app_context():
        client = _signed_in(demonstration, "organizer")
        board = BeautifulSoup(client.get("/meetings/2").text, "html.parser")
        mailbox = client.get("/mailbox").text
        public = client.get("/press/2020-06-20-metropolitan-mayors-round-table/tr").text

    count = board.select_one("svg .table-count")
    assert count is not None
    assert count.get_text(" ", strip=True) == "15 of 20 seats taken · 3 silent"
    assert mailbox.count('href="/mailbox/') == 142
    assert "Türkiye ve Almanya’dan yirmi kent sanal yuvarlak masada buluştu" in public


def test_the_demonstrations_words_are_marked_as_examples() -> None:
    from roundtable.demo import words

    marks = {"en": "xample", "de": "eispiel", "tr": "rnek"}
    for texts in (
        words.STATEMENT_ANTALYA,
        words.STATEMENT_KOELN,
        words.DECISION,
        words.ACTION,
        words.NOTE,
        words.LEAD,
    ):
        for language, mark in marks.items():
            assert mark in texts[language]


def test_the_mailbox_exists_in_the_demonstration_only(app: Flask, client: OwnClient) -> None:
    assert client.get("/mailbox").status_code == 404


def test_letters_can_be_read_as_they_would_arrive(demonstration: Flask) -> None:
    with demonstration.app_context():
        client = _signed_in(demonstration, "organizer")
        letter = client.get("/mailbox/1")
        page = client.get("/mailbox/1/page")
        source = client.get("/mailbox/1/letter.eml")

    assert letter.status_code == 200
    assert "/g/" in page.text
    assert "personal-link.invalid" not in page.text
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert source.data.startswith(b"From: ")


def test_the_readme_and_the_help_name_the_same_commands() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")

    for command in ("./script/run", "./script/test"):
        assert command in readme
