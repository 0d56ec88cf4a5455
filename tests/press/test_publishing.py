import io
from datetime import timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask
from press import newsroom
from sqlalchemy import select, text, update

from roundtable import clock
from roundtable.accounts.models import SignIn, User
from roundtable.conferences.roles import Role
from roundtable.conferences.service import add_member
from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.mail.delivery import people_for
from roundtable.mail.filling import fill
from roundtable.minutes.record import canonical
from roundtable.press import preview_service, publish_service, queries
from roundtable.press.block_service import PictureWords, Written, write
from roundtable.press.kinds import BlockKind, PictureShape, PublicationStage
from roundtable.press.models import PressSummary, PreviewLink, Publication, PublicationText
from roundtable.press.publish_service import Wish

# Documents are made in nearly all of these; what is stored of them is asked on both databases in the tests beside.
pytestmark = pytest.mark.one_database

HOUR = timedelta(hours=1)


def _base(summary: PressSummary) -> str:
    return f"/meetings/{summary.meeting_id}/press"


def test_a_quote_without_its_offices_release_is_published_by_no_route(organizer: OwnClient) -> None:
    summary, entries = newsroom.finished()
    newsroom.quoted(summary, entries[0])

    refused = organizer.post(f"{_base(summary)}/versions")

    assert refused.status_code == 409
    assert "The quote of City 000 is not released by its office" in refused.text
    assert db.session.scalars(select(Publication)).all() == []


def test_publishing_makes_a_page_and_a_pdf_in_every_finished_language(
    client: OwnClient, organizer: OwnClient
) -> None:
    summary, entries = newsroom.finished(languages=("tr", "de"))
    newsroom.released(newsroom.quoted(summary, entries[0]))

    organizer.post(f"{_base(summary)}/versions")

    publication = db.session.scalars(select(Publication)).one()
    assert (publication.slug, publication.stage) == ("2026-09-02-round-table-en", PublicationStage.RELEASED)
    for language, released in (("de", "freigegeben am"), ("tr", "onay tarihi")):
        page = client.get(f"/press/{publication.slug}/{language}").text
        assert f"{newsroom.LETTERS} {language}" in page
        assert released in page
        assert client.get(f"/press/{publication.slug}/{language}.pdf").data[:5] == b"%PDF-"
    assert client.get(f"/press/{publication.slug}/en").status_code == 404
    assert client.get(f"/press/{publication.slug}", headers={"Accept-Language": "en"}).status_code == 302


