"""German and Turkish are complete, and every placeholder survives translation."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from conftest import OwnClient

ROOT = Path(__file__).parent.parent
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def _sentences(tmp_path: Path) -> list[Message]:
    pot = tmp_path / "messages.pot"
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", "-F", "pyproject.toml",
         "-k", "sentence", "-k", "_l", "-o", str(pot), "roundtable", "templates"],
        cwd=ROOT,
        check=True,
    )  # fmt: skip
    with pot.open("rb") as source:
        return [message for message in read_po(source) if message.id]


@pytest.mark.parametrize("language", ["de", "tr"])
def test_every_sentence_is_translated_with_its_placeholders(language: str, tmp_path: Path) -> None:
    with (ROOT / "roundtable" / "translations" / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    faults = []

    for message in _sentences(tmp_path):
        key = message.id if isinstance(message.id, str) else message.id[0]
        found = catalogue.get(key, message.context)
        said = found.string if found is not None else None
        strings = [said] if isinstance(said, str) else list(said or [])
        wanted = set(PLACEHOLDER.findall(key if isinstance(message.id, str) else message.id[1]))
        if not strings or not all(strings) or (found is not None and found.fuzzy):
            faults.append(f"missing: {key}")
        for string in strings:
            given = set(PLACEHOLDER.findall(string))
            if given - wanted or (wanted - given and isinstance(message.id, str)):
                faults.append(f"placeholders: {key} -> {string}")

    assert faults == []


@pytest.mark.parametrize(
    ("header", "heading"),
    [("de-AT,de;q=0.9", "Anmelden"), ("tr", "Oturum aç"), ("fr", "Sign in"), ("nonsense;;q=x", "Sign in")],
)
def test_a_stranger_is_spoken_to_as_the_browser_wishes(client: OwnClient, header: str, heading: str) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": header}).text

    assert f"<h1>{heading}</h1>" in page


def test_the_readers_own_choice_beats_account_and_browser(organizer: OwnClient) -> None:
    organizer.post("/language", data={"language": "tr", "next": "/"})

    page = organizer.get("/", headers={"Accept-Language": "de"}).text

    assert '<html lang="tr">' in page
    assert "<h1>Konferanslar</h1>" in page


def test_choosing_a_language_never_leads_to_another_site(client: OwnClient) -> None:
    response = client.post("/language", data={"language": "de", "next": "//evil.example/"})

    assert response.headers["Location"] == "/"


def test_choosing_a_language_that_is_none_is_refused(client: OwnClient) -> None:
    assert client.post("/language", data={"language": "xx"}).status_code == 400
