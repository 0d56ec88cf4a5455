import hashlib
import io
import json
import shutil
import zipfile
from typing import Any

import feedparser  # type: ignore[import-untyped]
import flask
import make
import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient, counted_queries
from defusedxml import ElementTree
from docx import Document
from flask import Flask
from PIL import Image
from press import newsroom

from roundtable.db import Texts, db
from roundtable.press import queries
from roundtable.press.kinds import BlockKind
from roundtable.press.models import Publication
from roundtable.press_room import views

pytestmark = pytest.mark.one_database


def _published() -> Publication:
    summary, entries = newsroom.finished()
    newsroom.released(newsroom.quoted(summary, entries[0]))
    return newsroom.published(summary)


def test_the_press_room_lists_each_summary_once_in_the_readers_language(client: OwnClient) -> None:
    summary, _ = newsroom.finished()
    newsroom.published(summary)
    newsroom.published(summary, make.texts("Corrected"))

    with counted_queries() as statements:
        page = BeautifulSoup(client.get("/press/?lang=de").text, "html.parser")

    assert [one.text for one in page.select("section.card h2")] == [f"{newsroom.LETTERS} de"]
    assert len([one for one in statements if one.startswith("SELECT")]) == 2


def test_a_summary_that_is_not_in_the_readers_language_is_shown_in_its_own(client: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("tr",))
    newsroom.published(summary)

    page = BeautifulSoup(client.get("/press/?lang=de").text, "html.parser")

    assert [one["lang"] for one in page.select("section.card h2 a")] == ["tr"]


def test_the_page_tells_search_engines_and_networks_what_it_is(client: OwnClient) -> None:
    publication = _published()
    response = client.get(f"/press/{publication.slug}/tr")
    page = BeautifulSoup(response.text, "html.parser")

    alternates = {str(one["hreflang"]): one["href"] for one in page.select('link[rel="alternate"][hreflang]')}
    article = json.loads(page.select_one('script[type="application/ld+json"]').text)  # type: ignore[union-attr]
    graph = {str(one["property"]): one["content"] for one in page.select("meta[property]")}

    assert response.headers["X-Robots-Tag"] == "all"
    assert set(alternates) == {"de", "en", "tr", "x-default"}
    assert alternates["de"] == f"http://localhost/press/{publication.slug}/de"
    assert (article["@type"], article["inLanguage"]) == ("NewsArticle", "tr")
    assert article["headline"] == graph["og:title"] == f"{newsroom.LETTERS} tr"
    assert article["datePublished"] == "2026-09-02T11:30:00Z"
    assert graph["og:image"] == f"http://localhost/press/{publication.slug}/1/share.jpg"
    assert graph["og:locale"] == "tr_TR"
    assert "<script>" not in response.text


def test_the_page_is_whole_without_a_script_and_asks_the_database_little(client: OwnClient) -> None:
    publication = _published()

    with counted_queries() as statements:
        page = client.get(f"/press/{publication.slug}/en").text

    assert "We go on." in page
    assert page.count("<script") == 1
    assert len([one for one in statements if one.startswith("SELECT")]) <= 4


