"""The PDF as others read it: veraPDF, PDFium, pypdf, pyHanko."""

import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, TypeVar

import make
import pypdfium2  # type: ignore[import-untyped]
import pytest
from conftest import OwnClient, settings_for
from flask import Flask
from press import newsroom
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import validation
from pyhanko.sign.validation import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from roundtable import create_app, documents, signing
from roundtable.db import Texts
from roundtable.errors import Refusal
from roundtable.press.kinds import BlockKind
from roundtable.press.models import Publication
from roundtable.signing import Identity, SigningError

pytestmark = pytest.mark.one_database

Result = TypeVar("Result")
VERAPDF = Path(__file__).parent.parent / "verapdf.py"


def verdicts(flavours: str, *files: Path) -> dict[str, dict[str, list[str]]]:
    """Return what veraPDF says of these files: file name -> flavour -> failed checks."""
    made = subprocess.run(
        [sys.executable, str(VERAPDF), flavours, *map(str, files)], capture_output=True, check=True, text=True
    )
    return {Path(name).name: found for name, found in json.loads(made.stdout).items()}


def alone(call: Callable[..., Result], *arguments: object, **named: object) -> Result:
    """Call pyHanko outside the event loop that the browser's tests keep running in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call, *arguments, **named).result()


def _published(client: OwnClient) -> tuple[Publication, dict[str, bytes]]:
    summary, entries = newsroom.finished()
    newsroom.released(newsroom.quoted(summary, entries[0]))
    long = make.texts(" ".join(["A long paragraph about ğüşıİöçß."] * 150))
    newsroom.say(newsroom.block(summary, BlockKind.PARAGRAPH), long)
    publication = newsroom.published(summary)
    return publication, {
        code: client.get(f"/press/{publication.slug}/{code}.pdf").data for code in newsroom.LANGUAGES
    }


@pytest.fixture
def signed_app(tmp_path: Path) -> Identity:
    """Return a certificate made for the test."""
    file = tmp_path / "signing.p12"
    file.write_bytes(signing.self_signed("Press desk of the test", "a password"))
    return Identity(file, "a password")


def test_published_pdfs_conform_to_pdf_a_2a_and_pdf_ua_1_signed_or_not(
    client: OwnClient, tmp_path: Path, signed_app: Identity
) -> None:
    _, pdfs = _published(client)
    files = []
    for code, pdf in pdfs.items():
        plain, signed = tmp_path / f"{code}.pdf", tmp_path / f"{code}-signed.pdf"
        plain.write_bytes(pdf)
        signed.write_bytes(alone(signing._sign, pdf, signed_app, "Name"))
        files += [plain, signed]

    found = verdicts("ua1,2a", *files)

    assert found == {file.name: {"ua1": [], "2a": []} for file in files}


def test_the_validator_sees_what_is_wrong(app: Flask, tmp_path: Path) -> None:
    with app.test_request_context():
        bad = documents.render(
            '<html lang="en"><title>T</title><p><img src="asset:a" alt=""></p></html>',
            {"a": (newsroom.picture(), "image/png")},
        )
    file = tmp_path / "bad.pdf"
    file.write_bytes(bad)

    found = verdicts("ua1", file)

    assert any(one.startswith("7.3-1") for one in found["bad.pdf"]["ua1"])


def test_every_published_pdf_has_a_structure_and_bookmarks(client: OwnClient) -> None:
    _, pdfs = _published(client)

    for code, pdf in pdfs.items():
        # The rest stands in newsroom.check_structure, through which every published PDF of the tests goes.
        kinds = [element["/S"] for _, element in newsroom.tree(pdf)]
        outline: Any = PdfReader(io.BytesIO(pdf)).outline
        assert kinds.count("/BlockQuote") == 1
        assert outline[0]["/Title"] == f"{newsroom.LETTERS} {code}"


def test_a_paragraph_cut_by_a_page_break_is_one_paragraph_and_the_foot_is_no_text(client: OwnClient) -> None:
    _, pdfs = _published(client)
    pdf = pdfs["tr"]

    assert len(PdfReader(io.BytesIO(pdf)).pages) > 1
    long = [
        element
        for _, element in newsroom.tree(pdf)
        if element["/S"] == "/P" and len({one.get_object().raw_get("/Pg").idnum for one in element["/K"]}) > 1
    ]
    assert len(long) == 1
    streams = b"".join(page.get_contents().get_data() for page in PdfReader(io.BytesIO(pdf)).pages)  # type: ignore[union-attr]
    assert streams.count(b"/Artifact") >= 4


def test_two_other_readers_extract_the_letters_of_both_countries(client: OwnClient) -> None:
    _, pdfs = _published(client)

    for code, pdf in pdfs.items():
        document = pypdfium2.PdfDocument(pdf)
        by_pdfium = "\n".join(page.get_textpage().get_text_bounded() for page in document)
        by_pypdf = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        for text in (by_pdfium, by_pypdf):
            assert f"{newsroom.LETTERS} {code}" in text
            assert "Jane Painter" in text


def test_nothing_of_this_machine_is_told(client: OwnClient) -> None:
    _, pdfs = _published(client)

    for pdf in pdfs.values():
        reader = PdfReader(io.BytesIO(pdf))
        root: Any = reader.trailer["/Root"]
        told = root["/Metadata"].get_data().decode() + str(reader.metadata)
        assert "pdfuaid:part" in told
        for secret in (str(Path.home()), "/tmp", "site-packages", newsroom.OFFICER):
            assert secret not in told
        assert reader.attachments == {}


def test_a_signature_covers_the_whole_file_and_is_valid(client: OwnClient, signed_app: Identity) -> None:
    _, pdfs = _published(client)
    signed = alone(signing._sign, pdfs["de"], signed_app, "Über")

    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    trusted = ValidationContext(trust_roots=[signature.signer_cert])
    status = alone(validation.validate_pdf_signature, signature, trusted)

    assert (status.intact, status.valid, status.coverage) == (True, True, SignatureCoverageLevel.ENTIRE_FILE)
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signed.startswith(pdfs["de"])
    tampered = signed.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    (broken,) = PdfFileReader(io.BytesIO(tampered)).embedded_signatures
    assert alone(validation.validate_pdf_signature, broken, trusted).intact is False


def test_what_is_published_is_signed_where_a_certificate_is_configured(
    client: OwnClient, app: Flask, signed_app: Identity
) -> None:
    from dataclasses import replace

    settings = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(
        settings, signing_file=signed_app.file, signing_password=signed_app.password
    )
    try:
        _, pdfs = _published(client)
    finally:
        app.config["ROUNDTABLE"] = settings

    (signature,) = PdfFileReader(io.BytesIO(pdfs["tr"])).embedded_signatures
    assert signature.signer_cert.subject.human_friendly == "Common Name: Press desk of the test"


def test_a_certificate_that_cannot_be_used_is_named_in_words(tmp_path: Path) -> None:
    wrong, none = tmp_path / "wrong.p12", tmp_path / "none.p12"
    wrong.write_bytes(signing.self_signed("X", "right"))
    none.write_bytes(b"nothing")

    for identity in (Identity(wrong, "other"), Identity(none, "")):
        with pytest.raises(SigningError, match="cannot be read with this password"):
            signing.check(identity)
        with pytest.raises(SigningError):
            alone(signing._sign, b"%PDF-1.7", identity, "X")
    assert signing.check(Identity(wrong, "right")) == "CN=X"


def test_a_document_that_cannot_be_signed_is_not_published_and_nobody_finds_it_waiting(
    organizer: OwnClient, app: Flask, tmp_path: Path
) -> None:
    from dataclasses import replace

    summary, _ = newsroom.finished(languages=("en",))
    broken = tmp_path / "broken.p12"
    broken.write_bytes(b"nothing")
    settings = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(settings, signing_file=broken)
    try:
        refused = organizer.post(f"/meetings/{summary.meeting_id}/press/versions")
    finally:
        app.config["ROUNDTABLE"] = settings

    assert refused.status_code == 409
    assert "could not be signed" in refused.text
    assert organizer.post(f"/meetings/{summary.meeting_id}/press/versions").status_code == 302


def test_the_demonstration_signs_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path, demonstration=True), testing=True)
    with app.app_context():
        identity = signing.identity(app.config["ROUNDTABLE"])
        again = signing.identity(app.config["ROUNDTABLE"])

    assert identity == again
    assert identity is not None
    assert signing.check(identity) == "CN=Roundtable (demonstration)"
    assert identity.file.stat().st_mode & 0o777 == 0o600


# --- What a document may reach ------------------------------------------------------------------------------


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """Listen on loopback and note every request."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "way",
    [
        '<img src="{}/a" alt="x">',
        '<link rel="stylesheet" href="{}/a">',
        "<style>@import url({}/a);</style>",
        "<style>@font-face {{ font-family: x; src: url({}/a) }} p {{ font-family: x }}</style><p>x",
        '<p style="background: url({}/a)">x',
        '<link rel="attachment" href="{}/a">',
        '<a rel="attachment" href="{}/a">x</a>',
        '<object data="{}/a"></object>',
        '<embed src="{}/a">',
        '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{}/a"/></svg>',
        '<base href="{}/"><img src="a" alt="x">',
    ],
)
@pytest.mark.parametrize("target", ["canary", "file:///etc/passwd"])
def test_no_way_out_of_a_document_reaches_network_or_files(
    app: Flask, canary: tuple[str, list[str]], way: str, target: str
) -> None:
    address, asked = canary
    html = f'<html lang="en"><title>T</title><body>{way.format(address if target == "canary" else target)}</body></html>'

    with app.test_request_context():
        try:
            pdf = documents.render(html)
        except Refusal:
            pdf = b""

    assert asked == []
    assert b"root:" not in pdf
    if pdf:
        assert PdfReader(io.BytesIO(pdf)).attachments == {}


def test_an_endless_layout_ends_with_a_message_and_the_next_document_is_made(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roundtable.workers.TIME_LIMIT_SECONDS", 2)
    endless = f'<html lang="en"><title>T</title><p style="column-count: 10000">{"word " * 3000}</p></html>'

    with app.test_request_context():
        with pytest.raises(Refusal, match="could not be made within"):
            documents.render(endless)
        monkeypatch.setattr("roundtable.workers.TIME_LIMIT_SECONDS", 30)
        assert documents.render('<html lang="en"><title>T</title><p>x</html>')[:5] == b"%PDF-"


def test_texts_of_every_permitted_length_still_make_a_document(client: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    newsroom.say(newsroom.block(summary, BlockKind.PARAGRAPH), Texts({"en": "İ" * 5000}))
    newsroom.say(newsroom.block(summary, BlockKind.HEADLINE), Texts({"en": "W" * 200}))
    newsroom.say(newsroom.block(summary, BlockKind.LEAD), Texts({"en": "ş " * 400}))

    publication = newsroom.published(summary)

    assert client.get(f"/press/{publication.slug}/en.pdf").data[:5] == b"%PDF-"