def test_a_publication_never_changes_and_a_correction_says_what_it_corrects(client: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    first = newsroom.published(summary)
    address = f"/press/{first.slug}/en"
    pdf = client.get(address + ".pdf").data

    with pytest.raises(Refusal, match="what this version corrects"):
        newsroom.published(summary)
    db.session.rollback()
    newsroom.say(newsroom.block(summary, BlockKind.HEADLINE), Texts({"en": "A better headline"}))
    second = newsroom.published(summary, Texts({"en": "The headline was wrong."}))

    assert (second.slug, second.number) == (first.slug, 2)
    assert "Corrected version: The headline was wrong." in client.get(address).text
    earlier = client.get(f"/press/{first.slug}/1/en")
    assert "This is an earlier version." in earlier.text
    assert earlier.headers["X-Robots-Tag"] == "noindex"
    assert client.get(f"/press/{first.slug}/1/en.pdf").data == pdf


def test_neither_service_nor_statement_changes_a_published_text(app: Flask) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    publication = newsroom.published(summary)
    (row,) = queries.texts_of(publication).values()

    row.headline = "Another"
    with pytest.raises(Refusal, match="never changes"):
        db.session.flush()
    db.session.rollback()
    db.session.delete(db.session.get_one(PublicationText, row.id))
    with pytest.raises(Refusal, match="never changes"):
        db.session.flush()
    db.session.rollback()
    with pytest.raises(Exception, match="a published version never changes"):
        db.session.execute(text("UPDATE publication_text SET headline = 'x'"))
    db.session.rollback()

    assert db.session.scalars(select(PublicationText.headline)).all() == [f"{newsroom.LETTERS} en"]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("half", "In TR something is missing"),
        ("credit", "A picture has no credit."),
        ("rights", "A picture has no note on its rights."),
        ("caption", "A picture has no caption or no text alternative in DE."),
        ("nothing", "Nothing can be published yet"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_published(
    organizer: OwnClient, fault: str, sentence: str
) -> None:
    summary, _ = newsroom.finished()
    picture = newsroom.block(summary, BlockKind.PICTURE)
    shown = picture.picture
    assert shown is not None
    if fault == "half":
        newsroom.say(newsroom.block(summary, BlockKind.LEAD), Texts({"en": "x", "de": "x"}))
    elif fault == "nothing":
        for block in queries.blocks_of(summary):
            if block.kind is not BlockKind.PICTURE:
                newsroom.say(block, Texts())
    elif fault == "caption":
        newsroom.say(picture, Texts({"en": "x"}))
    else:
        credit = "" if fault == "credit" else shown.credit
        rights = "" if fault == "rights" else shown.rights
        words = PictureWords(shown.alternatives, credit, rights, "", 50, 50, PictureShape.WHOLE)
        write(picture, Written(picture.texts, "en", picture=words), version=picture.version, by="Pia")
    db.session.commit()

    response = organizer.post(f"{_base(summary)}/versions")

    assert response.status_code == 409
    assert sentence in response.text
    assert db.session.scalars(select(Publication)).all() == []


def test_two_clicks_publish_once(organizer: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))

    first = organizer.post(f"{_base(summary)}/versions")
    second = organizer.post(f"{_base(summary)}/versions")

    assert (first.status_code, second.status_code) == (302, 409)
    assert len(db.session.scalars(select(Publication)).all()) == 1


def test_a_version_released_twice_is_released_once(app: Flask) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    publication = publish_service.propose(summary, Wish(Texts()), by="Press")
    db.session.commit()
    ready = publish_service.prepare_release(publication, by=None)
    made = publish_service.rendered(ready)
    publish_service.release(ready, made, by="Press")
    db.session.commit()

    with pytest.raises(Refusal, match="does not wait for a release"):
        publish_service.release(ready, made, by="Press")


def test_the_same_content_renders_to_the_same_bytes(app: Flask) -> None:
    summary, _ = newsroom.finished(languages=("tr",))
    publication = newsroom.published(summary)
    (row,) = queries.texts_of(publication).values()

    content = publish_service.contents_of(publication)
    again = publish_service.rendered(
        publish_service.Ready(publication.id, "", publication.proposed_at, content)
    )

    assert again["tr"].unsigned_sha256 == row.rendered_sha256
    assert canonical(row.content) == canonical(content["tr"].to_json())


# --- The second pair of eyes ------------------------------------------------------------------------------


def _second(summary: PressSummary) -> User:
    summary.meeting.conference.second_pair_of_eyes = True
    other = make.user("second@example.org", name="Sam Second")
    add_member(summary.meeting.conference, other, Role.PRESS_OFFICER)
    db.session.commit()
    return other


def test_who_proposes_a_version_cannot_release_it_where_a_second_pair_of_eyes_is_asked_for(
    organizer: OwnClient,
) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    other = _second(summary)

    organizer.post(f"{_base(summary)}/versions")
    own = organizer.post(f"{_base(summary)}/versions/1/release")
    hidden = organizer.get("/press/").text
    organizer.sign_in(other)
    released = organizer.post(f"{_base(summary)}/versions/1/release")

    assert own.status_code == 409
    assert "somebody else than who proposed the version" in own.text
    assert newsroom.LETTERS not in hidden
    assert released.status_code == 302
    assert newsroom.LETTERS in organizer.get("/press/").text
    publication = db.session.scalars(select(Publication)).one()
    assert publication.proposed_by != publication.released_by


def test_a_proposed_version_is_seen_as_it_will_be_and_can_be_taken_back(organizer: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    _second(summary)
    organizer.post(f"{_base(summary)}/versions")

    shown = organizer.get(f"{_base(summary)}/versions/1/en.pdf")
    again = organizer.post(f"{_base(summary)}/versions")
    organizer.post(f"{_base(summary)}/versions/1/take-back")

    assert shown.data[:5] == b"%PDF-"
    assert again.status_code == 409
    assert "A version waits for its release already." in again.text
    assert db.session.scalars(select(Publication)).all() == []


def test_a_summary_changed_since_the_proposal_is_not_released(organizer: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    other = _second(summary)
    organizer.post(f"{_base(summary)}/versions")
    newsroom.say(newsroom.block(summary, BlockKind.HEADLINE), Texts({"en": "Changed meanwhile"}))
    db.session.commit()
    organizer.sign_in(other)

    response = organizer.post(f"{_base(summary)}/versions/1/release")

    assert response.status_code == 409
    assert "Somebody else has changed this press summary meanwhile." in response.text


# --- Embargo ------------------------------------------------------------------------------------------------


def _everything(publication: Publication) -> list[str]:
    slug = publication.slug
    endings = ("", ".pdf", ".json", ".txt", ".docx")
    found = [
        f"/press/{slug}",
        *(f"/press/{slug}/{number}en{one}" for number in ("", "1/") for one in endings),
    ]
    return [*found, *(f"/press/{slug}/1/{one}" for one in ("kit.zip", "picture-1.jpg", "share.jpg"))]


def test_until_its_hour_no_address_feed_or_hash_gives_anything_away(client: OwnClient, app: Flask) -> None:
    summary, _ = newsroom.finished()
    lists = ["/press/", "/press/feed.en.atom", "/press/feed.tr.atom", "/press/sitemap.xml"]
    before = {address: client.get(address) for address in lists}
    until = clock.now() + HOUR
    publication = newsroom.published(summary, embargo_until=until)
    (row, *_) = queries.texts_of(publication).values()

    for moment in (clock.now(), until - timedelta(microseconds=1)):
        newsroom.at(moment)
        for address in _everything(publication):
            for method in ("GET", "HEAD"):
                hidden = client.open(address, method=method)
                unknown = client.open(address.replace(publication.slug, "2020-01-01-x"), method=method)
                assert hidden.status_code == unknown.status_code == 404, address
                assert hidden.headers["Cache-Control"] == "no-store"
                assert "ETag" not in hidden.headers
        for address in lists:
            now = client.get(address)
            assert now.headers.get("ETag") == before[address].headers.get("ETag"), address
            assert newsroom.LETTERS not in now.text
        checked = client.post("/press/verify", data={"sha256": row.pdf_sha256})
        assert "No, this was not published here" in checked.text

    newsroom.at(until)
    for address in _everything(publication):
        assert client.get(address).status_code in {200, 302}, address
    for address in lists:
        assert "2026-09-02-round-table-en" in client.get(address).text, address
    assert (
        "Yes, this is the published one" in client.post("/press/verify", data={"sha256": row.pdf_sha256}).text
    )


def test_a_correction_under_embargo_leaves_the_version_before_in_its_place(client: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    first = newsroom.published(summary)
    newsroom.say(newsroom.block(summary, BlockKind.HEADLINE), Texts({"en": "Second headline"}))
    newsroom.published(summary, Texts({"en": "The headline."}), embargo_until=clock.now() + HOUR)
    address = f"/press/{first.slug}/en"

    before = client.get(address).text
    hidden = client.get(f"/press/{first.slug}/2/en").status_code
    newsroom.at(clock.now() + HOUR)
    after = client.get(address).text

    assert (newsroom.LETTERS in before, "Second headline" in before, hidden) == (True, False, 404)
    assert "Second headline" in after


def test_an_embargo_is_said_in_every_zone_and_must_lie_ahead(organizer: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    base = _base(summary)

    past = organizer.post(f"{base}/versions", data={"embargo_day": "2026-09-01", "embargo_hour": "10:00"})
    half = organizer.post(f"{base}/versions", data={"embargo_day": "2026-09-03"})
    organizer.post(f"{base}/versions", data={"embargo_day": "2026-09-03", "embargo_hour": "10:00"})

    assert (past.status_code, half.status_code) == (409, 422)
    publication = db.session.scalars(select(Publication)).one()
    assert publication.visible_at is not None
    assert publication.visible_at.isoformat() == "2026-09-03T07:00:00+00:00"
    page = organizer.get(base).text
    assert "under embargo" in page
    assert "10:00 Istanbul" in page


def test_lifting_an_embargo_asks_for_the_password_and_makes_new_documents(organizer: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    publication = newsroom.published(summary, embargo_until=clock.now() + HOUR)
    base = f"{_base(summary)}/versions/1/lift"
    # Somebody has gone for a coffee, and the browser stands open.
    organizer.is_in_use = False
    db.session.execute(
        update(SignIn).values(seen_at=clock.now(), proved_at=clock.now() - timedelta(minutes=30))
    )

    wrong = organizer.post(base, data={"confirm_password": "wrong"})
    assert (wrong.status_code, "This is not your password." in wrong.text) == (403, True)
    assert organizer.get(f"/press/{publication.slug}/en").status_code == 404
    right = organizer.post(base, data={"confirm_password": make.PASSWORD})
    again = organizer.post(base)

    assert (right.status_code, again.status_code) == (302, 409)
    assert organizer.get(f"/press/{publication.slug}/en").status_code == 200
    db.session.refresh(publication)
    assert publication.lifted_by


def test_withdrawing_leaves_a_notice_and_takes_every_file_away(
    client: OwnClient, organizer: OwnClient
) -> None:
    summary, _ = newsroom.finished()
    publication = newsroom.published(summary)
    (row, *_) = queries.texts_of(publication).values()
    data = {"reason-en": "A name was wrong.", "reason-tr": "Bir ad yanlıştı."}

    nothing = organizer.post(f"{_base(summary)}/withdraw", data={})
    organizer.post(f"{_base(summary)}/withdraw", data=data)
    again = organizer.post(f"{_base(summary)}/withdraw", data=data)

    assert (nothing.status_code, again.status_code) == (422, 409)
    for address in _everything(publication):
        if address.endswith(("/en", publication.slug)):
            continue
        assert client.get(address).status_code == (200 if address.endswith(".json") else 410), address
    page = client.get(f"/press/{publication.slug}/en")
    assert page.status_code == 410
    assert "A name was wrong." in page.text
    assert newsroom.LETTERS not in page.text
    assert client.get(f"/press/{publication.slug}/en.json").get_json()["pubStatus"] == "canceled"
    assert newsroom.LETTERS not in client.get(f"/press/{publication.slug}/en.json").text
    for address in ("/press/", "/press/feed.en.atom", "/press/sitemap.xml"):
        assert newsroom.LETTERS not in client.get(address).text
    assert (
        "Published here, but withdrawn" in client.post("/press/verify", data={"sha256": row.pdf_sha256}).text
    )


def test_after_a_withdrawal_a_corrected_version_takes_the_place(client: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    publication = newsroom.published(summary)
    publish_service.withdraw(summary, Texts({"en": "Wrong."}), by="Press")
    db.session.commit()

    newsroom.say(newsroom.block(summary, BlockKind.HEADLINE), Texts({"en": "The right headline"}))
    newsroom.published(summary, Texts({"en": "All of it."}))

    assert "The right headline" in client.get(f"/press/{publication.slug}/en").text
    assert client.get(f"/press/{publication.slug}/1/en").status_code == 410


# --- Preview links ------------------------------------------------------------------------------------------


def _link(publication: Publication, days: int = 7) -> tuple[PreviewLink, str]:
    link = preview_service.add_link(
        publication, preview_service.Journalist("Jo Journalist", "", "en"), days=days, by="Press"
    )
    db.session.commit()
    return link, preview_service.address_of(link).removeprefix("http://localhost")


def test_a_journalist_reads_under_embargo_with_a_banner_and_every_look_is_logged(
    client: OwnClient, organizer: OwnClient
) -> None:
    summary, _ = newsroom.finished()
    publication = newsroom.published(summary, embargo_until=clock.now() + HOUR)
    link, address = _link(publication)

    page = client.get(address, follow_redirects=True)
    pdf = client.get(f"{address}/tr.pdf")
    picture = client.get(f"{address}/picture-1.jpg")

    assert newsroom.LETTERS in page.text
    assert "For Jo Journalist only; please do not pass it on." in page.text
    assert "application/ld+json" not in page.text
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert pdf.data[:5] == b"%PDF-"
    assert picture.status_code == 200
    assert [one.what for one in queries.visits_by(link)] == ["pdf tr", "page en"]
    assert "opened 2 times" in organizer.get(_base(summary)).text
    assert "pdf tr" in organizer.get(f"{_base(summary)}/links/{link.id}").text


@pytest.mark.parametrize("language", ["en", "de", "tr"])
def test_a_journalist_with_an_address_gets_the_link_by_letter_and_nothing_of_the_text(
    organizer: OwnClient, language: str
) -> None:
    summary, _ = newsroom.finished()
    publication = newsroom.published(summary, embargo_until=clock.now() + HOUR)
    data = {"name": "Jo Journalist", "email": "jo@example.org", "language": language, "days": "3"}

    organizer.post(f"{_base(summary)}/versions/{publication.number}/links", data=data)

    letter = make.outbox()[-1]
    assert (letter.kind, letter.recipient_email, letter.language) == ("preview", "jo@example.org", language)
    assert (
        preview_service.address_of(db.session.scalars(select(PreviewLink)).one())
        in fill(letter, people_for([letter])).text
    )
    assert "/p/" not in letter.text
    assert "stanbul" in letter.text
    assert newsroom.LETTERS not in letter.subject + letter.text + letter.html


def test_a_preview_link_ends_by_itself_by_hand_and_with_a_withdrawal(client: OwnClient) -> None:
    summary, _ = newsroom.finished()
    publication = newsroom.published(summary, embargo_until=clock.now() + timedelta(days=20))
    link, address = _link(publication)
    other, second = _link(publication)
    preview_service.end_link(other)
    db.session.commit()
    begin = clock.now()

    assert client.get(f"{second}/en").status_code == 404
    assert client.get(f"{address[:-1]}a/en").status_code == 404
    newsroom.at(begin + timedelta(days=7))
    assert client.get(f"{address}/en").status_code == 404
    newsroom.at(begin)
    publish_service.withdraw(summary, Texts({"en": "Wrong."}), by="Press")
    db.session.commit()
    assert client.get(f"{address}/en").status_code == 404
    assert link.ended_at is None


def test_after_the_embargo_a_preview_link_leads_to_the_public_page(client: OwnClient) -> None:
    summary, _ = newsroom.finished()
    publication = newsroom.published(summary, embargo_until=clock.now() + HOUR)
    _, address = _link(publication)

    newsroom.at(clock.now() + HOUR)

    assert client.get(f"{address}/en").headers["Location"] == f"/press/{publication.slug}/en"
    with pytest.raises(Refusal, match="under embargo"):
        _link(publication)


def test_a_links_other_conference_does_not_see_it(client: OwnClient, organizer: OwnClient) -> None:
    summary, _ = newsroom.finished()
    publication = newsroom.published(summary, embargo_until=clock.now() + HOUR)
    link, _ = _link(publication)
    other = make.meeting(make.conference(of=make.user("else@example.org")))
    db.session.commit()

    assert organizer.get(f"/meetings/{other.id}/press/links/{link.id}").status_code == 404


def test_a_pdf_is_verified_by_dropping_it_and_no_other_is(client: OwnClient) -> None:
    summary, _ = newsroom.finished(languages=("en",))
    publication = newsroom.published(summary)
    pdf = client.get(f"/press/{publication.slug}/en.pdf").data

    def dropped(content: bytes) -> str:
        return client.post("/press/verify", data={"pdf": (io.BytesIO(content), "x.pdf")}).text

    assert "Yes, this is the published one" in dropped(pdf)
    assert "No, this was not published here" in dropped(pdf + b"\n")
    assert client.post("/press/verify", data={"sha256": "nonsense"}).status_code == 422