def test_a_page_that_everybody_reads_is_written_once_and_anew_when_it_says_something_else(
    client: OwnClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary, _ = newsroom.finished()
    first = newsroom.published(summary)
    address = f"/press/{first.slug}/de"
    written = []
    write = flask.render_template

    def noted(*words: Any, **values: Any) -> str:
        written.append(words)
        return write(*words, **values)

    monkeypatch.setattr(views, "render_template", noted)
    pages = [client.get(address).text for _ in range(3)]
    with counted_queries() as statements:
        client.get(address)
    newsroom.published(summary, make.texts("Corrected"))
    second = client.get(address).text
    earlier = client.get(f"/press/{first.slug}/1/de").text

    assert pages[0] == pages[1] == pages[2]
    assert len(written) == 3
    assert len([one for one in statements if one.startswith("SELECT")]) == 1
    assert second != pages[0]
    assert "Dies ist eine frühere Fassung." in earlier
    assert "Dies ist eine frühere Fassung." not in pages[0] + second


def test_who_has_signed_in_reads_a_page_of_their_own_and_leaves_nothing_of_it_to_others(
    app: Flask, organizer: OwnClient
) -> None:
    summary, _ = newsroom.finished()
    address = f"/press/{newsroom.published(summary).slug}/en"
    db.session.commit()
    own = organizer.get(address).text
    public = app.test_client().get(address).text
    again = organizer.get(address).text

    assert "Sign out" in own
    assert "Sign out" not in public
    assert "Sign out" in again


def test_the_feed_is_read_by_a_feed_reader(client: OwnClient) -> None:
    publication = _published()

    feed = feedparser.parse(client.get("/press/feed.tr.atom").data)

    assert not feed.bozo
    (entry,) = feed.entries
    assert (feed.version, feed.feed.language) == ("atom10", "tr")
    assert entry.title == f"{newsroom.LETTERS} tr"
    assert entry.link == f"http://localhost/press/{publication.slug}/tr"
    assert entry.updated == entry.published == "2026-09-02T11:30:00Z"
    assert {one.type for one in entry.enclosures} == {"application/pdf", "image/jpeg"}
    assert {one.hreflang for one in entry.links if one.rel == "related"} == {"de", "en"}
    assert client.get("/press/feed.fr.atom").status_code == 404


def test_the_feed_and_the_site_map_cost_as_much_for_three_as_for_one(client: OwnClient) -> None:
    summary, _ = newsroom.finished()
    newsroom.published(summary)
    for address in ("/press/feed.en.atom", "/press/sitemap.xml"):
        with counted_queries() as one:
            client.get(address)
        newsroom.published(summary, make.texts("Corrected"))
        with counted_queries() as two:
            client.get(address)
        assert len(two) == len(one)
    assert len(ElementTree.fromstring(client.get("/press/sitemap.xml").data)) == 3


def test_news_systems_get_ninjs_with_captions_credit_and_translations(client: OwnClient) -> None:
    publication = _published()

    values: dict[str, Any] = client.get(f"/press/{publication.slug}/de.json").get_json()

    assert (values["standard"]["version"], values["pubStatus"], values["language"]) == ("3.1", "usable", "de")
    assert values["headlines"] == [{"role": "main", "value": f"{newsroom.LETTERS} de"}]
    assert values["bodies"][0]["value"] == "First de.\n\nSecond de."
    photo = next(one for one in values["associations"] if one["type"] == "picture")
    assert (photo["by"], photo["usageTerms"]) == ("Jane Painter", "Free for the press")
    assert (photo["renditions"][0]["width"], photo["renditions"][0]["height"]) == (800, 500)
    assert {one["language"] for one in values["associations"] if one["type"] == "text"} == {"en", "tr"}
    assert values["people"] == [{"name": "Mayor of City 000 de", "rel": "quoted"}]


def test_the_press_kit_holds_everything_and_its_sums_are_right(client: OwnClient) -> None:
    publication = _published()
    address = f"/press/{publication.slug}/1/kit.zip"

    first, again = client.get(address), client.get(address)
    archive = zipfile.ZipFile(io.BytesIO(first.data))
    names = archive.namelist()
    stem = f"{publication.slug}-{{}}-v1"

    assert first.data == again.data
    assert first.headers["ETag"] == again.headers["ETag"]
    assert names == sorted(
        [
            "README.txt",
            "SHA256SUMS",
            "photos/captions.txt",
            "photos/photo-1.jpg",
            *(
                f"{code}/{name}"
                for code in newsroom.LANGUAGES
                for name in (
                    "ninjs.json",
                    *(stem.format(code) + end for end in (".pdf", ".html", ".txt", ".docx")),
                )
            ),
        ]
    )
    lines = [line.split("  ") for line in archive.read("SHA256SUMS").decode().splitlines()]
    sums = {name: digest for digest, name in lines}
    assert sums == {
        name: hashlib.sha256(archive.read(name)).hexdigest() for name in names if name != "SHA256SUMS"
    }
    assert archive.read(f"tr/{stem.format('tr')}.pdf") == client.get(f"/press/{publication.slug}/tr.pdf").data
    assert "../photos/photo-1.jpg" in archive.read(f"de/{stem.format('de')}.html").decode()
    assert "Caption tr" in archive.read("photos/captions.txt").decode()


def test_a_photo_of_the_kit_carries_caption_credit_and_rights_and_nothing_else(client: OwnClient) -> None:
    publication = _published()
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/press/{publication.slug}/1/kit.zip").data))

    photo = Image.open(io.BytesIO(archive.read("photos/photo-1.jpg")))
    photo.load()

    words = photo.getxmp()["xmpmeta"]["RDF"]["Description"]
    captions = {one["lang"]: one["text"] for one in words["description"]["Alt"]["li"]}
    assert captions == {"x-default": "Caption en", "en": "Caption en", "de": "Caption de", "tr": "Caption tr"}
    assert words["Credit"] == "Jane Painter"
    assert words["UsageTerms"]["Alt"]["li"][0]["text"] == "Free for the press"
    assert set(words) == {"about", "description", "Credit", "UsageTerms", "rights"}
    assert dict(photo.getexif()) == {}


def test_plain_text_ends_as_agencies_expect_and_keeps_its_lines_short(client: OwnClient) -> None:
    publication = _published()

    text = client.get(f"/press/{publication.slug}/tr.txt").text

    assert text.endswith("###\n")
    assert max(map(len, text.splitlines())) <= 110
    assert "“We go on.”" in text


def test_editors_get_a_word_document_with_headings_and_its_language(client: OwnClient) -> None:
    publication = _published()
    address = f"/press/{publication.slug}/de.docx"

    first, again = client.get(address).data, client.get(address).data
    document = Document(io.BytesIO(first))

    assert first == again
    assert document.core_properties.language == "de"
    assert [one.text for one in document.paragraphs if one.style and one.style.name == "Heading 1"] == [
        f"{newsroom.LETTERS} de"
    ]


def test_stored_files_are_given_with_an_etag_and_never_made_again(client: OwnClient) -> None:
    publication = _published()
    row = queries.texts_of(publication)["en"]

    for name, etag in (("en.pdf", row.pdf_sha256), ("1/share.jpg", None), ("1/picture-1.jpg", None)):
        first = client.get(f"/press/{publication.slug}/{name}")
        again = client.get(
            f"/press/{publication.slug}/{name}", headers={"If-None-Match": first.headers["ETag"]}
        )
        assert (again.status_code, again.data) == (304, b"")
        assert first.headers["Cache-Control"] == "public, max-age=300"
        if etag:
            assert first.headers["ETag"] == f'"{etag}"'


@pytest.mark.parametrize(
    "path",
    ["picture-0.jpg", "picture-2.jpg", "picture-99999999999999999999.jpg", "../1/kit.zip", "kit.zip"],
)
def test_files_that_are_not_there_are_not_there(client: OwnClient, path: str) -> None:
    publication = _published()

    assert client.get(f"/press/{publication.slug}/1/{path}").status_code in {200, 404}
    assert client.get(f"/press/{publication.slug}/2/{path}").status_code == 404


HOSTILE = (
    '<img src="file:///etc/passwd"><script>alert(1)</script>{{ 7*7 }}',
    '"><svg onload=alert(1)>',
    "</script><script>alert(1)</script>",
    "<style>@import url(http://127.0.0.1:9/x)</style>",
    "javascript:alert(1) http://127.0.0.1:9/",
    "x" * 190,
    "\U0001f1e9\U0001f1ea \U0001f9d1\u200d\U0001f680",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words_in_every_form(client: OwnClient, words: str) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    for kind in (BlockKind.HEADLINE, BlockKind.LEAD, BlockKind.PARAGRAPH, BlockKind.PICTURE):
        newsroom.say(newsroom.block(summary, kind), Texts({"en": words}))
    publication = newsroom.published(summary)
    base = f"/press/{publication.slug}/en"

    page = BeautifulSoup(client.get(base).text, "html.parser")
    ld = page.select_one('script[type="application/ld+json"]')

    assert page.h1 is not None
    assert page.h1.text == words
    assert ld is not None
    assert json.loads(ld.text)["headline"] == words[:110]
    assert [one for one in page.find_all("script") if one.get("type") != "application/ld+json"] == []
    assert page.find_all("style") == page.select("svg") == page.select("[onload]") == []
    assert client.get(base + ".pdf").data[:5] == b"%PDF-"
    assert client.get(base + ".json").get_json()["headlines"][0]["value"] == words
    assert feedparser.parse(client.get("/press/feed.en.atom").data).bozo is False
    assert ElementTree.fromstring(client.get("/press/sitemap.xml").data) is not None
    assert client.get(f"/press/{publication.slug}/1/kit.zip").status_code == 200


def test_an_override_of_the_reading_direction_is_taken_out(organizer: OwnClient, app: Flask) -> None:
    summary, _ = newsroom.begun_summary()
    block = newsroom.block(summary, BlockKind.HEADLINE)

    organizer.post(
        f"/meetings/{summary.meeting_id}/press/parts/{block.id}",
        data={"texts-en": "safe\u202etxt.exe\x00", "language": "en", "version": str(block.version)},
    )

    db.session.refresh(block)
    assert block.texts == {"en": "safetxt.exe"}


def test_after_a_restore_without_the_files_pages_stand_and_files_are_not_found(
    client: OwnClient, organizer: OwnClient, app: Flask
) -> None:
    publication = _published()
    base = f"/press/{publication.slug}"
    shutil.rmtree(app.config["ROUNDTABLE"].data_dir / "files")

    assert client.get(f"{base}/en").status_code == 200
    assert [
        client.get(f"{base}/{one}").status_code for one in ("en.pdf", "1/picture-1.jpg", "1/kit.zip")
    ] == [404] * 3
    summary = publication.summary
    preview = organizer.get(f"/meetings/{summary.meeting_id}/press/preview/en.json")
    again = organizer.post(f"/meetings/{summary.meeting_id}/press/versions", data={"correction-en": "x"})
    assert (preview.status_code, again.status_code) == (409, 409)
    assert "The file of a picture is missing on this server." in again.text


def test_a_long_list_has_pages_and_the_last_one_ends_it(
    client: OwnClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    for number in range(5):
        summary, _ = newsroom.finished(languages=("en", "tr"))
        newsroom.published(summary)
        summary.meeting.titles = make.texts(f"Session {number}")
    db.session.commit()

    found, path = [], "/press/?lang=en"
    for _ in range(3):
        page = BeautifulSoup(client.get(path).text, "html.parser")
        found.append([str(one["href"]) for one in page.select("section.card h2 a")])
        older = page.find("a", string="Older")
        path = f"/press/{older['href']}" if older else ""

    assert [len(one) for one in found] == [2, 2, 1]
    assert len({address for one in found for address in one}) == 5
    assert path == ""
    # A number of nothing, or of something that nobody may see, begins at the beginning.
    again = BeautifulSoup(client.get("/press/?before=999999").text, "html.parser")
    assert [str(one["href"]) for one in again.select("section.card h2 a")] == found[0]
